"""Forges and registries that ask by webhook and hear the answer through their own API."""
