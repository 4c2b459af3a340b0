"""Checkpoints that witnesses cosigned, kept beside the signed ones."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, bindparam, func, select

from app.adapters.stores import dialect
from app.adapters.stores.database import Database
from app.adapters.stores.log.reading import LOG
from app.adapters.stores.schema import checkpoint, cosignature
from app.domain.errors import NotFoundError, StoreError

MOST = 16
"""Cosignatures on one checkpoint: verifiers need to accept no more (C2SP signed-note)."""
_SIGNED = select(checkpoint.c.signed).where(
    checkpoint.c.log == LOG, checkpoint.c.size == bindparam("of_size")
)
_LINES = (
    select(cosignature.c.name, cosignature.c.line)
    .where(cosignature.c.log == LOG, cosignature.c.size == bindparam("of_size"))
    .order_by(cosignature.c.name)
    .limit(MOST)
)
_NEWEST = select(func.max(cosignature.c.size)).where(cosignature.c.log == LOG)


def keep(database: Database, size: int, lines: Mapping[str, str]) -> None:
    """Keep lines by who signed. Raises NotFoundError for a size that was never signed."""
    with database.write() as connection:
        _signed(connection, size)
        known = connection.execute(_LINES, {"of_size": size}).all()
        if len({row.name for row in known} | lines.keys()) > MOST:
            raise StoreError(f"a checkpoint holds no more than {MOST} cosignatures")
        for name, line in lines.items():
            row = {"log": LOG, "size": size, "name": name, "line": line}
            dialect.keep_cosignature(connection, row)


def newest(database: Database) -> str | None:
    """Give the newest checkpoint that a witness cosigned, with all its cosignatures."""
    with database.read() as connection:
        size: int | None = connection.execute(_NEWEST).scalar()
        if size is None:
            return None
        lines = connection.execute(_LINES, {"of_size": size}).all()
        return _signed(connection, size) + "".join(row.line for row in lines)


def _signed(connection: Connection, size: int) -> str:
    signed: str | None = connection.execute(_SIGNED, {"of_size": size}).scalar()
    if signed is None:
        raise NotFoundError(f"no checkpoint of the size {size} was signed")
    return signed
