"""RECORD: from a verdict to a decision that cannot be unsaid; no record, no allow."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from app.domain.approvals import moments, written
from app.domain.approvals.held import Held
from app.domain.caller import Caller
from app.domain.canonical import canonical_json
from app.domain.decision import (
    Decision,
    Outcome,
    Point,
    Reason,
    Verdict,
    Waived,
    at_point,
    next_actions,
)
from app.domain.digest import Digest
from app.domain.entry import Draft, Entry, Idempotency, Kind, Move
from app.domain.errors import MachineryError, StoreError
from app.domain.release import Document, Release, Submission, listing, manifest
from app.domain.submissions import submitted
from app.ports import Log, PolicySources

MOST_REASONS = 40
"""Reasons kept in a decision; `reasons_total` says how many there were."""
GATE = "countersign"
"""The actor of what the gate records of its own accord."""
LONGEST_TEXT = 500
"""Characters kept of a message, so that one entry holds all of a decision."""


def decision(  # noqa: PLR0913, PLR0917 - all that a decision rests on, by name
    decision_id: str,
    release: Release,
    document: Mapping[str, Any],
    held: Held,
    verdict: Verdict,
    caller: Caller,
    log: Log,
    idempotency: Idempotency | None,
    moves: tuple[Move, ...],
    submission: Submission,
) -> Decision:
    """From a verdict to a decision in the log, with its input and evidence beside it.

    Raises StoreError and MovedError (nothing was decided) and IdempotencyConflictError.
    """
    policy_input = canonical_json(document)
    asked = submitted.written(submission, release)
    body = {
        "decision_id": decision_id,
        **_body(release, policy_input, held, verdict, caller),
        "submission_sha256": Digest.of(asked),
    }
    documents = [(d.sha256, d.content) for d in _documents(release)]
    draft = Draft(
        id=decision_id,
        kind=Kind.DECISION,
        actor=caller.subject,
        body=body,
        release_digest=release.digest,
        model=f"{release.model.namespace}/{release.model.name}",
        stage=release.stage,
        outcome=verdict.outcome.value,
        documents=(
            (Digest.of(policy_input), policy_input),
            (Digest.of(asked), asked),
            (release.digest, listing(release.files)),
            (Digest.of(manifest(release)), manifest(release)),
            *documents,
        ),
        moves=moves,
    )
    return recorded(log.append(draft, idempotency))


def policies(revision: str, sources: PolicySources, log: Log) -> None:
    """From policies that decide to policies in the store, once: else nobody could decide again.

    What decided stands in the log under its revision, with its sources beside it. Sources
    that are not at hand are not kept, and then the decision cannot be replayed. Raises
    StoreError.
    """
    content = sources.pending(revision)
    if content is None:
        return
    kept(revision, content, log)
    sources.kept(revision)


def kept(revision: str, content: bytes, log: Log) -> None:
    """From the sources of policies to an entry under their revision, once. Raises StoreError."""
    if log.find(revision, Kind.POLICIES_KEPT) is None:
        sha256 = Digest.of(content)
        body = {"policy": {"revision": revision}, "sources_sha256": sha256}
        draft = Draft(revision, Kind.POLICIES_KEPT, GATE, body, documents=((sha256, content),))
        _appended_by_someone(draft, log)


def rehearsal(  # noqa: PLR0913, PLR0917 - all that a rehearsal rests on, by name
    release: Release,
    document: Mapping[str, Any],
    held: Held,
    verdict: Verdict,
    caller: Caller,
    point: Point | None = None,
) -> Decision:
    """From a verdict to the answer that a decision would give, recorded nowhere.

    At a point it is what is so there; at none the strictest over all.
    """
    body = _body(release, canonical_json(document), held, verdict, caller)
    if point is not None:
        body = {**at_point(body, point), "point": point.value}
    return Decision(decision_id=None, log=None, seq=None, body={**body, "is_rehearsal": True})


def recorded(entry: Entry) -> Decision:
    """Read a decision back from its entry: the very bytes that were answered first."""
    return Decision(entry.id, entry.log, entry.seq, json.loads(entry.body))


def said(verdict: Verdict) -> dict[str, Any]:
    """Write what a verdict says as a decision records it: the same verdict, the same bytes."""
    scoped = {point.value: outcome.value for point, outcome in verdict.points}
    return {
        "outcome": verdict.outcome.value,
        **({"points": scoped} if verdict.is_scoped() else {}),
        "reasons": [_reason(reason) for reason in verdict.reasons[:MOST_REASONS]],
        "reasons_total": len(verdict.reasons),
        "warnings": [_reason(reason) for reason in verdict.warnings[:MOST_REASONS]],
        "allowed_by_waiver": verdict.outcome is Outcome.ALLOW and bool(verdict.waived),
        "waived": [_covered(one, "waivers") for one in verdict.waived[:MOST_REASONS]],
        "allowed_by_break_glass": verdict.outcome is Outcome.ALLOW and bool(verdict.broken_glass),
        "broken_glass": [
            _covered(one, "break_glass") for one in verdict.broken_glass[:MOST_REASONS]
        ],
        "next_actions": [
            {"who": action.who, "how": action.how, "codes": list(action.codes)}
            for action in next_actions(verdict.reasons)
        ],
        "policy": {
            "revision": verdict.policy_revision,
            "profile": verdict.profile,
            "checks": list(verdict.checks),
        },
    }


@contextmanager
def failures(entry_id: str, release: Release, caller: Caller, log: Log) -> Iterator[None]:
    """Record that the gate could not decide, and why; the error goes on its way."""
    try:
        yield
    except StoreError:
        raise  # nothing can be recorded where recording is what failed
    except MachineryError as error:
        body = {
            "id": entry_id,
            "code": error.code,
            "message": error.message,
            "release": _release(release),
            "submitted_by": caller.subject,
        }
        draft = Draft(
            id=entry_id,
            kind=Kind.COULD_NOT_DECIDE,
            actor=caller.subject,
            body=body,
            release_digest=release.digest,
            model=f"{release.model.namespace}/{release.model.name}",
            stage=release.stage,
        )
        log.append(draft)
        raise


def _appended_by_someone(draft: Draft, log: Log) -> None:
    try:
        log.append(draft)
    except StoreError:
        if log.find(draft.id, draft.kind) is None:
            raise


def _body(
    release: Release, policy_input: bytes, held: Held, verdict: Verdict, caller: Caller
) -> dict[str, Any]:
    return {
        **said(verdict),
        "release": _release(release),
        "engine": {"name": verdict.engine.name, "version": verdict.engine.version},
        "input_sha256": Digest.of(policy_input),
        "evidence": {
            "model_card": release.model_card.sha256 if release.model_card else None,
            "evaluations": [evidence.sha256 for evidence in release.evaluations],
            "bundles": [bundle.sha256 for bundle in release.bundles],
            "manifest": Digest.of(manifest(release)),
        },
        "components": {name.value: d for name, d in held.on.components.items()},
        "approvals": written.standing(held.standing),
        **_allowed_until(held, verdict),
        "ignored_waivers": [
            {"waiver_id": one.waiver_id, "why": one.why}
            for one in held.ignored_waivers[:MOST_REASONS]
        ],
        "submitted_by": caller.subject,
    }


def _allowed_until(held: Held, verdict: Verdict) -> dict[str, str]:
    # An allow lasts no longer than the waivers and the broken glass that it rests on.
    named = {name for one in (*verdict.waived, *verdict.broken_glass) for name in one.by}
    ends = [one.asked.expires_at for one in held.waivers if one.waiver_id in named]
    ends += [one.expires_at for one in held.glass if one.glass_id in named]
    if not verdict.is_allowed_somewhere() or not named:
        return {}
    return {"allowed_until": moments.rfc3339(min(ends, default=0))}


def _covered(covered: Waived, by: str) -> dict[str, Any]:
    return {"code": covered.code, "at": covered.at, by: list(covered.by)}


def _release(release: Release) -> dict[str, Any]:
    model = release.model
    members: dict[str, Any] = {
        "digest": release.digest,
        "model": {"namespace": model.namespace, "name": model.name, "version": model.version},
        "stage": release.stage,
        "risk_tier": release.risk_tier,
    }
    if release.references:
        files = {file.sha256 for file in release.files}
        members["references"] = [
            {"uri": reference.uri, "is_file": reference.digest in files}
            for reference in release.references
        ]
    if release.clusters:
        members["clusters"] = list(release.clusters)
    return members


def _reason(reason: Reason) -> dict[str, Any]:
    members: dict[str, Any] = {
        "code": reason.code,
        "at": reason.at,
        "message": reason.message[:LONGEST_TEXT],
        "is_pending": reason.is_pending,
        "fix": {"who": reason.who, "how": reason.how},
        "observed": reason.observed and reason.observed[:LONGEST_TEXT],
        "required": reason.required and reason.required[:LONGEST_TEXT],
    }
    if reason.points != tuple(Point):
        members["points"] = [point.value for point in reason.points]
    return {name: value for name, value in members.items() if value is not None}


def _documents(release: Release) -> Iterator[Document]:
    for evidence in (release.model_card, *release.evaluations):
        if evidence is not None:
            yield from evidence.files
    yield from release.bundles
