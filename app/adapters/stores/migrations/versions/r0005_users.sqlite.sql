CREATE TABLE password (
  name TEXT NOT NULL,
  hashed TEXT NOT NULL,
  failures INTEGER NOT NULL,
  failed_at INTEGER,
  PRIMARY KEY (name)
)
 STRICT

CREATE TABLE invitation (
  id TEXT NOT NULL,
  name TEXT,
  secret_sha256 TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (id)
)
 STRICT
