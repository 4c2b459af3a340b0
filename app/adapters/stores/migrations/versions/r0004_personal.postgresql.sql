CREATE TABLE personal (
  log BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  name TEXT NOT NULL,
  salt TEXT NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (log, seq, name)
)

CREATE TRIGGER personal_no_change BEFORE UPDATE ON personal
FOR EACH ROW EXECUTE FUNCTION refuse_change()

CREATE TRIGGER personal_no_truncate BEFORE TRUNCATE ON personal
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
