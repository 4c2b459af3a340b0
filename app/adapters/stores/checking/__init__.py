"""Checks a store from within: all that stands in it against the bodies of the entries."""
