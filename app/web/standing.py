"""Where releases stand now: of each release and stage, the latest decision."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from app.domain.digest import Digest
from app.domain.entry import Kind
from app.domain.log import checkpoint as checkpoints
from app.domain.log import note
from app.domain.log.checkpoint import Checkpoint
from app.domain.log.question import Cursor, Field, Question, Term
from app.web import seeing
from app.web.context import ports
from app.web.seeing import Seen

END = Cursor(2**53, 2**53 + 1)
"""Beyond every place: the log is read from its end, and nothing is counted."""
_DECISIONS = Term(Field.KIND, Kind.DECISION)
_LOOKED_AT = 100
"""Entries looked at, at most, to fill one list."""


def recent(most: int) -> list[Seen]:
    """Read the latest decisions, of each version and stage the newest."""
    found = _found(Question((_DECISIONS,)), _LOOKED_AT)
    return list(_first(_of_each(found, _version), most))


def submitted_by(subject: str, most: int) -> list[Seen]:
    """Read where the releases of one submitter stand."""
    mine = Question((_DECISIONS, Term(Field.ACTOR, subject)))
    return list(_first(_current(_found(mine, _LOOKED_AT)), most))


def latest(release: Digest) -> dict[str, Seen]:
    """Read the latest decision about a release on each stage where it was decided."""
    decided = seeing.latest_of_each(release)
    return {str(one.body["release"]["stage"]): one for one in decided}


def checkpoint() -> Checkpoint:
    """Tell the size and root of the log now. Raises StoreError."""
    return checkpoints.parse(note.split(ports().log.checkpoint())[0])


def _found(asked: Question, limit: int) -> Iterator[Seen]:
    return (seeing.seen(entry) for entry in seeing.search(asked, END, limit).entries)


def _of_each(
    decided: Iterable[Seen], about: Callable[[dict[str, Any]], tuple[str, ...]]
) -> Iterator[Seen]:
    # Newest first: what was seen before is history.
    told: set[tuple[str, ...]] = set()
    for one in decided:
        if about(one.body) not in told:
            told.add(about(one.body))
            yield one


def _current(decided: Iterable[Seen]) -> Iterator[Seen]:
    # Of some decisions only, the newest need not be the latest of its release.
    return (one for one in _of_each(decided, _about) if _is_newest(one, *_about(one.body)))


def _is_newest(one: Seen, digest: str, stage: str) -> bool:
    # Releases are decided many times: only the entries from the newest on are read.
    for later in seeing.latest(Digest(digest), Kind.DECISION):
        if later.entry.seq <= one.entry.seq or _about(later.body)[1] == stage:
            return later.entry.seq <= one.entry.seq
    return True


def _about(body: dict[str, Any]) -> tuple[str, str]:
    return str(body["release"]["digest"]), str(body["release"]["stage"])


def _version(body: dict[str, Any]) -> tuple[str, ...]:
    return (*_about(body), *map(str, body["release"]["model"].values()))


def _first(decided: Iterator[Seen], most: int) -> Iterator[Seen]:
    for _, one in zip(range(most), decided, strict=False):
        yield one
