"""Reports that are lists of scored things, each with its metric and value."""
