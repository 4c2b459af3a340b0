"""What others hear of what was recorded."""
