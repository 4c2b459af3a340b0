"""Models: where their stages stand, and moving them."""
