"""Who may ask: tokens, and what a caller is to the gate."""
