"""Use cases of those who look: a session, and the state of the gate."""
