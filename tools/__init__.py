"""What developers run: generators and their checks. The service imports nothing of it."""
