"""Values of a change of policies: what other policies would have said of past decisions."""
