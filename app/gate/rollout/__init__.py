"""How policies change: what a candidate would have decided, before it decides."""
