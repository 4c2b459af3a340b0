"""Use cases of those who read the log."""
