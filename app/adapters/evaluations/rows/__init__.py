"""Reports that are row logs: one row a case, counted up here."""
