CREATE TABLE move (
  log INTEGER NOT NULL,
  place TEXT NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (log, place, seq)
)
 STRICT, WITHOUT ROWID

CREATE TRIGGER move_no_update BEFORE UPDATE ON move
BEGIN
  SELECT RAISE(ABORT, 'move is append-only');
END

CREATE TRIGGER move_no_delete BEFORE DELETE ON move
BEGIN
  SELECT RAISE(ABORT, 'move is append-only');
END
