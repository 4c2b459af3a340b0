"""The tables, the same on every database, and what keeps the log append-only."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import TSVECTOR

from app.domain.entry import LARGEST_BODY
from app.domain.log.merkle import HASH_SIZE, TILE_WIDTH

metadata = MetaData()

WHOLE = BigInteger().with_variant(Integer(), "sqlite")
"""A whole number of 64 bits; a STRICT table of SQLite calls it INTEGER."""


def _log() -> Column[int]:
    """Make the number of the log: it leads every key, so that one database can hold more."""
    return Column("log", WHOLE, primary_key=True, autoincrement=False)


head = Table(
    "head",
    metadata,
    _log(),
    Column("name", Text, nullable=False, unique=True),
    Column("size", WHOLE, nullable=False),
    Column("frontier", LargeBinary, nullable=False),
    Column("last_at", WHOLE, nullable=False),
    Column("pinged_at", WHOLE, nullable=False),
    Column("frozen", Text),
    sqlite_strict=True,
    postgresql_with={"fillfactor": "10"},
)
"""One row a log: its size is the next sequence number. Writers queue for this row."""

entry = Table(
    "entry",
    metadata,
    _log(),
    Column("seq", WHOLE, primary_key=True, autoincrement=False),
    Column("id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("at", WHOLE, nullable=False),
    Column("actor", Text, nullable=False),
    Column("release_digest", Text),
    Column("model", Text),
    Column("version", Text),
    Column("stage", Text),
    Column("outcome", Text),
    Column("policy", Text),
    Column("leaf", LargeBinary, nullable=False),
    Column("body", LargeBinary, nullable=False),
    CheckConstraint(f"length(body) <= {LARGEST_BODY}", name="entry_body_fits"),
    CheckConstraint(f"length(leaf) = {HASH_SIZE}", name="entry_leaf_is_hash"),
    Index("entry_at", "log", "at", "seq"),
    Index("entry_kind", "log", "kind", "seq"),
    # of one release: its votes in order, and who had it decided
    Index("entry_about", "log", "release_digest", "kind", "seq", "actor"),
    # of one model on one stage: what was allowed, in order, and of which release
    Index("entry_allowed", "log", "model", "stage", "kind", "outcome", "seq", "release_digest"),
    Index("entry_model", "log", "model", "seq"),
    Index("entry_version", "log", "version", "seq"),
    Index("entry_actor", "log", "actor", "seq"),
    Index("entry_outcome", "log", "outcome", "seq"),
    Index("entry_policy", "log", "policy", "seq"),
    Index("entry_stage", "log", "stage", "seq"),
    sqlite_strict=True,
    postgresql_partition_by="RANGE (log, seq)",
)
"""One row an entry. The columns select; `body` is the record, and repeats them. A body that is
empty is in an archive."""

identifier = Table(
    "identifier",
    metadata,
    _log(),
    Column("kind", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("seq", WHOLE, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
"""Where each id stands. Apart from `entry`, for a partitioned table cannot hold it unique."""

idempotency = Table(
    "idempotency",
    metadata,
    _log(),
    Column("caller", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("request_sha256", Text, nullable=False),
    Column("seq", WHOLE, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

reason = Table(
    "reason",
    metadata,
    _log(),
    Column("code", Text, primary_key=True),
    Column("seq", WHOLE, primary_key=True, autoincrement=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
"""Which entries give which reason, for search."""

move = Table(
    "move",
    metadata,
    _log(),
    Column("place", Text(collation="C").with_variant(Text(), "sqlite"), primary_key=True),
    Column("seq", WHOLE, primary_key=True, autoincrement=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
"""Which entries each named place ever pointed at; the last one is where it points now."""

words = Table(
    "words",
    metadata,
    _log(),
    Column("seq", WHOLE, primary_key=True, autoincrement=False),
    Column("text", TSVECTOR, nullable=False),
    Index("words_text", "text", postgresql_using="gin"),
)
"""Words of entries that are no plain allow. On SQLite this is an FTS5 table of that name."""

personal = Table(
    "personal",
    metadata,
    _log(),
    Column("seq", WHOLE, primary_key=True, autoincrement=False),
    Column("name", Text, primary_key=True),
    Column("salt", Text, nullable=False),
    Column("text", Text, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
"""Texts about or by persons, which entries hold commitments to. Rows can be deleted, and
nothing else here can."""

tile = Table(
    "tile",
    metadata,
    _log(),
    Column("level", WHOLE, primary_key=True, autoincrement=False),
    Column("number", WHOLE, primary_key=True, autoincrement=False),
    Column("root", LargeBinary, nullable=False),
    Column("hashes", LargeBinary, nullable=False),
    CheckConstraint(f"length(hashes) = {TILE_WIDTH * HASH_SIZE}", name="tile_is_full"),
    sqlite_strict=True,
)
"""Full tiles of the tree; what is not full yet is made of leaves and tile roots."""

checkpoint = Table(
    "checkpoint",
    metadata,
    _log(),
    Column("size", WHOLE, primary_key=True, autoincrement=False),
    Column("at", WHOLE, nullable=False),
    Column("signed", Text, nullable=False),
    sqlite_strict=True,
)
"""Every checkpoint that was ever signed, as it was signed."""

cosignature = Table(
    "cosignature",
    metadata,
    _log(),
    Column("size", WHOLE, primary_key=True, autoincrement=False),
    Column("name", Text, primary_key=True),
    Column("line", Text, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
"""Signature lines of witnesses on checkpoints of the log, by the size and by who signed."""

archive = Table(
    "archive",
    metadata,
    _log(),
    Column("seq", WHOLE, primary_key=True, autoincrement=False),
    Column("low", WHOLE, nullable=False),
    Column("high", WHOLE, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("location", Text, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
"""Ranges that were copied into a file. Only of entries in one can the body be let go of."""

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
    Column("projects", Text, nullable=False, server_default='["*"]'),
    Column("stages", Text, nullable=False, server_default='["*"]'),
    Column("secret_sha256", Text, nullable=False),
    Column("created_at", WHOLE, nullable=False),
    Column("expires_at", WHOLE),
    Column("revoked_at", WHOLE),
    Column("opened_by", Text),
    sqlite_strict=True,
)
"""A session names the token that opened it in `opened_by`: it ends with that one."""

password = Table(
    "password",
    metadata,
    Column("name", Text, primary_key=True),
    Column("hashed", Text, nullable=False),
    Column("failures", WHOLE, nullable=False),
    Column("failed_at", WHOLE),
    sqlite_strict=True,
)

invitation = Table(
    "invitation",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text),
    Column("secret_sha256", Text, nullable=False),
    Column("expires_at", WHOLE, nullable=False),
    sqlite_strict=True,
)

APPEND_ONLY = (
    entry,
    identifier,
    idempotency,
    reason,
    move,
    tile,
    checkpoint,
    cosignature,
    archive,
    document,
)
"""Tables whose rows are never changed or deleted. A guard against mistakes, not against
whoever owns the database: that is what signed checkpoints are for."""
