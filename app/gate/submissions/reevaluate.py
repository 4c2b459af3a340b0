"""Re-evaluate: ask again about everything that is live, and tell what is no longer allowed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from app.domain.caller import Action, Caller
from app.domain.decision import Outcome, Point, at_point, outcome_at
from app.domain.entry import Entry
from app.domain.errors import (
    ForbiddenError,
    NotFoundError,
    PolicyEngineError,
    SubmissionError,
    VerifierError,
)
from app.domain.models import pointer
from app.domain.models.pointer import Pointer
from app.domain.models.version import Version
from app.domain.release import ModelVersion
from app.gate import decide
from app.gate.models import promote, register
from app.gate.submissions import complete
from app.ports import Ports

PIECE = 100
_NO_ANSWER = (NotFoundError, SubmissionError, PolicyEngineError, VerifierError)
STAGES = "stage:"


@dataclass(frozen=True, slots=True)
class Reevaluated:
    """One live version, asked about again: what was said of it before, and what now."""

    model: str
    """`namespace/name`."""
    stage: str
    version: str
    before: str
    """Outcome of the decision that was newest until now."""
    now: str | None
    """Outcome of the new decision; None when the gate could not decide."""
    decision_id: str | None
    why: str
    """Why nothing could be decided, or the codes of the reasons; empty for an allow."""

    @property
    def is_changed(self) -> bool:
        """Whether the answer is another one, or there is none."""
        return self.before != self.now


@dataclass(frozen=True, slots=True)
class Page:
    """Some of what is live, asked about again, by model and stage."""

    reevaluated: tuple[Reevaluated, ...]
    next_after: str | None
    """Where the next page begins; None at the end."""


def live(caller: Caller, ports: Ports, after: str | None = None, limit: int | None = None) -> Page:
    """Decide live versions of the caller's projects and stages again, and record it.

    All of them, or `limit` of those after `after`. A version whose submission was not kept,
    or about which the gate cannot decide, is told as one without an answer: nothing is
    taken for still allowed. Raises ForbiddenError, StoreError.
    """
    caller.must_be_able_to(Action.SUBMIT)
    found: list[Reevaluated] = []
    last: str | None = after
    for place, entry in _stages(after, ports):
        there = pointer.read(entry)
        try:
            caller.must_be_able_to(Action.SUBMIT, there.model.partition("/")[0], there.name)
        except ForbiddenError:
            continue  # another project's or stage's: whoever may, asks about it
        if limit is not None and len(found) == limit:
            return Page(tuple(found), last)
        found.append(_again(there, caller, ports))
        last = place.removeprefix(STAGES)
    return Page(tuple(found), None)


def _stages(after: str | None, ports: Ports) -> Iterator[tuple[str, Entry]]:
    at = "" if after is None else STAGES + after
    while page := ports.log.places(STAGES, after=at, limit=PIECE):
        yield from page
        at = page[-1][0]


def _again(there: Pointer, caller: Caller, ports: Ports) -> Reevaluated:
    namespace, _, name = there.model.partition("/")
    known = register.version_of(ModelVersion(namespace, name, there.version), ports.log)
    latest = _latest(known, there, ports)
    before = outcome_at(complete.body(latest), Point.AUDIT).value
    try:
        submission = complete.submission_of(complete.body(latest), ports)
        decision = decide.decide(submission, caller, ports, None)
    except _NO_ANSWER as error:
        return _told(there, before, None, None, f"{error.code}: {error.message}")
    said = at_point(decision.body, Point.AUDIT)
    codes = sorted({reason["code"] for reason in said["reasons"]})
    return _told(there, before, Outcome(said["outcome"]), decision.decision_id, " ".join(codes))


def _latest(known: Version, there: Pointer, ports: Ports) -> Entry:
    latest = promote.latest_decision(known, there.name, ports.log)
    if latest is None:
        raise NotFoundError(f"no decision about {there.model} {there.version} for {there.name}")
    return latest


def _told(
    there: Pointer, before: str, now: Outcome | None, decision_id: str | None, why: str
) -> Reevaluated:
    return Reevaluated(
        model=there.model,
        stage=there.name,
        version=there.version,
        before=before,
        now=None if now is None else now.value,
        decision_id=decision_id,
        why=why,
    )
