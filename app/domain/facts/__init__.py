"""Facts about evidence: how its numbers are read, how sure they are, what follows from them."""
