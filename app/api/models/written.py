"""ANSWER: models, versions, pointers, marks and lineage as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Response

from app.api import answers
from app.domain.entry import rfc3339
from app.domain.models import mark as marks
from app.domain.models import version as versions
from app.domain.models.lineage import Lineage
from app.domain.models.mark import Mark
from app.domain.models.pointer import Pointer, Verification
from app.domain.models.version import Version
from app.gate.submissions import reconsider
from app.gate.submissions.acts import Act


def tagged(members: dict[str, Any], seq: int, status: int = 200) -> Response:
    """Answer with a document and the ETag that a later change has to match."""
    answer = answers.document(members, status)
    answer.headers["ETag"] = f'"{seq}"'
    return answer


def version(found: Version) -> dict[str, Any]:
    """Write a version as it stands now."""
    model = found.registration.model
    return {
        "namespace": model.namespace,
        "name": model.name,
        "version": model.version,
        "release_digest": found.registration.release_digest,
        "state": found.state.value,
        "registration": versions.written(found.registration),
        "registered_by": found.registered_by,
        "at": rfc3339(found.at),
        "seq": found.seq,
    }


def pointer(found: Pointer) -> dict[str, Any]:
    """Write where a stage or an alias points."""
    return _present({**asdict(found), "kind": found.kind.value, "at": rfc3339(found.at)})


def verification(found: Verification) -> dict[str, Any]:
    """Write a verification."""
    return {**asdict(found), "check": found.check.value, "at": rfc3339(found.at)}


def mark(found: Mark) -> dict[str, Any]:
    """Write a mark."""
    return _present({**asdict(found), "state": found.state.value, "at": rfc3339(found.at)})


def marked(act: Act) -> dict[str, Any]:
    """Write a mark that was just set, and what became of the releases that it counts for."""
    return {**mark(marks.read(act.entry)), "again": reconsider.written(act.again)}


def lineage(found: Lineage) -> dict[str, Any]:
    """Write lineage, upwards and downwards."""
    return {
        "of": found.of,
        "up": [_present(asdict(edge)) for edge in found.up],
        "down": [_present(asdict(edge)) for edge in found.down],
        "is_whole": found.is_whole,
    }


def _present(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}
