"""How entries leave the log: lines, rows, and the documents of others."""
