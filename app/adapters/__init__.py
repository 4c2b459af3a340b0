"""One folder a port, one file an integration; no folder imports another."""
