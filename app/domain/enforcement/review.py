"""What a cluster asks before it takes an object in, and what it is answered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.domain.enforcement.answer import Answer, Ruling, line
from app.domain.enforcement.manifest import FoundReference, Manifest, Role, Unread

LONGEST_MESSAGE = 1024
"""Characters of a message: kubectl and the tools that deploy show all of it."""
LONGEST_WARNING = 256
LONGEST_WARNINGS = 4096
"""Characters of one warning, and of all: what the API server passes on (RFC 7234 Warning)."""
LONGEST_ANNOTATION = 1024
MOST_SHOWN = 3
"""Refused models, and reasons of each, that a message tells of; it counts the others."""
_WORST = {Ruling.DENY: 0, Ruling.UNKNOWN: 1, Ruling.PENDING: 2}


@dataclass(frozen=True, slots=True)
class Review:
    """One question of a cluster: may this object be created, or changed to this?"""

    uid: str
    """Fresh with every call: it tells calls apart, and is never asked by again."""
    operation: str
    subresource: str
    namespace: str | None
    user: str
    is_dry_run: bool
    object: Mapping[str, Any] | None
    old_object: Mapping[str, Any] | None

    @property
    def changes_no_model(self) -> bool:
        """Whether nothing is created or changed that could name a model.

        A deletion, an update of a status, and any update of what is being deleted pass: else
        nothing could be taken out of a cluster while the gate says no.
        """
        if self.operation not in {"CREATE", "UPDATE"} or self.object is None:
            return True
        metadata = self.object.get("metadata")
        is_going = isinstance(metadata, Mapping) and bool(metadata.get("deletionTimestamp"))
        return self.subresource == "status" or (self.operation == "UPDATE" and is_going)


@dataclass(frozen=True, slots=True)
class Answered:
    """A reference of a manifest, and what is so for its release."""

    found: FoundReference
    said: Answer


@dataclass(frozen=True, slots=True)
class Admission:
    """Whether a cluster may take an object in, and what its people are told."""

    answered: tuple[Answered, ...] = ()
    unread: tuple[Unread, ...] = ()
    faults: tuple[str, ...] = ()
    """Why the gate could not tell: never an allow."""

    @property
    def is_allowed(self) -> bool:
        """Whether every model that is named was read, and is let in."""
        return not self.faults and not self.unread and all(a.said.is_allowed for a in self.answered)

    @property
    def refused(self) -> tuple[Answered, ...]:
        """Give what is not let in, the worst first."""
        refused = (one for one in self.answered if not one.said.is_allowed)
        return tuple(sorted(refused, key=lambda one: _WORST[one.said.ruling]))

    @property
    def outcome(self) -> str:
        """The ruling in one word: that of the worst reference."""
        if self.faults or self.unread:
            return Ruling.UNKNOWN.value
        refused = self.refused
        return refused[0].said.ruling.value if refused else Ruling.ALLOW.value


def names_nothing_new(new: Manifest, old: Manifest) -> bool:
    """Tell whether a changed object names no model, and no riddle, that it did not name before."""
    models = {(one.role, one.uri) for one in old.references}
    riddles = {(one.path, one.why) for one in old.unread}
    return all((one.role, one.uri) in models for one in new.references) and all(
        (one.path, one.why) in riddles for one in new.unread
    )


def to_be_released(manifest: Manifest) -> tuple[FoundReference, ...]:
    """Give the references that have to be let in.

    Code that is fetched at start counts where nothing else says what a RayService serves: then
    the model is whatever that code loads.
    """
    models = tuple(one for one in manifest.references if one.role is not Role.CODE)
    return models if models or manifest.kind != "RayService" else manifest.references


def message(admission: Admission, url: str) -> str:
    """Say why not: the verdict and the worst reason first, who can mend it, where to read on."""
    lines: list[str] = [f"{Ruling.UNKNOWN}: {fault}" for fault in admission.faults]
    lines += [
        f"{Ruling.UNKNOWN}: cannot be read: {lost.why} (at {lost.path})"
        for lost in admission.unread[:MOST_SHOWN]
    ]
    for one in admission.refused[:MOST_SHOWN]:
        lines += _told(one, url)
    more = len(admission.refused) - MOST_SHOWN
    if more > 0:
        lines.append(f"and {more} more models that are not let in")
    text = "\n".join("  " * one.startswith("  ") + line(one, LONGEST_MESSAGE) for one in lines)
    return text if len(text) <= LONGEST_MESSAGE else text[: LONGEST_MESSAGE - 1] + "\u2026"


def warnings(admission: Admission) -> list[str]:
    """Give what to know all the same, cut to what an API server passes on."""
    kept: list[str] = []
    left = LONGEST_WARNINGS
    said = (text for one in admission.answered for text in one.said.warnings)
    for text in dict.fromkeys(said):
        short = line(text, LONGEST_WARNING)
        if not short or len(short) > left:
            break
        kept.append(short)
        left -= len(short)
    return kept


def audit(admission: Admission) -> dict[str, str]:
    """Give what the cluster's own audit log keeps of the answer."""
    if not (admission.answered or admission.unread or admission.faults):
        return {}
    members = {
        "outcome": admission.outcome,
        "decisions": _joined(one.said.decision_id for one in admission.answered),
        "releases": _joined(one.said.release_digest for one in admission.answered),
        "references": _joined(
            f"{one.found.uri} {one.said.ruling.value}" for one in admission.answered
        ),
    }
    return {name: line(text, LONGEST_ANNOTATION) for name, text in members.items() if text}


def _told(one: Answered, url: str) -> Sequence[str]:
    lines = [one.said.message, f"  model: {one.found.uri} (at {one.found.path})"]
    grounds = one.said.grounds
    lines += [f"  and: {ground.code}: {ground.message}" for ground in grounds[1:MOST_SHOWN]]
    lines += [f"  next: {ground.who}: {ground.how}" for ground in grounds[:1]]
    if one.said.decision_id:
        lines.append(f"  decision: {url}/v1/decisions/{one.said.decision_id}")
    return lines


def _joined(texts: Iterable[str | None]) -> str:
    return ",".join(dict.fromkeys(text for text in texts if text))
