"""Roll back: to a version that was on the stage before, without asking policy anything.

The lane is for the hour in which something is wrong, perhaps with the policies themselves:
    (1) the target was on this stage, is not what is there, and was not rolled back from
    (2) its release is neither under review nor revoked
    (3) its signatures still verify over the same files, as when it was allowed
    (4) the move is recorded, with who and why
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from app.domain.caller import Action, Caller
from app.domain.digest import Digest
from app.domain.entry import Draft, Entry, Idempotency, Kind, Move
from app.domain.errors import RollbackRefusedError
from app.domain.finding import Coverage, coverage
from app.domain.identity import tenancy
from app.domain.log import contention
from app.domain.log.contention import Expected
from app.domain.models import places, pointer, version
from app.domain.models.pointer import Pointer
from app.domain.release import Document, ModelVersion, Release, listed_files
from app.gate import verify
from app.gate.models import promote, register
from app.ports import Documents, Ports, SignatureVerifier

_COUNTED = ("changed", "unsigned", "missing", "ignored")


@dataclass(frozen=True, slots=True)
class Rollback:
    """What is asked: go back on this stage, to this version or to the one before."""

    model: str
    """`namespace/name`."""
    stage: str
    version: str | None
    reason: str
    expected: Expected | None
    """None if the caller did not say what it saw on the stage: then what is there now."""


def roll_back(
    asked: Rollback, caller: Caller, ports: Ports, idempotency: Idempotency | None
) -> Entry:
    """Move the stage back to a version that is known to be good.

    Raises RollbackRefusedError, MarkedError, MovedError (OvertakenError with `expected`),
    VerifierError, StoreError; never PolicyEngineError, for the engine is not asked.
    """
    project = tenancy.project_of(asked.model)
    caller.must_be_able_to(Action.ROLL_BACK, project, asked.stage)
    made = ports.log.repeated(idempotency) if idempotency else None
    if made is not None:
        return made
    place = places.stage(asked.model, asked.stage)

    def attempt() -> Entry:
        return ports.log.append(_draft(asked, place, caller, ports), idempotency)

    return contention.settled(attempt, contested=place, expected=asked.expected)


def _draft(asked: Rollback, place: str, caller: Caller, ports: Ports) -> Draft:
    history = [pointer.read(entry) for entry in ports.log.moves(place)]
    target = pointer.rollback_target(history, asked.version)  # (1)
    namespace, _, name = asked.model.partition("/")
    model = ModelVersion(namespace, name, target.version)
    known = register.version_of(model, ports.log)
    promote.must_be_clear(known)  # (2)
    decision = _decision(target, ports)
    _verify_again(target, decision, ports.documents, ports.signatures)  # (3)
    entry_id = ports.new_id()
    body = {
        "pointer_id": entry_id,
        "name": asked.stage,
        "release": promote.release_of(decision),
        "previous": history[-1].version,
        "decision_id": target.decision_id,
        "note": asked.reason,
        "by": caller.subject,
    }
    seen = history[-1].seq if asked.expected is None else asked.expected.seq
    return Draft(  # (4)
        id=entry_id,
        kind=Kind.ROLLED_BACK,
        actor=caller.subject,
        body=body,
        release_digest=target.release_digest,
        model=version.name(model),
        stage=asked.stage,
        moves=(
            Move(place, seen),
            Move(places.release(target.release_digest), known.state_seq),
        ),
    )


def _decision(target: Pointer, ports: Ports) -> dict[str, Any]:
    entry = ports.log.find(target.decision_id or "", Kind.DECISION)
    if entry is None:
        message = f"the decision that allowed {target.version} is not in the log"
        raise RollbackRefusedError(message)
    body: dict[str, Any] = json.loads(entry.body)
    return body


def _verify_again(
    target: Pointer, decision: dict[str, Any], documents: Documents, verifier: SignatureVerifier
) -> None:
    release = _release(target, decision, documents)
    recorded = json.loads(_stored(Digest(decision["input_sha256"]), documents))
    signers = recorded["signatures"]["signers"]
    if not signers:
        message = f"{target.version} was allowed without a signature: nothing can be verified"
        raise RollbackRefusedError(message)
    findings = verify.signatures(release, verifier)
    found = [_laid(laid) for laid in coverage(release.files, findings)]
    for signer in signers:
        if _recorded(signer) not in found:
            who = signer["identity"]["value"]
            message = f"the signature of {who} over {target.version} no longer verifies as it did"
            raise RollbackRefusedError(message)


def _release(target: Pointer, decision: dict[str, Any], documents: Documents) -> Release:
    named = decision["release"]
    files = listed_files(_stored(target.release_digest, documents))
    digests = [Digest(text) for text in decision["evidence"]["bundles"]]
    return Release(
        digest=target.release_digest,
        model=ModelVersion(**named["model"]),
        files=files,
        stage=named["stage"],
        risk_tier=named["risk_tier"],
        model_card=None,
        evaluations=(),
        bundles=tuple(Document("bundle", one, _stored(one, documents)) for one in digests),
        change_note=None,
        rollback=None,
        people={},
        change_plan=None,
    )


def _stored(sha256: Digest, documents: Documents) -> bytes:
    content = documents.read(sha256)
    if content is None:
        raise RollbackRefusedError(f"the document {sha256} that the decision rests on is gone")
    return content


def _recorded(signer: dict[str, Any]) -> tuple[object, ...]:
    # Not the digest of the trust root: it changes whenever a sigstore adds a key.
    identity = signer["identity"]
    counts = [signer[name]["count"] for name in _COUNTED]
    who = signer["trust_domain"], signer["issuer"], identity["type"], identity["value"]
    return (*who, signer["claims"], signer["signed"]["count"], *counts)


def _laid(laid: Coverage) -> tuple[object, ...]:
    signer = laid.signer
    counts = [len(part) for part in (laid.changed, laid.unsigned, laid.missing, laid.ignored)]
    who = signer.trust_domain, signer.issuer, signer.identity_type, signer.identity
    return (*who, dict(signer.claims), len(laid.signed), *counts)
