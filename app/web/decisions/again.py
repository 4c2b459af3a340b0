"""Decide a recorded decision again, and show whether the verdict is the same."""

from __future__ import annotations

import json

from flask import Blueprint, render_template

from app.domain.caller import Action
from app.domain.digest import Digest
from app.domain.entry import Kind
from app.domain.rollout.again import Again
from app.gate.rollout.again import again
from app.web import seeing
from app.web.context import permits, ports

blueprint = Blueprint("again", __name__)


class Kept:
    """What this gate keeps, as the use case asks for it."""

    def read_input(self, sha256: Digest) -> bytes | None:
        """Give a document, or None if there is none."""
        return ports().documents.read(sha256)

    def sources(self, revision: str) -> Digest | None:
        """Tell the digest of the sources of these policies, or None if they were not kept."""
        entry = ports().log.find(revision, Kind.POLICIES_KEPT)
        return None if entry is None else Digest(json.loads(entry.body)["sources_sha256"])


@blueprint.post("/decisions/<decision_id>/replay")
@permits(Action.EXPORT)
def replay(decision_id: str) -> str:
    """Decide it again by its own input, clock and policies; nothing is recorded."""
    seen = seeing.decision(decision_id)
    made = again(seen.body, Kept(), ports().library.running)
    return render_template("replayed.html", seen=seen, made=made, is_made=isinstance(made, Again))
