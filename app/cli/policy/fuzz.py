"""Deletion fuzzing: what is absent must never help a release.

Two questions about one input. Does taking out any one field better the outcome? And, of a
field that matters (another value of it worsens the outcome), does it pass to leave it out?
The second finds a passing default from an allowed input alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.cli.policy import deletion
from app.cli.policy.deletion import Document

RANK = {"deny": 0, "pending": 1, "allow": 2}
Decide = Callable[[Sequence[Document]], list[str]]
"""Decides documents in order; an outcome that is not in RANK is no allow."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A field that helps a release by being absent."""

    at: str
    message: str


def faults(document: Document, decide: Decide) -> tuple[str, list[Fault]]:
    """Decide a document as it is and without each field; give the outcome and what is wrong."""
    places = list(deletion.places(document))
    reduced = [deletion.without(document, place) for place in places]
    whole, *outcomes = decide([document, *reduced])
    found = [
        Fault(deletion.named(place), f"without it, {whole} becomes {outcome}")
        for place, outcome in zip(places, outcomes, strict=True)
        if _rank(outcome) > _rank(whole)
    ]
    kept = [
        place
        for place, outcome in zip(places, outcomes, strict=True)
        if outcome == whole == "allow"
    ]
    return whole, [*found, *_passing_unseen(document, kept, decide)]


def _passing_unseen(
    document: Document, places: Sequence[tuple[str | int, ...]], decide: Decide
) -> list[Fault]:
    """Find fields whose value can worsen an allow, while their absence does not."""
    tried = [(place, other) for place in places for other in deletion.changed(document, place)]
    outcomes = decide([other for _, other in tried])
    worse = {
        place: outcome
        for (place, _), outcome in zip(tried, outcomes, strict=True)
        if _rank(outcome) < _rank("allow")
    }
    return [
        Fault(
            deletion.named(place),
            f"another value gives {outcome}, but leaving it out passes: is there a default?",
        )
        for place, outcome in worse.items()
    ]


def _rank(outcome: str) -> int:
    return RANK.get(outcome, RANK["deny"])
