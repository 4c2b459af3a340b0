"""Where tools that release models ask what was decided, each in its own protocol."""
