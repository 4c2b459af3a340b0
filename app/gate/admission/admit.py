"""Admit an object into a cluster: every model that it names is let in by a recorded decision."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from app.domain.caller import Action, Caller
from app.domain.digest import Digest
from app.domain.enforcement import reference, review
from app.domain.enforcement.answer import Answer
from app.domain.enforcement.manifest import FoundReference, Manifest
from app.domain.enforcement.review import Admission, Answered, Review
from app.domain.entry import Draft, Entry, Kind, Move
from app.domain.errors import ForbiddenError, InvalidSubmissionError, MovedError, StoreError
from app.gate import enforce
from app.ports import Ports

MOST_MODELS = 64
"""Different models of one object that are answered; more are refused."""
_MOST_RECORDED = 20
_ATTEMPTS = 5
PASSED = Admission()


def admit(
    asked: Review, stage: str, cluster: str | None, caller: Caller, ports: Ports
) -> Admission:
    """Answer a cluster, and record what was answered unless it is a rehearsal of its own.

    What changes no model passes, and what names none. Never raises StoreError: a gate that
    cannot tell says so, and lets nothing in.
    """
    if asked.changes_no_model or asked.object is None:
        return PASSED
    manifest = ports.enforcement.manifests.read(asked.object)
    if _is_unchanged(asked, manifest, ports):
        return PASSED
    try:
        admission = consider(manifest, stage, cluster, caller, ports)
        if not asked.is_dry_run:
            _record(admission, manifest, asked, stage, cluster, caller, ports)
    except StoreError as error:
        return Admission(faults=(f"the gate cannot tell: {error.message}",))
    return admission


def consider(
    manifest: Manifest, stage: str, cluster: str | None, caller: Caller, ports: Ports
) -> Admission:
    """Answer for every model that a manifest names, and record nothing. Raises StoreError."""
    wanted = review.to_be_released(manifest)
    answers: dict[str, Answer | None] = {}
    answered: list[Answered] = []
    faults: list[str] = []
    for found in wanted:
        if found.uri not in answers:
            if len(answers) == MOST_MODELS:
                faults.append(f"the object names more than {MOST_MODELS} models")
                break
            answers[found.uri] = said = _answer(found, stage, cluster, caller, ports, faults)
        said = answers[found.uri]
        if said is not None:
            answered.append(Answered(found, said))
    return Admission(tuple(answered), manifest.unread, tuple(faults))


def _is_unchanged(asked: Review, manifest: Manifest, ports: Ports) -> bool:
    if asked.operation != "UPDATE" or asked.old_object is None:
        return False
    return review.names_nothing_new(manifest, ports.enforcement.manifests.read(asked.old_object))


def _answer(  # noqa: PLR0913, PLR0917 - a question, who asks, the world, and what went wrong
    found: FoundReference,
    stage: str,
    cluster: str | None,
    caller: Caller,
    ports: Ports,
    faults: list[str],
) -> Answer | None:
    try:
        caller.must_be_able_to(Action.ENFORCE)
        asked = reference.parse(found.uri)
        return enforce.answer_reference(asked, stage, ports, caller.scope, cluster)
    except (InvalidSubmissionError, ForbiddenError) as error:
        faults.append(f"{error.message} (at {found.path})")
        return None


def _record(  # noqa: PLR0913, PLR0917 - all that an admission rests on, by name
    admission: Admission,
    manifest: Manifest,
    asked: Review,
    stage: str,
    cluster: str | None,
    caller: Caller,
    ports: Ports,
) -> None:
    """Record an admission, unless the newest one of this object says the very same.

    A node that starts again, and a controller that tries again, make no new entries.
    """
    if not (admission.answered or admission.unread or admission.faults):
        return
    place = (
        f"admission:{cluster or ''}:{asked.namespace or ''}/{manifest.kind}/{manifest.name or ''}"
    )
    told = _told(admission, manifest, asked, stage, cluster)
    for _ in range(_ATTEMPTS):
        last = ports.log.at_place(place)
        if last is not None and _is_same(last, told):
            return
        entry_id = ports.new_id()
        body = {"admission_id": entry_id, "uid": asked.uid, "user": asked.user, **told}
        draft = Draft(
            id=entry_id,
            kind=Kind.ADMISSION,
            actor=caller.subject,
            body=body,
            release_digest=_only_release(admission),
            stage=stage,
            outcome=admission.outcome,
            moves=(Move(place, None if last is None else last.seq),),
        )
        try:
            ports.log.append(draft)
        except MovedError:
            continue  # another call about the same object was faster
        return
    raise StoreError("the admission could not be recorded")


def _told(
    admission: Admission, manifest: Manifest, asked: Review, stage: str, cluster: str | None
) -> dict[str, Any]:
    rows = [
        {
            "path": one.found.path[:500],
            "uri": reference.without_credentials(one.found.uri)[:500],
            "outcome": one.said.ruling.value,
            "message": one.said.message,
            "decision_id": one.said.decision_id,
            "release_digest": one.said.release_digest,
        }
        for one in admission.answered[:_MOST_RECORDED]
    ]
    unread = [f"{lost.why} (at {lost.path})" for lost in admission.unread]
    return {
        "outcome": admission.outcome,
        "stage": stage,
        "cluster": cluster or "",
        "operation": asked.operation,
        "object": {
            "api_version": manifest.api_version,
            "kind": manifest.kind,
            "namespace": asked.namespace,
            "name": manifest.name,
        },
        "references": [{n: v for n, v in row.items() if v is not None} for row in rows],
        "references_total": len(admission.answered),
        "faults": [text[:500] for text in (*admission.faults, *unread)][:_MOST_RECORDED],
    }


def _is_same(last: Entry, told: Mapping[str, Any]) -> bool:
    body = json.loads(last.body)
    return all(body.get(name) == value for name, value in told.items())


def _only_release(admission: Admission) -> Digest | None:
    releases = {one.said.release_digest for one in admission.answered}
    return releases.pop() if len(releases) == 1 else None
