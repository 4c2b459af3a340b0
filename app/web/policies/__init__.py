"""Policies: read the library, and work on a draft of it."""
