"""What is done with models: register versions, move pointers, roll back, mark, ask."""
