CREATE TABLE archive (
  log INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  low INTEGER NOT NULL,
  high INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  location TEXT NOT NULL,
  PRIMARY KEY (log, seq)
)
 STRICT, WITHOUT ROWID

CREATE TRIGGER archive_no_update BEFORE UPDATE ON archive
BEGIN
  SELECT RAISE(ABORT, 'archive is append-only');
END

CREATE TRIGGER archive_no_delete BEFORE DELETE ON archive
BEGIN
  SELECT RAISE(ABORT, 'archive is append-only');
END

DROP TRIGGER entry_no_update

-- Nothing of an entry changes, but that an archived body is let go of.
CREATE TRIGGER entry_no_update BEFORE UPDATE ON entry
WHEN length(new.body) > 0
  OR new.log IS NOT old.log
  OR new.seq IS NOT old.seq
  OR new.id IS NOT old.id
  OR new.kind IS NOT old.kind
  OR new.at IS NOT old.at
  OR new.actor IS NOT old.actor
  OR new.release_digest IS NOT old.release_digest
  OR new.model IS NOT old.model
  OR new.version IS NOT old.version
  OR new.stage IS NOT old.stage
  OR new.outcome IS NOT old.outcome
  OR new.policy IS NOT old.policy
  OR new.leaf IS NOT old.leaf
  OR NOT EXISTS (
    SELECT 1 FROM archive
    WHERE archive.log = old.log AND archive.low <= old.seq AND archive.high > old.seq)
BEGIN
  SELECT RAISE(ABORT, 'entry is append-only');
END
