"""HTTP of models: versions and lineage, stages and aliases, marks and revocations."""
