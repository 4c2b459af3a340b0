"""The gate's own signatures over what it states: with a key of its own, or one in a KMS."""
