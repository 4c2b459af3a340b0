CREATE TABLE checkpoint (
  log INTEGER NOT NULL,
  size INTEGER NOT NULL,
  at INTEGER NOT NULL,
  signed TEXT NOT NULL,
  PRIMARY KEY (log, size)
)
 STRICT

CREATE TABLE document (
  sha256 TEXT NOT NULL,
  content BLOB NOT NULL,
  PRIMARY KEY (sha256)
)
 STRICT

CREATE TABLE entry (
  log INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  id TEXT NOT NULL,
  kind TEXT NOT NULL,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  release_digest TEXT,
  model TEXT,
  version TEXT,
  stage TEXT,
  outcome TEXT,
  policy TEXT,
  leaf BLOB NOT NULL,
  body BLOB NOT NULL,
  PRIMARY KEY (log, seq),
  CONSTRAINT entry_body_fits CHECK (length(body) <= 61440),
  CONSTRAINT entry_leaf_is_hash CHECK (length(leaf) = 32)
)
 STRICT

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
  log INTEGER NOT NULL,
  name TEXT NOT NULL,
  size INTEGER NOT NULL,
  frontier BLOB NOT NULL,
  last_at INTEGER NOT NULL,
  pinged_at INTEGER NOT NULL,
  frozen TEXT,
  PRIMARY KEY (log),
  UNIQUE (name)
)
 STRICT

CREATE TABLE idempotency (
  log INTEGER NOT NULL,
  caller TEXT NOT NULL,
  "key" TEXT NOT NULL,
  request_sha256 TEXT NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (log, caller, "key")
)
 WITHOUT ROWID,
 STRICT

CREATE TABLE identifier (
  log INTEGER NOT NULL,
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (log, kind, id)
)
 WITHOUT ROWID,
 STRICT

CREATE TABLE reason (
  log INTEGER NOT NULL,
  code TEXT NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (log, code, seq)
)
 WITHOUT ROWID,
 STRICT

CREATE TABLE tile (
  log INTEGER NOT NULL,
  level INTEGER NOT NULL,
  number INTEGER NOT NULL,
  root BLOB NOT NULL,
  hashes BLOB NOT NULL,
  PRIMARY KEY (log, level, number),
  CONSTRAINT tile_is_full CHECK (length(hashes) = 8192)
)
 STRICT

CREATE TABLE token (
  id TEXT NOT NULL,
  subject TEXT NOT NULL,
  roles TEXT NOT NULL,
  secret_sha256 TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  revoked_at INTEGER,
  PRIMARY KEY (id)
)
 STRICT

CREATE VIRTUAL TABLE words USING fts5(text, content='', detail='none', columnsize=0,
  tokenize="unicode61 remove_diacritics 0")

CREATE TRIGGER entry_no_update BEFORE UPDATE ON entry
BEGIN
  SELECT RAISE(ABORT, 'entry is append-only');
END

CREATE TRIGGER entry_no_delete BEFORE DELETE ON entry
BEGIN
  SELECT RAISE(ABORT, 'entry is append-only');
END

CREATE TRIGGER identifier_no_update BEFORE UPDATE ON identifier
BEGIN
  SELECT RAISE(ABORT, 'identifier is append-only');
END

CREATE TRIGGER identifier_no_delete BEFORE DELETE ON identifier
BEGIN
  SELECT RAISE(ABORT, 'identifier is append-only');
END

CREATE TRIGGER idempotency_no_update BEFORE UPDATE ON idempotency
BEGIN
  SELECT RAISE(ABORT, 'idempotency is append-only');
END

CREATE TRIGGER idempotency_no_delete BEFORE DELETE ON idempotency
BEGIN
  SELECT RAISE(ABORT, 'idempotency is append-only');
END

CREATE TRIGGER reason_no_update BEFORE UPDATE ON reason
BEGIN
  SELECT RAISE(ABORT, 'reason is append-only');
END

CREATE TRIGGER reason_no_delete BEFORE DELETE ON reason
BEGIN
  SELECT RAISE(ABORT, 'reason is append-only');
END

CREATE TRIGGER tile_no_update BEFORE UPDATE ON tile
BEGIN
  SELECT RAISE(ABORT, 'tile is append-only');
END

CREATE TRIGGER tile_no_delete BEFORE DELETE ON tile
BEGIN
  SELECT RAISE(ABORT, 'tile is append-only');
END

CREATE TRIGGER checkpoint_no_update BEFORE UPDATE ON checkpoint
BEGIN
  SELECT RAISE(ABORT, 'checkpoint is append-only');
END

CREATE TRIGGER checkpoint_no_delete BEFORE DELETE ON checkpoint
BEGIN
  SELECT RAISE(ABORT, 'checkpoint is append-only');
END

CREATE TRIGGER document_no_update BEFORE UPDATE ON document
BEGIN
  SELECT RAISE(ABORT, 'document is append-only');
END

CREATE TRIGGER document_no_delete BEFORE DELETE ON document
BEGIN
  SELECT RAISE(ABORT, 'document is append-only');
END
