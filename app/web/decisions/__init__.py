"""Decisions: find them, and see all that one rests on."""
