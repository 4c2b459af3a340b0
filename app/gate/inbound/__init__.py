"""Takes what forges and registries ask by webhook, and answers them from the record."""
