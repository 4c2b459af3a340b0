"""Submissions as they are kept: to be completed later, and to be decided again."""
