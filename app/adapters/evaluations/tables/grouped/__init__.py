"""Tables by group, told by the registry or by the mapping beside them."""
