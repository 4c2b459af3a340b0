"""How evidence is read: its files, its numbers and their scale, one way for every format."""
