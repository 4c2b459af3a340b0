"""Which decisions an act counts for: the newest ones on what it is about, the oldest first."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.approvals.break_glass import BrokenGlass
from app.domain.approvals.waiver import Waiver
from app.domain.digest import Digest
from app.domain.entry import Entry, Kind
from app.domain.log.question import Cursor, Field, Question, Term
from app.gate import hear
from app.ports import Log

Body = Mapping[str, Any]
MOST = 100
"""Releases that one act lets through at once; the others pass when they are submitted again."""
REVIEW_OWED = "approvals.review_owed"
_PAGE = 200
_PAGES = 10
_END = 2**53 - 1
"""Above every place in a log: with it a search counts nothing that nobody asked for."""


@dataclass(frozen=True, slots=True)
class Concerned:
    """Decisions that an act counts for, the oldest first; `is_whole` unless there are more."""

    decisions: tuple[Entry, ...]
    is_whole: bool = True


def by_vote(voted: Entry, log: Log) -> Concerned:
    """Find the release that a vote is on, on each stage that it was decided for."""
    on = hear.approval(voted).on
    about = log.about(Digest(on.release_digest), Kind.DECISION)
    return _newest(reversed(about), lambda body: _is_version(body, on.model, on.version))


def by_mark(release: Digest, log: Log) -> Concerned:
    """Find the bytes under every name, on each stage that they were decided for."""
    return _newest(reversed(log.about(release, Kind.DECISION)), lambda _: True)


def by_approved_waiver(stated: Waiver, log: Log) -> Concerned:
    """Find what is held up by a rule that the waiver covers."""
    codes = set(stated.asked.codes)

    def is_held_up(body: Body) -> bool:
        return _is_about(body, stated) and not codes.isdisjoint(_codes(body))

    return _first(_of_model(stated.asked.model, stated.asked.stage, None, log), is_held_up)


def by_revoked_waiver(stated: Waiver, since: int, log: Log) -> Concerned:
    """Find all that rests on the waiver; `since` is when it was asked for, in microseconds."""

    def rests(body: Body) -> bool:
        return any(stated.waiver_id in one["waivers"] for one in body.get("waived", ()))

    found = _of_model(stated.asked.model, stated.asked.stage, since, log)
    # What must no longer pass is found, however much there is: all since it was asked for.
    return _newest((entry for page in found for entry in page), rests)


def by_broken_glass(glass: BrokenGlass, log: Log) -> Concerned:
    """Find the release that the emergency lets through."""
    return _newest(reversed(log.about(glass.release_digest, Kind.DECISION)), _is_of(glass))


def by_review(glass: BrokenGlass, log: Log) -> Concerned:
    """Find what the emergency let through, and what waited for the review of it."""
    is_of = _is_of(glass)

    def waits(body: Body) -> bool:
        return REVIEW_OWED in _codes(body)

    others = _first(_of_model(glass.model, None, None, log), waits)
    ours = by_broken_glass(glass, log).decisions
    besides = [one for one in others.decisions if not is_of(_body(one))]
    return Concerned((*ours, *besides), others.is_whole)


def _is_of(glass: BrokenGlass) -> Callable[[Body], bool]:
    def is_of(body: Body) -> bool:
        release = body["release"]
        is_there = (release["digest"], release["stage"]) == (glass.release_digest, glass.stage)
        return is_there and _is_version(body, glass.model, glass.version)

    return is_of


def _is_about(body: Body, stated: Waiver) -> bool:
    digest = stated.asked.release_digest
    return digest is None or body["release"]["digest"] == digest


def _codes(body: Body) -> set[str]:
    return {reason["code"] for reason in body["reasons"]}


def _of_model(
    model: str, stage: str | None, since: int | None, log: Log
) -> Iterator[tuple[Entry, ...]]:
    terms = [Term(Field.KIND, Kind.DECISION.value), Term(Field.MODEL, model)]
    if stage is not None:
        terms.append(Term(Field.STAGE, stage))
    asked = Question(tuple(terms), since=since)
    cursor: Cursor | None = Cursor(before=_END, high=_END)
    while cursor is not None:
        page = log.search(asked, cursor, _PAGE)
        yield page.entries
        cursor = page.cursor


def _first(pages: Iterator[tuple[Entry, ...]], counts: Callable[[Body], bool]) -> Concerned:
    read = [entry for _, page in zip(range(_PAGES), pages, strict=False) for entry in page]
    is_all_read = next(pages, None) is None
    found = _newest(read, counts).decisions
    return Concerned(found[-MOST:], is_whole=is_all_read and len(found) <= MOST)


def _newest(newest_first: Iterable[Entry], counts: Callable[[Body], bool]) -> Concerned:
    """Keep those that count of the decisions that no later one on the same has taken the place of.

    They are decided in the order in which they were, so that the last one stays the last.
    """
    later: dict[tuple[str, ...], list[set[str] | None]] = {}
    found: list[Entry] = []
    for entry in newest_first:
        body = _body(entry)
        seen = later.setdefault(_what(body), [])
        clusters = body["release"].get("clusters")
        here = None if clusters is None else set(clusters)
        if any(one is None or (here is not None and here <= one) for one in seen):
            continue
        seen.append(here)
        if counts(body):
            found.append(entry)
    return Concerned(tuple(reversed(found)))


def _what(body: Body) -> tuple[str, ...]:
    on = hear.subject(body)
    return (on.model, on.version, on.release_digest, on.stage)


def _is_version(body: Body, model: str, version: str) -> bool:
    on = hear.subject(body)
    return (on.model, on.version) == (model, version)


def _body(entry: Entry) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(entry.body)
    return body
