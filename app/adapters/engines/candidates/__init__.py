"""Policies that are not active: asked about many inputs at once, or beside the active ones."""
