"""Retention: which entries may leave the store for an archive, and what keeps them from it.

A closed range of the log is copied whole into an archive. Of what is in an archive, the store
may let go of the bodies that nothing needs any more; columns, leaf hashes, tiles, checkpoints
and all that stands beside the entries stay, and so does every proof.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.digest import Digest

LARGEST_RANGE = 16_384
"""Entries of one archive, 64 tiles: as many as can be let go of between two appends."""
RETENTION = "log:retention"
"""The place that each archive, hold, release and erasure moves: of two at once one wins."""
ARCHIVES = "log:archive:"
HOLDS = "log:hold:"


@dataclass(frozen=True, slots=True)
class Archive:
    """A range of the log, `low` up to `high`, that was copied into a file."""

    low: int
    high: int
    sha256: Digest
    """SHA-256 of the file."""
    location: str
    """Where whoever archived it says that the file is."""


@dataclass(frozen=True, slots=True)
class Archived:
    """An archive as the log knows it."""

    archive: Archive
    seq: int
    """The entry that recorded it."""
    left: int
    """Entries of the range whose bodies are in the archive alone."""


@dataclass(frozen=True, slots=True)
class Hold:
    """A legal hold: what it covers neither leaves the store nor loses its personal texts.

    It covers the entries for which all that it names is so; one that names nothing covers all.
    """

    id: str
    project: str | None = None
    model: str | None = None
    digest: str | None = None
    low: int | None = None
    high: int | None = None

    def covers(self, one: Standing) -> bool:
        """Tell whether an entry is on hold."""
        project = (one.model or "").partition("/")[0]
        return (
            self.project in {None, project}
            and self.model in {None, one.model}
            and self.digest in {None, one.release_digest}
            and (self.low is None or one.seq >= self.low)
            and (self.high is None or one.seq < self.high)
        )


@dataclass(frozen=True, slots=True)
class Standing:
    """What the columns of an entry say, whose body is in the store."""

    seq: int
    may_go: bool
    """Whether it is of a kind whose bodies may leave (`entry.MAY_GO`)."""
    release_digest: str | None
    model: str | None


@dataclass(frozen=True, slots=True)
class Detachment:
    """An archive, whose entries the store lets go of but for what is on hold."""

    archive: Archive
    holds: tuple[Hold, ...] = ()


def leaving(
    standing: Iterable[Standing],
    needed: Collection[int],
    live: Collection[str],
    holds: Collection[Hold],
) -> list[int]:
    """Tell which entries may leave, of all whose archived bodies are still in the store.

    `needed` are entries that a named place ever pointed at, or that have personal texts;
    `live` are releases that later entries are about, or that a next release is compared with.
    The entries about one release go together or not at all: what is left of its past could
    otherwise say something else than the whole.
    """
    going: list[Standing] = []
    staying = set(live)
    for one in standing:
        is_held = any(hold.covers(one) for hold in holds)
        if one.may_go and one.seq not in needed and not is_held:
            going.append(one)
        elif one.release_digest is not None:
            staying.add(one.release_digest)
    return [one.seq for one in going if one.release_digest not in staying]


def hold(body: Mapping[str, Any]) -> Hold:
    """Read a hold from the entry that placed it."""
    on = body["on"]
    entries = on.get("entries", {})
    return Hold(
        body["hold_id"],
        on.get("project"),
        on.get("model"),
        on.get("digest"),
        entries.get("low"),
        entries.get("high"),
    )


def place(low: int) -> str:
    """Name the place of the archive that begins here; names sort as numbers do."""
    return f"{ARCHIVES}{low:016d}"
