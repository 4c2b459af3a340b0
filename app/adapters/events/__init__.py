"""How events reach those who want to hear of what was recorded."""
