"""How policies travel: as OPA bundles, signed, served to OPA."""
