"""Reconsider: after a vote, a waiver or an emergency, the release is decided again at once."""

from __future__ import annotations

from app.domain.approvals.standing import Subject, Vote
from app.domain.caller import Caller, Role, Scope
from app.domain.decision import Decision
from app.domain.digest import Digest
from app.domain.entry import Entry, Move
from app.domain.errors import GateError
from app.domain.log import contention
from app.gate import decide, hear
from app.gate.record import GATE
from app.gate.submissions import complete
from app.ports import Ports


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


def after_vote(voted: Entry, ports: Ports) -> bool:
    """Decide again what a vote counts for: the release, on each stage that it was decided for.

    A comment counts for nothing. False where the gate cannot decide on one of them: the vote
    is recorded, and what was said before it stands there, but there alone.
    """
    given = hear.approval(voted)
    if given.vote is Vote.COMMENT:
        return True
    try:
        stages = _newest_by_stage(given.on, ports)
    except GateError:
        return False
    undecided = [decided for decided in stages if not _is_decided(decided, ports)]
    return not undecided


def _is_decided(decided: Entry, ports: Ports) -> bool:
    try:
        again(decided, ports)
    except GateError:
        return False
    return True


def _newest_by_stage(on: Subject, ports: Ports) -> list[Entry]:
    newest = ports.log.latest_of_each(Digest(on.release_digest))
    about = [(entry, hear.subject(complete.body(entry))) for entry in newest]
    named = (on.model, on.version)
    return [entry for entry, subject in about if (subject.model, subject.version) == named]
