"""What holds for readers of evidence of whatever kind."""
