"""FOLLOW: from a release to the marks on it, on its rollback target, and on what it is made of."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from app.domain.digest import Digest
from app.domain.evidence import CardReading, Unread
from app.domain.models import mark, places, version
from app.domain.models.mark import Ancestor, Marks, State
from app.domain.models.version import BaseModel
from app.domain.release import Release
from app.ports import Log

MOST_ANCESTORS = 100
"""Ancestors that are followed: with more, the marks are not whole, and policy denies."""


def marks(release: Release, card: CardReading | None, log: Log) -> Marks:
    """From what a version and its card say it was made from to the marks in the log.

    Only ancestors that are registered here have marks; a base model of others is known by
    its id alone, which policy data lists. Raises StoreError.
    """
    ancestors, is_whole = _ancestors([*_registered(release, log), *_named(card)], log)
    target = release.rollback
    return Marks(
        release=_state(release.digest, log),
        rollback=None if target is None else _state(target.release_digest, log),
        ancestors=ancestors,
        is_whole=is_whole,
    )


def _state(release: Digest, log: Log) -> State:
    return mark.state(log.at_place(places.release(release)))


def _registered(release: Release, log: Log) -> tuple[BaseModel, ...]:
    entry = log.at_place(places.version(version.label(release.model)))
    return () if entry is None else version.bases(version.read(entry))


def _named(card: CardReading | None) -> Iterator[BaseModel]:
    if card is not None and not isinstance(card.card, Unread):
        for base in card.card.base_models:
            yield BaseModel(base.id, base.revision, base.relation)


def _ancestors(bases: list[BaseModel], log: Log) -> tuple[tuple[Ancestor, ...], bool]:
    found: dict[str, Ancestor] = {}
    waiting = deque(bases)
    while waiting:
        base = waiting.popleft()
        label = f"{base.id}:{base.revision}"
        if label in found or version.split(label) is None:
            continue
        entry = log.at_place(places.version(label))
        if entry is None:
            continue
        if len(found) == MOST_ANCESTORS:
            return tuple(found.values()), False
        registration = version.read(entry)
        found[label] = Ancestor(label, _state(registration.release_digest, log))
        waiting.extend(version.bases(registration))
    return tuple(found.values()), True
