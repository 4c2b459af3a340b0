"""The list of revoked releases as a statement that the gate signs and others cache."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from app.domain.attestations.summary import STATEMENT, Verifier
from app.domain.canonical import canonical_json
from app.domain.digest import Digest
from app.domain.entry import rfc3339
from app.domain.models.mark import Mark

REVOCATIONS = "https://countersign.dev/attestations/revocations/v1"
FRESH_FOR = timedelta(minutes=5)
"""How long a cache may answer without asking again."""
VALID_FOR = timedelta(hours=24)
"""How long a list may be believed at all: an older one may hide what was revoked since."""


def statement(revoked: Sequence[Mark], verifier: Verifier, issued: datetime) -> dict[str, Any]:
    """State what is revoked, whole, at the time `issued`.

    The subject is the list itself, never a release: a statement about a release could be
    taken for one that speaks for it.
    """
    listed = [
        {"release_digest": one.release_digest, "revoked_at": rfc3339(one.at), "seq": one.seq}
        for one in revoked
    ]
    digest = Digest.of(canonical_json(listed))
    return {
        "_type": STATEMENT,
        "subject": [{"name": "revocations", "digest": {"sha256": digest}}],
        "predicateType": REVOCATIONS,
        "predicate": {
            "verifier": {"id": verifier.id, "version": {"countersign": verifier.version}},
            "issuedAt": _written(issued),
            "validUntil": _written(issued + VALID_FOR),
            "count": len(listed),
            "revoked": listed,
        },
    }


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
