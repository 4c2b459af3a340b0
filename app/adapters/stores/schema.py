"""The tables, the same on every database, and what keeps the log append-only."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)

from app.domain.entry import LARGEST_BODY

metadata = MetaData()

WHOLE = BigInteger().with_variant(Integer(), "sqlite")
"""A whole number of 64 bits; a STRICT table of SQLite calls it INTEGER."""

head = Table(
    "head",
    metadata,
    Column("log", WHOLE, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False, unique=True),
    Column("size", WHOLE, nullable=False),
    Column("last_at", WHOLE, nullable=False),
    Column("pinged_at", WHOLE, nullable=False),
    sqlite_strict=True,
)
"""One row a log: its size is the next sequence number. Writers queue for this row."""

entry = Table(
    "entry",
    metadata,
    Column("log", WHOLE, primary_key=True, autoincrement=False),
    Column("seq", WHOLE, primary_key=True, autoincrement=False),
    Column("id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("at", WHOLE, nullable=False),
    Column("actor", Text, nullable=False),
    Column("release_digest", Text),
    Column("model", Text),
    Column("stage", Text),
    Column("outcome", Text),
    Column("body", LargeBinary, nullable=False),
    CheckConstraint(f"length(body) <= {LARGEST_BODY}", name="entry_body_fits"),
    Index("entry_id", "log", "kind", "id", unique=True),
    Index("entry_kind", "log", "kind", "seq"),
    Index("entry_release", "log", "release_digest", "seq"),
    sqlite_strict=True,
)
"""One row an entry. The columns select; `body` is the record, and repeats them."""

idempotency = Table(
    "idempotency",
    metadata,
    Column("log", WHOLE, primary_key=True, autoincrement=False),
    Column("caller", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("request_sha256", Text, nullable=False),
    Column("seq", WHOLE, nullable=False),
    ForeignKeyConstraint(["log", "seq"], ["entry.log", "entry.seq"]),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

document = Table(
    "document",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("content", LargeBinary, nullable=False),
    sqlite_strict=True,
)

token = Table(
    "token",
    metadata,
    Column("id", Text, primary_key=True),
    Column("subject", Text, nullable=False),
    Column("roles", Text, nullable=False),
    Column("secret_sha256", Text, nullable=False),
    Column("created_at", WHOLE, nullable=False),
    Column("expires_at", WHOLE),
    Column("revoked_at", WHOLE),
    sqlite_strict=True,
)

APPEND_ONLY = (entry, idempotency, document)
"""Tables whose rows are never changed or deleted. A guard against mistakes, not against
whoever owns the file."""


def sqlite_triggers() -> list[str]:
    """Write the triggers that refuse to change or delete what was recorded."""
    return [
        f"CREATE TRIGGER IF NOT EXISTS {table.name}_no_{verb.lower()} BEFORE {verb} "
        f"ON {table.name} BEGIN SELECT RAISE(ABORT, '{table.name} is append-only'); END"
        for table in APPEND_ONLY
        for verb in ("UPDATE", "DELETE")
    ]
