"""Signature bundles verified offline against pinned trust roots."""
