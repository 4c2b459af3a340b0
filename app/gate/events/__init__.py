"""Tells others what was recorded."""
