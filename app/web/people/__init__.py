"""Signing in as a user of the gate itself, and looking after its users."""
