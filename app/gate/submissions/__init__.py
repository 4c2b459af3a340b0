"""What is done with submissions over time: completed, looked at, decided again."""
