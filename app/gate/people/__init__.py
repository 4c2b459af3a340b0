"""Use cases of the gate's own users: adding them, their passwords, signing in."""
