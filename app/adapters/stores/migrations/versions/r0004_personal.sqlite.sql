CREATE TABLE personal (
  log INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  name TEXT NOT NULL,
  salt TEXT NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (log, seq, name)
)
 STRICT, WITHOUT ROWID

CREATE TRIGGER personal_no_update BEFORE UPDATE ON personal
BEGIN
  SELECT RAISE(ABORT, 'personal texts are erased, never changed');
END
