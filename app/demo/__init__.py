"""Example releases, and the private sigstore that signs them: it signs, it never verifies."""
