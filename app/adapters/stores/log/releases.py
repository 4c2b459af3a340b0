"""What the log holds about one release, and which releases of a model were allowed before."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import bindparam, exists, func, select

from app.adapters.stores.archiving import IS_HERE
from app.adapters.stores.database import Database
from app.adapters.stores.log import reading
from app.adapters.stores.log.reading import ENTRIES, LOG
from app.adapters.stores.schema import entry
from app.domain.decision import Outcome
from app.domain.digest import Digest
from app.domain.entry import Entry, Kind

_BEYOND_ALL = 2**63 - 1
_GROWTH = 8
"""How much longer each further page of the latest is: most of all want one entry."""
_MOST_AT_ONCE = 512

_ABOUT = ENTRIES.where(
    entry.c.kind == bindparam("of_kind"), entry.c.release_digest == bindparam("release"), IS_HERE
)
_OLDEST_FIRST = _ABOUT.order_by(entry.c.seq)
_LATEST = (
    _ABOUT.where(entry.c.seq < bindparam("below"))
    .order_by(entry.c.seq.desc())
    .limit(bindparam("most"))
)
_DECISIONS = select(
    entry.c.seq, entry.c.actor, entry.c.model, entry.c.version, entry.c.stage
).where(
    entry.c.log == LOG,
    entry.c.release_digest == bindparam("release"),
    entry.c.kind == Kind.DECISION.value,
)
# An offset keeps what selects apart from what gathers. In one, SQLite would walk the whole log
# by actor or by model, since in the order of these it need not sort.
_DECIDED = _DECISIONS.where(IS_HERE).offset(0).subquery()
_NEWEST_OF_EACH = select(func.max(_DECIDED.c.seq)).group_by(
    _DECIDED.c.model, _DECIDED.c.version, _DECIDED.c.stage
)
_LATEST_OF_EACH = ENTRIES.where(entry.c.seq.in_(_NEWEST_OF_EACH)).order_by(entry.c.seq)
_DECIDING = _DECISIONS.with_only_columns(entry.c.actor).offset(0).subquery()
_SUBMITTERS = select(_DECIDING.c.actor).distinct()
_ALLOWED = (
    entry.c.log == LOG,
    entry.c.kind == Kind.DECISION.value,
    entry.c.outcome == Outcome.ALLOW.value,
    entry.c.model == bindparam("of_model"),
    entry.c.stage == bindparam("on_stage"),
)
_RELEASED = select(exists().where(entry.c.release_digest == bindparam("release"), *_ALLOWED))
_OTHERS_RELEASED = select(exists().where(entry.c.release_digest != bindparam("release"), *_ALLOWED))
_LAST_RELEASED = (
    ENTRIES.where(entry.c.release_digest != bindparam("release"), *_ALLOWED, IS_HERE)
    .order_by(entry.c.seq.desc())
    .limit(1)
)


def about(database: Database, log: str, release: Digest, kind: Kind) -> list[Entry]:
    """List the entries of a kind about one release, oldest first. Raises StoreError."""
    values = {"of_kind": kind.value, "release": str(release)}
    return reading.entries(database, log, _OLDEST_FIRST, values)


def latest(database: Database, log: str, release: Digest, kind: Kind) -> Iterator[Entry]:
    """Give them newest first, read as they are asked for. Raises StoreError."""
    values = {"of_kind": kind.value, "release": str(release)}
    piece = {"below": _BEYOND_ALL, "most": 1}
    while found := reading.entries(database, log, _LATEST, {**values, **piece}):
        yield from found
        most = min(piece["most"] * _GROWTH, _MOST_AT_ONCE)
        piece = {"below": found[-1].seq, "most": most}


def latest_of_each(database: Database, log: str, release: Digest) -> list[Entry]:
    """List the newest decision on it for each model, version and stage. Raises StoreError."""
    return reading.entries(database, log, _LATEST_OF_EACH, {"release": str(release)})


def submitters(database: Database, release: Digest) -> frozenset[str]:
    """Tell everyone who ever had this release decided. Raises StoreError."""
    with database.read() as connection:
        return frozenset(connection.execute(_SUBMITTERS, {"release": str(release)}).scalars())


def was_allowed(database: Database, model: str, stage: str, release: Digest) -> bool:
    """Tell whether this release of the model was ever allowed on the stage. Raises StoreError."""
    with database.read() as connection:
        values = _values(model, stage, release)
        return bool(connection.execute(_RELEASED, values).scalar_one())


def were_others_allowed(database: Database, model: str, stage: str, release: Digest) -> bool:
    """Tell whether another release of the model ever was. Raises StoreError."""
    with database.read() as connection:
        values = _values(model, stage, release)
        return bool(connection.execute(_OTHERS_RELEASED, values).scalar_one())


def last_allowed(
    database: Database, log: str, model: str, stage: str, besides: Digest
) -> Entry | None:
    """Find the newest decision that allowed another release of the model. Raises StoreError."""
    found = reading.entries(database, log, _LAST_RELEASED, _values(model, stage, besides))
    return found[0] if found else None


def _values(model: str, stage: str, release: Digest) -> dict[str, str]:
    return {"of_model": model, "on_stage": stage, "release": str(release)}
