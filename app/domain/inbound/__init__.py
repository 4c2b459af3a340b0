"""What forges and registries ask by webhook, and how they prove that it is them."""
