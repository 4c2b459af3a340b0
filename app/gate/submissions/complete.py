"""Submit once and complete later: every addition is decided anew, from where it was seen."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from app.domain.caller import Action, Caller
from app.domain.decision import Decision
from app.domain.digest import Digest
from app.domain.entry import Entry, Idempotency, Move
from app.domain.errors import MovedError, NotFoundError
from app.domain.identity import tenancy
from app.domain.log.contention import ATTEMPTS, Expected, overtaken, seq
from app.domain.models import version
from app.domain.release import ModelVersion, Submission, listed_files
from app.domain.submissions import submitted
from app.domain.submissions.submitted import Addition
from app.gate import decide
from app.ports import Ports


def place(model: ModelVersion, stage: str) -> str:
    """Name the place that points at the newest decision about a submission."""
    return f"submission:{version.label(model)}:{stage}"


def submit(
    submission: Submission,
    caller: Caller,
    ports: Ports,
    idempotency: Idempotency | None,
    expected: Expected | None,
) -> Decision:
    """Decide a submission and keep it, in place of an earlier one of this version and stage.

    Raises as `decide`, and MovedError when another came first.
    """
    where = place(submission.model, submission.stage)

    def attempt(seen: int | None) -> Decision:
        return decide.decide(submission, caller, ports, idempotency, (Move(where, seen),))

    return _settled(attempt, where, ports, expected)


def add(  # noqa: PLR0913, PLR0917 - what is added to what, by whom, and the world
    model: ModelVersion,
    stage: str,
    addition: Addition,
    caller: Caller,
    ports: Ports,
    idempotency: Idempotency | None,
    expected: Expected | None,
) -> Decision:
    """Complete a submission with evidence, bundles or notes, and decide it again.

    Raises as `decide`, NotFoundError when nothing was submitted, MovedError when somebody
    else completed it since the caller looked.
    """
    caller.must_be_able_to(Action.SUBMIT, model.namespace, stage)
    where = place(model, stage)

    def attempt(seen: int | None) -> Decision:
        before = submission_of(body(newest(model, stage, caller, ports)), ports)
        whole = submitted.completed(before, addition)
        return decide.decide(whole, caller, ports, idempotency, (Move(where, seen),))

    return _settled(attempt, where, ports, expected)


def newest(model: ModelVersion, stage: str, caller: Caller, ports: Ports) -> Entry:
    """Find the newest decision about a submission. Raises NotFoundError, StoreError."""
    label = version.label(model)
    tenancy.must_see_project(caller, model.namespace, f"submission of {label} for {stage}")
    entry = ports.log.at_place(place(model, stage))
    if entry is None:
        raise NotFoundError(f"no submission of {label} for {stage}: POST /v1/submissions first")
    return entry


def submission_of(decision: dict[str, Any], ports: Ports) -> Submission:
    """Read the submission of a recorded decision again.

    Raises NotFoundError when it is not kept, as those of older gates are not.
    """
    digest = decision.get("submission_sha256")
    content = None if digest is None else ports.documents.read(Digest(digest))
    listing = ports.documents.read(Digest(decision["release"]["digest"]))
    if content is None or listing is None:
        message = f"the submission of decision {decision['decision_id']} is not kept"
        raise NotFoundError(message)
    return submitted.read(content, listed_files(listing))


def body(entry: Entry) -> dict[str, Any]:
    """Read what was recorded of a decision."""
    document: dict[str, Any] = json.loads(entry.body)
    return document


def _settled(
    attempt: Callable[[int | None], Decision], where: str, ports: Ports, expected: Expected | None
) -> Decision:
    if expected is not None:
        try:
            return attempt(expected.seq)
        except MovedError as error:
            raise overtaken(error, expected) from error
    for _ in range(ATTEMPTS):
        try:
            return attempt(seq(ports.log.at_place(where)))
        except MovedError as error:
            last = error
    raise last
