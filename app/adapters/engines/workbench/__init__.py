"""Policies as their author works on them, on the real OPA."""
