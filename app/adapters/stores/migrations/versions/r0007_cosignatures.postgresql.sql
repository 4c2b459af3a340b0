CREATE TABLE cosignature (
  log BIGINT NOT NULL,
  size BIGINT NOT NULL,
  name TEXT NOT NULL,
  line TEXT NOT NULL,
  PRIMARY KEY (log, size, name)
)

CREATE TRIGGER cosignature_no_change BEFORE UPDATE OR DELETE ON cosignature
FOR EACH ROW EXECUTE FUNCTION refuse_change()

CREATE TRIGGER cosignature_no_truncate BEFORE TRUNCATE ON cosignature
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
