"""What the operating system gives: the time, and names that nobody has used before."""
