"""Who somebody is, and what of the record is theirs to see."""
