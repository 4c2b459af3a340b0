CREATE TABLE archive (
  log BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  low BIGINT NOT NULL,
  high BIGINT NOT NULL,
  sha256 TEXT NOT NULL,
  location TEXT NOT NULL,
  PRIMARY KEY (log, seq)
)

CREATE TRIGGER archive_no_change BEFORE UPDATE OR DELETE ON archive
FOR EACH ROW EXECUTE FUNCTION refuse_change()

CREATE TRIGGER archive_no_truncate BEFORE TRUNCATE ON archive
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()

-- Nothing of an entry changes, but that an archived body is let go of.
CREATE FUNCTION refuse_change_of_entry() RETURNS trigger LANGUAGE plpgsql
SET search_path FROM CURRENT AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND length(new.body) = 0 THEN
    old.body := new.body;
    IF new IS NOT DISTINCT FROM old AND EXISTS (
      SELECT 1 FROM archive
      WHERE archive.log = old.log AND archive.low <= old.seq AND archive.high > old.seq
    ) THEN
      RETURN new;
    END IF;
  END IF;
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END
$$

DROP TRIGGER entry_no_change ON entry

CREATE TRIGGER entry_no_change BEFORE UPDATE OR DELETE ON entry
FOR EACH ROW EXECUTE FUNCTION refuse_change_of_entry()

-- The gate owns no table and can update no entry: this lets go of bodies, and of nothing else.
CREATE FUNCTION detach_entries(log_number bigint, places bigint[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
  UPDATE entry SET body = ''::bytea WHERE log = log_number AND seq = ANY (places);
END
$$

REVOKE ALL ON FUNCTION detach_entries FROM PUBLIC
