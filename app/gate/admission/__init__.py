"""Answers clusters that ask before they take objects in."""
