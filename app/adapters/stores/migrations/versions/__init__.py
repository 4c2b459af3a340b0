"""One module a revision, its statements beside it in a file a database."""
