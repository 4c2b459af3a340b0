"""Releases: their state in one glance, and the votes of people."""
