DROP INDEX entry_released

CREATE INDEX entry_allowed ON entry (log, model, stage, kind, outcome, seq, release_digest)
