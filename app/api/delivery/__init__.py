"""How OPA gets its policies from the gate."""
