"""A model's directory, walked and hashed: every regular file, and nothing followed."""
