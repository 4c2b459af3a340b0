"""What the gate answers an enforcement point: the recorded decision, or that there is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from app.domain.decision import Outcome, Point, at_point
from app.domain.digest import Digest

LONGEST_MESSAGE = 140
"""Characters of a message: what the narrowest place shows, a commit status of GitHub."""

LONGEST_WARNING = 256
"""Characters of a warning: what the API server of Kubernetes shows of one."""


class Ruling(StrEnum):
    """What an enforcement point is told. Only `allow` lets anything through."""

    ALLOW = "allow"
    PENDING = "pending"
    DENY = "deny"
    UNKNOWN = "unknown"
    """No decision that counts: none, one that ran out, or a reference that leads to none."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Why not, and who can mend it how: a reason of the decision, or the absence of one."""

    code: str
    message: str
    is_pending: bool
    who: str
    how: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What is so for a release on a stage; it repeats what was recorded and decides nothing."""

    ruling: Ruling
    message: str
    """One line, the ruling first, at most LONGEST_MESSAGE characters."""
    stage: str
    cluster: str | None = None
    grounds: tuple[Ground, ...] = ()
    """At least one, unless the ruling is allow."""
    warnings: tuple[str, ...] = ()
    """What to know all the same, each one line."""
    release_digest: Digest | None = None
    model: str | None = None
    """As `namespace/name`."""
    version: str | None = None
    decision_id: str | None = None
    """The decision that was found, also one that no longer counts."""
    decided_at: int | None = None
    """Microseconds since the epoch."""
    valid_until: int | None = None
    """Microseconds since the epoch; only of an allow."""

    @property
    def is_allowed(self) -> bool:
        """Whether what asks may go on."""
        return self.ruling is Ruling.ALLOW

    @property
    def project(self) -> str | None:
        """The project whose decision it repeats, if it repeats one."""
        return None if self.model is None else self.model.partition("/")[0]


def recorded(
    body: Mapping[str, Any], at: int, stage: str, cluster: str | None, valid_until: int | None
) -> Answer:
    """Repeat a recorded decision as an answer: first what only another release can mend.

    What counts is what is so at the point of admission.
    """
    body = at_point(body, Point.ADMISSION)
    outcome, release = Outcome(body["outcome"]), body["release"]
    model = f"{release['model']['namespace']}/{release['model']['name']}"
    version = release["model"]["version"]
    grounds = tuple(sorted(map(_ground, body["reasons"]), key=lambda one: one.is_pending))
    said = f"{outcome.value}: {model} {version} for {stage}"
    if grounds:
        more = body["reasons_total"] - 1
        said += f": {grounds[0].code}: {grounds[0].message}" + (f" (+{more} more)" * bool(more))
    return Answer(
        ruling=Ruling(outcome.value),
        message=line(said),
        stage=stage,
        cluster=cluster,
        grounds=grounds,
        warnings=tuple(f"{w['code']}: {w['message']}" for w in body["warnings"]),
        release_digest=Digest(release["digest"]),
        model=model,
        version=version,
        decision_id=body["decision_id"],
        decided_at=at,
        valid_until=valid_until if outcome is Outcome.ALLOW else None,
    )


def unknown(  # noqa: PLR0913 - what is said, and of what, by name
    code: str,
    message: str,
    how: str,
    *,
    stage: str,
    cluster: str | None,
    release: Digest | None = None,
) -> Answer:
    """Answer that no decision lets this through, and what would help."""
    return Answer(
        ruling=Ruling.UNKNOWN,
        message=line(f"{Ruling.UNKNOWN}: {message}"),
        stage=stage,
        cluster=cluster,
        grounds=(Ground(code, message, is_pending=False, who="submitter", how=how),),
        release_digest=release,
    )


def document(answer: Answer) -> dict[str, Any]:
    """Write an answer as the JSON object that every enforcement point gets parts of."""
    members: dict[str, Any] = {
        "outcome": answer.ruling.value,
        "message": answer.message,
        "stage": answer.stage,
        "cluster": answer.cluster,
        "reasons": [
            {
                "code": ground.code,
                "message": ground.message,
                "is_pending": ground.is_pending,
                "fix": {"who": ground.who, "how": ground.how},
            }
            for ground in answer.grounds
        ],
        "warnings": list(answer.warnings),
        "release_digest": answer.release_digest,
        "model": answer.model,
        "version": answer.version,
        "decision_id": answer.decision_id,
    }
    return {name: value for name, value in members.items() if value is not None}


def line(text: str, longest: int = LONGEST_MESSAGE) -> str:
    """Make one printable line of at most so many characters."""
    plain = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return plain if len(plain) <= longest else plain[: longest - 1] + "\N{HORIZONTAL ELLIPSIS}"


def strictest(answers: Sequence[Answer]) -> Answer:
    """Give the answer that counts of those of several projects, and tell of the others.

    Raises ValueError for none.
    """
    worst = min(answers, key=lambda one: _STRICTNESS[one.ruling])
    if len(answers) == 1:
        return worst
    said = ", ".join(f"{one.project}: {one.ruling.value}" for one in answers)
    told = f"{len(answers)} projects decided on these bytes, the strictest counts: {said}"
    note = line(told, LONGEST_WARNING)
    return replace(worst, warnings=(*worst.warnings, note))


_STRICTNESS = {Ruling.DENY: 0, Ruling.UNKNOWN: 1, Ruling.PENDING: 2, Ruling.ALLOW: 3}


def _ground(reason: Mapping[str, Any]) -> Ground:
    fix = reason["fix"]
    return Ground(reason["code"], reason["message"], reason["is_pending"], fix["who"], fix["how"])
