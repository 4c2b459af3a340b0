"""Reconsider: after a vote, a waiver or an emergency, the release is decided again at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.caller import Caller, Role, Scope
from app.domain.decision import Decision
from app.domain.entry import Entry, Move
from app.domain.errors import GateError
from app.domain.log import contention
from app.gate import decide, hear
from app.gate.record import GATE
from app.gate.submissions import complete
from app.gate.submissions.concerned import Concerned
from app.ports import Ports


@dataclass(frozen=True, slots=True)
class Undecided:
    """A decision that the gate could not make again: what was said before stands."""

    decided: Entry
    why: str


@dataclass(frozen=True, slots=True)
class Reconsidered:
    """What became of the releases that an act counts for."""

    decided: tuple[Decision, ...] = ()
    undecided: tuple[Undecided, ...] = ()
    is_whole: bool = True
    """False when the act counts for more releases than were decided again."""

    @property
    def is_all(self) -> bool:
        """Whether each release that the act counts for was decided again."""
        return self.is_whole and not self.undecided


def again(decided: Entry, ports: Ports) -> Decision:
    """Decide what was submitted once more, as its submitter's, with all that holds now.

    Whoever voted submits nothing: the decision names the submitter of the one before, whose
    submission it is, and so nobody loses their seat by voting. A submission that is to be
    completed points at the new decision, unless it was replaced meanwhile.

    Raises NotFoundError when the submission was not kept, as those of older gates were not,
    and as `decide`.
    """
    recorded = complete.body(decided)
    submission = complete.submission_of(recorded, ports)
    model, stage = submission.model, submission.stage
    scope = Scope(frozenset({model.namespace}), frozenset({stage}))
    submitter = Caller(str(recorded["submitted_by"]), frozenset({Role.SUBMITTER}), GATE, scope)
    where = complete.place(model, stage)

    def attempt() -> Decision:
        there = ports.log.at_place(where)
        is_it = there is not None and complete.body(there)["release"] == recorded["release"]
        also = (Move(where, there.seq),) if there is not None and is_it else ()
        return decide.decide(submission, submitter, ports, None, also)

    return contention.settled(attempt)


def each(concerned: Concerned, ports: Ports) -> Reconsidered:
    """Decide again whatever an act counts for.

    One that the gate cannot decide keeps what was said of it, and keeps no other from being
    decided: the act itself is recorded.
    """
    decided: list[Decision] = []
    undecided: list[Undecided] = []
    for entry in concerned.decisions:
        try:
            decided.append(again(entry, ports))
        except GateError as error:
            undecided.append(Undecided(entry, f"{error.code}: {error.message}"))
    return Reconsidered(tuple(decided), tuple(undecided), concerned.is_whole)


def written(made: Reconsidered) -> dict[str, object]:
    """Write what became of the releases, as the answer to an act tells it."""
    return {
        "decided": [
            {
                **_about(decision.body),
                "decision_id": decision.decision_id,
                "outcome": decision.outcome.value,
            }
            for decision in made.decided
        ],
        "undecided": [
            {**_about(complete.body(one.decided)), "why": one.why} for one in made.undecided
        ],
        "is_complete": made.is_whole,
    }


def _about(decision: Mapping[str, Any]) -> dict[str, str]:
    on = hear.subject(decision)
    return {
        "model": on.model,
        "version": on.version,
        "stage": on.stage,
        "release_digest": str(on.release_digest),
    }
