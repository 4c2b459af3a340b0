CREATE TABLE cosignature (
  log INTEGER NOT NULL,
  size INTEGER NOT NULL,
  name TEXT NOT NULL,
  line TEXT NOT NULL,
  PRIMARY KEY (log, size, name)
)
 STRICT, WITHOUT ROWID

CREATE TRIGGER cosignature_no_update BEFORE UPDATE ON cosignature
BEGIN
  SELECT RAISE(ABORT, 'cosignature is append-only');
END

CREATE TRIGGER cosignature_no_delete BEFORE DELETE ON cosignature
BEGIN
  SELECT RAISE(ABORT, 'cosignature is append-only');
END
