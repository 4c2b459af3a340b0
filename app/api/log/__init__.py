"""READ THE LOG: search it, take it away, and check it without trusting the gate."""
