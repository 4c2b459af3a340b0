"""What is kept where and for how long: archives of the log, and legal holds."""
