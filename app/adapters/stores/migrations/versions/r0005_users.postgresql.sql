CREATE TABLE password (
  name TEXT NOT NULL,
  hashed TEXT NOT NULL,
  failures BIGINT NOT NULL,
  failed_at BIGINT,
  PRIMARY KEY (name)
)

CREATE TABLE invitation (
  id TEXT NOT NULL,
  name TEXT,
  secret_sha256 TEXT NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (id)
)
