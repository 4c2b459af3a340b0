"""A vote as a signed statement, that others can check without asking the gate.

An in-toto statement whose subject is the release digest. The predicate names who votes what
on which release and stage, and the digests of all that was judged, so that it says nothing of
any other release, revision or stage.
"""

from __future__ import annotations

from typing import Any

from app.domain.approvals.standing import Subject, Vote
from app.domain.attestations.covering import STATEMENT
from app.domain.canonical import canonical_json
from app.domain.digest import Digest

APPROVAL = "https://countersign.dev/attestations/approval/v1"


def statement(on: Subject, said: Vote, comment: str, approver: str) -> dict[str, Any]:
    """State a vote: what an approver signs."""
    return {
        "_type": STATEMENT,
        "subject": [{"name": f"{on.model}@{on.version}", "digest": {"sha256": on.release_digest}}],
        "predicateType": APPROVAL,
        "predicate": _predicate(on, said, comment, approver),
    }


def predicate_digest(on: Subject, said: Vote, comment: str, approver: str) -> Digest:
    """Digest the predicate that exactly this vote has, as canonical JSON."""
    return Digest.of(canonical_json(_predicate(on, said, comment, approver)))


def _predicate(on: Subject, said: Vote, comment: str, approver: str) -> dict[str, Any]:
    return {
        "approver": approver,
        "vote": said.value,
        "comment": comment,
        "model": on.model,
        "version": on.version,
        "stage": on.stage,
        "riskTier": on.risk_tier,
        "components": {name.value: digest for name, digest in on.components.items()},
    }
