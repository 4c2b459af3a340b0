CREATE TABLE checkpoint (
  log BIGINT NOT NULL,
  size BIGINT NOT NULL,
  at BIGINT NOT NULL,
  signed TEXT NOT NULL,
  PRIMARY KEY (log, size)
)

CREATE TABLE document (
  sha256 TEXT NOT NULL,
  content BYTEA NOT NULL,
  PRIMARY KEY (sha256)
)

CREATE TABLE entry (
  log BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  id TEXT NOT NULL,
  kind TEXT NOT NULL,
  at BIGINT NOT NULL,
  actor TEXT NOT NULL,
  release_digest TEXT,
  model TEXT,
  version TEXT,
  stage TEXT,
  outcome TEXT,
  policy TEXT,
  leaf BYTEA NOT NULL,
  body BYTEA NOT NULL,
  PRIMARY KEY (log, seq),
  CONSTRAINT entry_body_fits CHECK (length(body) <= 61440),
  CONSTRAINT entry_leaf_is_hash CHECK (length(leaf) = 32)
)
 PARTITION BY RANGE (log, seq)

CREATE INDEX entry_about ON entry (log, release_digest, kind, seq)

CREATE INDEX entry_actor ON entry (log, actor, seq)

CREATE INDEX entry_at ON entry (log, at, seq)

CREATE INDEX entry_kind ON entry (log, kind, seq)

CREATE INDEX entry_model ON entry (log, model, seq)

CREATE INDEX entry_outcome ON entry (log, outcome, seq)

CREATE INDEX entry_policy ON entry (log, policy, seq)

CREATE INDEX entry_release ON entry (log, release_digest, seq)

CREATE INDEX entry_released ON entry (log, model, stage, kind, outcome, release_digest)

CREATE INDEX entry_stage ON entry (log, stage, seq)

CREATE INDEX entry_submitter ON entry (log, release_digest, kind, actor)

CREATE INDEX entry_version ON entry (log, version, seq)

CREATE TABLE head (
  log BIGINT NOT NULL,
  name TEXT NOT NULL,
  size BIGINT NOT NULL,
  frontier BYTEA NOT NULL,
  last_at BIGINT NOT NULL,
  pinged_at BIGINT NOT NULL,
  frozen TEXT,
  PRIMARY KEY (log),
  UNIQUE (name)
)
 WITH (fillfactor = 10)

CREATE TABLE idempotency (
  log BIGINT NOT NULL,
  caller TEXT NOT NULL,
  key TEXT NOT NULL,
  request_sha256 TEXT NOT NULL,
  seq BIGINT NOT NULL,
  PRIMARY KEY (log, caller, key)
)

CREATE TABLE identifier (
  log BIGINT NOT NULL,
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  seq BIGINT NOT NULL,
  PRIMARY KEY (log, kind, id)
)

CREATE TABLE reason (
  log BIGINT NOT NULL,
  code TEXT NOT NULL,
  seq BIGINT NOT NULL,
  PRIMARY KEY (log, code, seq)
)

CREATE TABLE tile (
  log BIGINT NOT NULL,
  level BIGINT NOT NULL,
  number BIGINT NOT NULL,
  root BYTEA NOT NULL,
  hashes BYTEA NOT NULL,
  PRIMARY KEY (log, level, number),
  CONSTRAINT tile_is_full CHECK (length(hashes) = 8192)
)

CREATE TABLE token (
  id TEXT NOT NULL,
  subject TEXT NOT NULL,
  roles TEXT NOT NULL,
  secret_sha256 TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT,
  revoked_at BIGINT,
  PRIMARY KEY (id)
)

CREATE TABLE words (
  log BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  text TSVECTOR NOT NULL,
  PRIMARY KEY (log, seq)
)

CREATE INDEX words_text ON words USING gin (text)

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END
$$

CREATE TRIGGER entry_no_change BEFORE UPDATE OR DELETE ON entry
FOR EACH ROW EXECUTE FUNCTION refuse_change()

CREATE TRIGGER identifier_no_change BEFORE UPDATE OR DELETE ON identifier
FOR EACH ROW EXECUTE FUNCTION refuse_change()

CREATE TRIGGER idempotency_no_change BEFORE UPDATE OR DELETE ON idempotency
FOR EACH ROW EXECUTE FUNCTION refuse_change()

CREATE TRIGGER reason_no_change BEFORE UPDATE OR DELETE ON reason
FOR EACH ROW EXECUTE FUNCTION refuse_change()

CREATE TRIGGER tile_no_change BEFORE UPDATE OR DELETE ON tile
FOR EACH ROW EXECUTE FUNCTION refuse_change()

CREATE TRIGGER checkpoint_no_change BEFORE UPDATE OR DELETE ON checkpoint
FOR EACH ROW EXECUTE FUNCTION refuse_change()

CREATE TRIGGER document_no_change BEFORE UPDATE OR DELETE ON document
FOR EACH ROW EXECUTE FUNCTION refuse_change()

CREATE TRIGGER entry_no_truncate BEFORE TRUNCATE ON entry
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()

CREATE TRIGGER identifier_no_truncate BEFORE TRUNCATE ON identifier
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()

CREATE TRIGGER idempotency_no_truncate BEFORE TRUNCATE ON idempotency
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()

CREATE TRIGGER reason_no_truncate BEFORE TRUNCATE ON reason
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()

CREATE TRIGGER tile_no_truncate BEFORE TRUNCATE ON tile
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()

CREATE TRIGGER checkpoint_no_truncate BEFORE TRUNCATE ON checkpoint
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()

CREATE TRIGGER document_no_truncate BEFORE TRUNCATE ON document
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()

-- Partitions of ten million entries, made ahead by the gate, which owns no table itself.
CREATE FUNCTION make_entry_partition(log_number bigint, part bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
  EXECUTE format(
    'CREATE TABLE IF NOT EXISTS entry_%s_%s PARTITION OF entry FOR VALUES FROM (%s, %s) TO (%s, %s)',
    log_number, part, log_number, part * 10000000, log_number, (part + 1) * 10000000
  );
END
$$

REVOKE ALL ON FUNCTION make_entry_partition FROM PUBLIC
