"""What each term of a question asks of an entry, as conditions on its columns."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Text,
    false,
    func,
    literal_column,
    or_,
    select,
)

from app.adapters.stores.schema import entry, reason
from app.domain.log.question import Field, Term

LOG = 0
"""The number of the log in this database (`reading.LOG`)."""
_COLUMNS = {
    Field.DIGEST: entry.c.release_digest,
    Field.VERSION: entry.c.version,
    Field.ACTOR: entry.c.actor,
    Field.MODEL: entry.c.model,
    Field.POLICY: entry.c.policy,
    Field.STAGE: entry.c.stage,
    Field.OUTCOME: entry.c.outcome,
    Field.KIND: entry.c.kind,
}

PROJECTS = {
    "sqlite": "substr(entry.model, 1, instr(entry.model, '/') - 1)",
    "postgresql": "split_part(entry.model, '/', 1)",
}
"""The project of an entry, in the very words of its index (revision 0011)."""


def holds(connection: Connection, term: Term, *, is_driving: bool) -> ColumnElement[bool]:
    """Tell by which condition a term holds; `is_driving` if its index leads."""
    if term.field is Field.REASON:
        return entry.c.seq.in_(_giving(term.value))
    kept: ColumnElement[Any]
    if term.field is Field.PROJECT:
        kept = literal_column(PROJECTS[connection.dialect.name], Text)
    else:
        kept = _COLUMNS[term.field]
    if connection.dialect.name == "sqlite" and not is_driving:
        # SQLite keeps no statistics that could tell it that a digest says more than a
        # stage: the unary plus keeps every index but the most telling one out.
        kept = literal_column(f"+{kept}", kept.type)
    return kept == term.value


def present(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Take a condition on what is absent as one that does not hold."""
    return func.coalesce(condition, literal_column("(1 = 0)"))


def _giving(code: str) -> Select[Any]:
    codes = select(reason.c.seq).where(reason.c.log == LOG)
    if not code.endswith("*"):
        return codes.where(reason.c.code == code)
    start = code.removesuffix("*")
    return codes.where(reason.c.code >= start, reason.c.code < start + "\U0010ffff")


def of_projects(projects: frozenset[str]) -> ColumnElement[bool]:
    """Tell by which condition an entry is about a model of these projects."""
    # By exact characters: LIKE would fold case on SQLite, and a range follow the collation.
    begins = (
        func.substr(entry.c.model, 1, len(project) + 1) == f"{project}/"
        for project in sorted(projects)
    )
    return or_(false(), *begins)
