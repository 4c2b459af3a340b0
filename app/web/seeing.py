"""What the caller may see of the log: every page reads through these few functions."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.domain.digest import Digest
from app.domain.entry import Entry, Kind
from app.domain.identity import tenancy
from app.domain.log.exports.formats import Format
from app.domain.log.question import Cursor, Found, Question
from app.gate.log import export as exporting
from app.web.context import caller, ports


@dataclass(frozen=True, slots=True)
class Seen:
    """An entry of the log, and the document that it records."""

    entry: Entry
    body: dict[str, Any]


def search(asked: Question, cursor: Cursor | None, limit: int) -> Found:
    """Find entries that the caller may see, newest first. Raises StoreError."""
    return ports().log.search(tenancy.within(caller(), asked), cursor, limit)


def decision(decision_id: str) -> Seen:
    """Read one decision. Raises NotFoundError, StoreError."""
    entry = ports().log.find(decision_id, Kind.DECISION)
    return seen(tenancy.must_see(caller(), entry, f"decision {decision_id[:80]!r}"))


def about(release: Digest, kind: Kind) -> Sequence[Seen]:
    """Read all entries of a kind about a release, oldest first. Raises StoreError."""
    entries = ports().log.about(release, kind)
    return [seen(entry) for entry in tenancy.seen(caller(), entries)]


def latest(release: Digest, kind: Kind) -> Iterator[Seen]:
    """Read the entries of a kind about a release, newest first. Raises StoreError."""
    entries = ports().log.latest(release, kind)
    return (seen(entry) for entry in entries if tenancy.may_see(caller(), entry))


def latest_of_each(release: Digest) -> Sequence[Seen]:
    """Read the newest decision on a release for each model, version and stage, oldest first."""
    entries = ports().log.latest_of_each(release)
    return [seen(entry) for entry in tenancy.seen(caller(), entries)]


def export(asked: Question, parameters: Mapping[str, str], form: Format) -> Iterator[bytes]:
    """Take away what the caller may see; the export is recorded. Raises StoreError."""
    line = json.dumps(parameters, sort_keys=True)
    return exporting.log(tenancy.within(caller(), asked), line, 0, form, caller(), ports())


def document(sha256: str) -> Any:  # noqa: ANN401 - a stored JSON document
    """Read a stored JSON document that an entry refers to; None if it is not there."""
    content = ports().documents.read(Digest(sha256))
    return None if content is None else json.loads(content)


def commented(votes: Sequence[Seen]) -> list[Seen]:
    """Put beside each vote the texts that were not erased. Raises StoreError."""
    texts = ports().log.personal([vote.entry.seq for vote in votes])
    return [
        Seen(vote.entry, {**vote.body, **{t.name: t.text for t in texts.get(vote.entry.seq, ())}})
        for vote in votes
    ]


def seen(entry: Entry) -> Seen:
    """Read what an entry records."""
    return Seen(entry, json.loads(entry.body))


def pretty(document: object) -> str:
    """Write a document as people read it."""
    return json.dumps(document, indent=2, ensure_ascii=False, sort_keys=True)
