DROP INDEX entry_release

DROP INDEX entry_submitter

DROP INDEX entry_about

CREATE INDEX entry_about ON entry (log, release_digest, kind, seq, actor)
