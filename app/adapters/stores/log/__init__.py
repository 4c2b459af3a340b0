"""The append-only log in a database: writing in batches, the tree, reading, signing."""
