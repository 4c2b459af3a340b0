"""Entries of the append-only log, and how they are asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from app.domain.canonical import canonical_json
from app.domain.digest import Digest
from app.domain.errors import TooLargeError
from app.domain.retention.archives import Detachment

LARGEST_BODY = 60 * 1024
"""Bytes of one entry: C2SP tlog-tiles frames an entry with a 16-bit length."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Kind(StrEnum):
    """What an entry records."""

    DECISION = "decision"
    COULD_NOT_DECIDE = "could_not_decide"
    APPROVAL = "approval"
    INQUIRY_MADE = "inquiry_made"
    INQUIRY_ANSWERED = "inquiry_answered"
    DELEGATION = "delegation"
    WAIVER = "waiver"
    BREAK_GLASS = "break_glass"
    EVENT_RESENT = "event_resent"
    EVENT_UNDELIVERED = "event_undelivered"
    EVENTS_DELIVERED = "events_delivered"
    VERSION_REGISTERED = "version_registered"
    PROMOTED = "promoted"
    ROLLED_BACK = "rolled_back"
    ALIAS_MOVED = "alias_moved"
    RELEASE_MARKED = "release_marked"
    STAGE_VERIFIED = "stage_verified"
    ADMISSION = "admission"
    LOG_EXPORTED = "log_exported"
    LOG_ARCHIVED = "log_archived"
    LOG_UNFROZEN = "log_unfrozen"
    HOLD_PLACED = "hold_placed"
    HOLD_RELEASED = "hold_released"
    PERSONAL_ERASED = "personal_erased"
    POLICIES_KEPT = "policies_kept"
    POLICY_PROPOSED = "policy_proposed"
    POLICY_VOTE = "policy_vote"
    POLICY_ACTIVATED = "policy_activated"
    SHADOW_DIFFERENCE = "shadow_difference"
    TOKEN_CREATED = "token_created"  # noqa: S105 - a kind of entry, not a secret
    TOKEN_REVOKED = "token_revoked"  # noqa: S105 - a kind of entry, not a secret
    USER_CHANGED = "user_changed"
    KEY_ADOPTED = "key_adopted"


MAY_GO = frozenset({Kind.DECISION, Kind.COULD_NOT_DECIDE, Kind.LOG_EXPORTED})
"""Kinds whose bodies may leave the store for an archive: of all others, each tells what is so
now, or who may do what."""


@dataclass(frozen=True, slots=True)
class Move:
    """Point a named place at the entry that is appended, from where it points now.

    A place is the name of one thing that changes over time, such as `version:acme/fraud:1.2.0`
    or `stage:acme/fraud:production`: it points at the newest entry about that thing.
    """

    place: str
    expected: int | None
    """The sequence number that it points at now; None if there is no such place yet."""


@dataclass(frozen=True, slots=True)
class Personal:
    """A text about or by a person, kept beside the log so that it can be erased.

    The entry holds a commitment to it. Once text and salt are gone, the commitment tells
    nothing of either, and the tree is what it was.
    """

    name: str
    text: str
    salt: str
    """One line that nobody can guess (`Ports.new_secret`), another one for each text."""

    @property
    def commitment(self) -> Digest:
        """SHA-256 over salt, newline and text."""
        return Digest.of(f"{self.salt}\n{self.text}".encode())


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry before the log gave it its place and time. Columns select; `body` is the record."""

    id: str
    kind: Kind
    actor: str
    body: Mapping[str, Any]
    release_digest: Digest | None = None
    model: str | None = None
    stage: str | None = None
    outcome: str | None = None
    documents: tuple[tuple[Digest, bytes], ...] = ()
    """Documents that the body refers to, stored in the same transaction."""
    moves: tuple[Move, ...] = ()
    """Places that point at this entry once it is appended: all of them, or it is not."""
    personal: tuple[Personal, ...] = ()
    """Texts that are kept beside the log; the body gets a commitment to each, by its name."""
    erases: int | None = None
    """The entry whose personal texts are erased in the same transaction."""
    detaches: Detachment | None = None
    """An archive whose entries the store lets go of in the same transaction."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as it stands in the log for good."""

    log: str
    seq: int
    id: str
    kind: Kind
    at: int
    """Microseconds since the epoch; never falls from one entry to the next."""
    actor: str
    body: bytes
    """The exact stored bytes: canonical JSON, never written again."""
    is_archived: bool = False
    """True where the body is in an archive: then `body` tells in which, and is no record."""


PlacedEntry = tuple[str, Entry]
"""A named place, and the entry that it points at."""


@dataclass(frozen=True, slots=True)
class Idempotency:
    """A caller's key for one request: asked again, it gives the same entry again."""

    caller: str
    key: str
    request_sha256: Digest


@dataclass(frozen=True, slots=True)
class Page:
    """Some entries, newest first, and where the next page starts (None at the end)."""

    entries: tuple[Entry, ...]
    next_before: int | None


@dataclass(frozen=True, slots=True)
class Prepared:
    """A draft as bytes, but for its time and place: what can be written before it has them."""

    kind: Kind
    before: bytes
    between: bytes
    behind: bytes
    """Members whose names sort before `at`, between `at` and `seq`, and behind `seq`."""

    def sealed(self, seq: int, at: str) -> bytes:
        """Write the exact bytes at a place and time (RFC 3339). Raises TooLargeError."""
        body = b'{%s"at":"%s"%s,"seq":%d%s}' % (
            self.before,
            at.encode(),
            self.between,
            seq,
            self.behind,
        )
        if len(body) > LARGEST_BODY:
            raise TooLargeError(
                f"the record of this {self.kind} has {len(body)} bytes: at most {LARGEST_BODY} fit"
            )
        return body


def seal(draft: Draft, log: str, seq: int, at: int) -> bytes:
    """Write a draft as the exact bytes that are stored, answered and hashed.

    They are the draft's body as canonical JSON, with its place and time in it: `log`,
    `seq`, `at` (RFC 3339, UTC, microseconds), and `entry`, which repeats every column that
    can be searched and every place that is moved, so that none can be changed unnoticed;
    `personal`, the commitments to texts beside the log; and `erased`, the entry whose texts go.
    Raises TooLargeError.
    """
    return prepared(draft, log).sealed(seq, rfc3339(at))


def prepared(draft: Draft, log: str) -> Prepared:
    """Write all of a draft that does not depend on its place. Raises ValueError for no JSON."""
    members: dict[str, Any] = {**draft.body, "log": log, "entry": _columns(draft)}
    if draft.personal:
        members["personal"] = {personal.name: personal.commitment for personal in draft.personal}
    if draft.erases is not None:
        members["erased"] = draft.erases
    before = _members({name: value for name, value in members.items() if name < "at"})
    between = _members({name: value for name, value in members.items() if "at" < name < "seq"})
    behind = _members({name: value for name, value in members.items() if name > "seq"})
    return Prepared(
        draft.kind,
        before + b"," if before else b"",
        b"," + between if between else b"",
        b"," + behind if behind else b"",
    )


def _members(members: Mapping[str, Any]) -> bytes:
    return canonical_json(members)[1:-1] if members else b""


def microseconds(moment: datetime) -> int:
    """Count the microseconds since the epoch, exactly."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def rfc3339(at: int) -> str:
    """Write microseconds since the epoch as RFC 3339 in UTC, always with six decimals."""
    moment = _EPOCH + timedelta(microseconds=at)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _columns(draft: Draft) -> dict[str, Any]:
    columns: dict[str, Any] = {
        "id": draft.id,
        "kind": draft.kind.value,
        "actor": draft.actor,
        "release_digest": draft.release_digest,
        "model": draft.model,
        "stage": draft.stage,
        "outcome": draft.outcome,
        "places": sorted(move.place for move in draft.moves) or None,
    }
    return {name: value for name, value in columns.items() if value is not None}
