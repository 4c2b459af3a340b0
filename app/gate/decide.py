"""Decide a release: the whole story, one line a step.

A submission becomes a release, evidence and signatures become facts, approvals become a
standing; policy reads the one document made of them and gives its verdict, and the verdict
is a decision once it is recorded. Whatever cannot be done is an error, and never an allow.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from app.domain.approvals.held import Held
from app.domain.caller import Action, Caller
from app.domain.decision import Decision, Point, Verdict
from app.domain.entry import Idempotency, Move
from app.domain.release import Release, Submission
from app.gate import announce, assemble, evaluate, gather, hear, read, record, validate, verify
from app.ports import Ports


def decide(
    submission: Submission,
    caller: Caller,
    ports: Ports,
    idempotency: Idempotency | None,
    also: tuple[Move, ...] = (),
) -> Decision:
    """Decide one release, and record the decision before anyone hears of it.

    `also` are places that shall point at the decision, if they are where they are expected.
    Raises SubmissionError when the submission cannot be used (nothing is recorded) and
    MachineryError when the gate cannot decide (which is recorded, if anything can be);
    ForbiddenError outside the caller's projects and stages.
    """
    caller.must_be_able_to(Action.SUBMIT, submission.model.namespace, submission.stage)
    entry = ports.log.repeated(idempotency) if idempotency else None
    if entry is not None:
        return record.recorded(entry)
    release = validate.release(submission, ports.documents)
    moves = (*gather.references(release, ports.log), *also)
    decision_id = ports.new_id()
    with record.failures(decision_id, release, caller, ports.log):
        document, held, verdict = _judge(release, caller, ports, ports.clock.now())
        record.policies(verdict.policy_revision, ports.policies, ports.log)
        decision = record.decision(
            decision_id,
            release,
            document,
            held,
            verdict,
            caller,
            ports.log,
            idempotency,
            moves,
            submission,
        )
    announce.decision(decision, ports.notifiers)
    return decision


def rehearse(
    submission: Submission,
    caller: Caller,
    ports: Ports,
    at: datetime | None = None,
    point: Point | None = None,
) -> Decision:
    """Take the very same steps and leave no trace: what would the gate say, now or `at` a time?

    `point` asks what is so at one point; without it, the answer is the strictest over all.
    """
    caller.must_be_able_to(Action.REHEARSE, submission.model.namespace, submission.stage)
    release = validate.release(submission, ports.documents)
    gather.references(release, ports.log)
    now = ports.clock.now()
    as_of = now if at is None else at.astimezone(now.tzinfo)
    document, held, verdict = _judge(release, caller, ports, as_of)
    return record.rehearsal(release, document, held, verdict, caller, point)


def _judge(
    release: Release, caller: Caller, ports: Ports, now: datetime
) -> tuple[dict[str, Any], Held, Verdict]:
    practice = ports.engine.practice()
    card = read.card(release, ports.card_readers)
    reports = read.reports(release, ports.report_readers)
    findings = verify.signatures(release, ports.signatures)
    with ports.log.snapshot():
        held = hear.held(release, caller, practice, ports.documents, ports.log, now)
        precedent = gather.precedent(release, ports.log)
        baseline = gather.baseline(release, ports.log, ports.documents)
        marks = gather.marks(release, card, ports.log)
    compared = read.comparisons(
        release, reports, baseline, ports.report_readers, ports.scores_by_sample
    )
    document = assemble.policy_input(
        release, card, reports, compared, findings, held, caller, precedent, marks, now
    )
    return document, held, evaluate.verdict(document, ports.engine)
