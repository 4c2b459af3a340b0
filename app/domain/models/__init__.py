"""Versions of models, the pointers that name one of them, and marks on releases."""
