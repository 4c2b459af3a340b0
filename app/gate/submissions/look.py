"""Look at a release: what was decided where, what is missing, who can give it, where it runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from app.domain.caller import Caller
from app.domain.digest import Digest
from app.domain.entry import Entry, Kind
from app.domain.errors import NotFoundError
from app.domain.identity import tenancy
from app.domain.models import mark, places, pointer, version
from app.domain.models.mark import Mark, State
from app.domain.release import ModelVersion
from app.gate.submissions.complete import body, newest
from app.ports import Log, Ports


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that is missing or wrong: who can mend it, how, and the reasons it would mend."""

    who: str
    how: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Decided:
    """The newest decision about a version on a stage, and what it says is missing."""

    model: str
    """`namespace/name`."""
    version: str
    stage: str
    outcome: str
    decision_id: str
    at: int
    """Microseconds since the epoch."""
    seq: int
    missing: tuple[Missing, ...]
    is_live: bool
    """Whether the stage points at this version with these bytes."""


@dataclass(frozen=True, slots=True)
class ReleaseState:
    """Everything that is so about one release now, as far as the caller sees."""

    release_digest: Digest
    state: State
    marks: tuple[Mark, ...]
    """Every mark, oldest first."""
    versions: tuple[str, ...]
    """The registered versions that have these bytes."""
    decided: tuple[Decided, ...]
    """The newest decision for each version and stage."""


def release(digest: Digest, caller: Caller, ports: Ports) -> ReleaseState:
    """Tell everything that is so about a release. Raises NotFoundError, StoreError."""
    decisions = tenancy.seen(caller, ports.log.latest_of_each(digest))
    named = tenancy.seen(caller, ports.log.about(digest, Kind.VERSION_REGISTERED))
    if not decisions and not named:
        raise NotFoundError(f"no release with the digest {digest} was registered or submitted")
    marked = [mark.read(entry) for entry in ports.log.about(digest, Kind.RELEASE_MARKED)]
    labels = tuple(sorted(version.label(version.read(entry).model) for entry in named))
    return ReleaseState(
        release_digest=digest,
        state=mark.state(ports.log.at_place(places.release(digest))),
        # The bytes may be another project's too, whose names are not told here.
        marks=tuple(
            replace(one, versions=tuple(label for label in one.versions if label in labels))
            for one in marked
        ),
        versions=labels,
        decided=tuple(
            _decided(entry, ports.log)
            for entry in sorted(decisions, key=lambda entry: _about(body(entry)))
        ),
    )


def submission(model: ModelVersion, stage: str, caller: Caller, ports: Ports) -> Decided:
    """Tell how a submission stands. Raises NotFoundError, StoreError."""
    return _decided(newest(model, stage, caller, ports), ports.log)


def _about(decision: Mapping[str, Any]) -> tuple[str, str, str]:
    named = decision["release"]
    model = named["model"]
    return f"{model['namespace']}/{model['name']}", model["version"], named["stage"]


def _decided(entry: Entry, log: Log) -> Decided:
    decision = body(entry)
    model, version_name, stage = _about(decision)
    placed = log.at_place(places.stage(model, stage))
    live = pointer.read(placed) if placed else None
    return Decided(
        model=model,
        version=version_name,
        stage=stage,
        outcome=decision["outcome"],
        decision_id=decision["decision_id"],
        at=entry.at,
        seq=entry.seq,
        missing=tuple(
            Missing(action["who"], action["how"], tuple(action["codes"]))
            for action in decision["next_actions"]
        ),
        is_live=live is not None
        and (live.version, live.release_digest) == (version_name, decision["release"]["digest"]),
    )
