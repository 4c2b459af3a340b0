"""A decision made again from what was recorded: equal, or what differs, or why not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.domain.canonical import canonical_json, pointer

LONGEST_VALUE = 300
ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where the verdict of today is not the recorded one."""

    at: str
    """JSON Pointer into the decision."""
    recorded: str
    """The value as canonical JSON, shortened; ABSENT where there is none."""
    replayed: str


@dataclass(frozen=True, slots=True)
class Again:
    """A recorded decision beside the verdict that its own input and policies give now."""

    decision_id: str
    revision: str
    """Revision of the policies that decided."""
    engine: str
    """What evaluated now, and its version."""
    differences: tuple[Difference, ...]
    """Empty when the verdict is equal, byte for byte."""


def differences(recorded: Mapping[str, Any], replayed: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Compare what was recorded with what a verdict says now, member by member of the latter."""
    return tuple(
        difference
        for name, value in sorted(replayed.items())
        for difference in _compared(recorded.get(name), value, pointer(name))
    )


def _compared(recorded: object, replayed: object, at: str) -> Sequence[Difference]:
    if isinstance(recorded, Mapping) and isinstance(replayed, Mapping):
        names = sorted({*recorded, *replayed})
        pairs = [(str(name), recorded.get(name), replayed.get(name)) for name in names]
    elif isinstance(recorded, list) and isinstance(replayed, list):
        longest = max(len(recorded), len(replayed))
        pairs = [(str(n), _nth(recorded, n), _nth(replayed, n)) for n in range(longest)]
    elif canonical_json(recorded) == canonical_json(replayed):
        return []
    else:
        return [Difference(at, _shown(recorded), _shown(replayed))]
    return [
        found for name, one, other in pairs for found in _compared(one, other, at + pointer(name))
    ]


def _nth(values: Sequence[object], place: int) -> object:
    return values[place] if place < len(values) else None


def _shown(value: object) -> str:
    if value is None:
        return ABSENT
    text = canonical_json(value).decode()
    return (
        text
        if len(text) <= LONGEST_VALUE
        else f"{text[:LONGEST_VALUE]}... ({len(text)} characters)"
    )
