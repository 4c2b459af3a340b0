"""GitLab asks by an external status check, and is told in time: `pending` fails after two minutes.

Docs "External status checks" and its API. The hook's answer is ignored; the status is set through
the API, and a note on the merge request says why, since a status has no text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from app.adapters.askers.calling import call
from app.domain.caller import EVERYWHERE
from app.domain.canonical import pointer, read_json
from app.domain.enforcement.answer import Answer, Ruling
from app.domain.errors import InvalidSubmissionError, MalformedDocumentError, UnauthenticatedError
from app.domain.inbound import proof
from app.domain.inbound.inquiry import Inquiry, Told, Webhook

SOURCE = "gitlab"
_STATUS = {Ruling.ALLOW: "passed", Ruling.PENDING: "pending"}
_NOT_HEAD = 409


class GitLab:
    """Implements the port Asker for GitLab's external status checks."""

    source = SOURCE
    projects = EVERYWHERE.projects

    def __init__(self, api_url: str, token: str, secrets: Sequence[bytes], stage: str) -> None:
        """Keep a token of the role Developer, the checks' secrets, and the stage asked about."""
        self._api = api_url.rstrip("/")
        self._headers = {"PRIVATE-TOKEN": token}
        self._secrets = tuple(secrets)
        self._stage = stage

    def read(self, headers: Mapping[str, str], content: bytes, now: datetime) -> Webhook:
        """Read a status check's hook, by the HMAC over its raw bytes."""
        if not proof.hex_hmac(self._secrets, headers.get("x-gitlab-signature", ""), content):
            raise UnauthenticatedError("this is not signed as GitLab signs for this check")
        payload = read_json(content)
        if not isinstance(payload, dict):
            raise MalformedDocumentError("expected a JSON object")
        # GitLab has no id of a delivery, and its button "retry" sends the very same body: it is
        # another delivery each minute, so that a retry is heard and a doubled request is not.
        minute = int(now.timestamp()) // 60
        delivery = f"{hashlib.sha256(content).hexdigest()}-{minute}"
        if payload.get("object_kind") != "merge_request":
            return Webhook(delivery)
        project, request = _number(payload, "project", "id"), _iid(payload)
        sha = _member(payload, "object_attributes", "last_commit", "id")
        check = _number(payload, "external_approval_rule", "id")
        url = _member(payload, "project", "web_url")
        asked = Inquiry(
            source=SOURCE,
            key=f"check/{project}/{request}/{check}/{sha}",
            reference=f"git+{url}@{sha}",
            stage=self._stage,
            facts={"project": project, "iid": request, "check": check, "sha": str(sha)},
        )
        return Webhook(delivery, (asked,))

    def tell(self, asked: Inquiry, said: Answer) -> Told:
        """Set the status of the check, and say why in a note if it did not pass."""
        place = f"{self._api}/projects/{asked.facts['project']}/merge_requests/{asked.facts['iid']}"
        document = {
            "sha": asked.facts["sha"],
            "external_status_check_id": asked.facts["check"],
            "status": _STATUS.get(said.ruling, "failed"),
        }
        called = call("POST", f"{place}/status_check_responses", self._headers, document)
        if called.status == _NOT_HEAD:
            return Told(is_taken=True, is_final=True, message="no longer the head of its request")
        if called.is_ok and not said.is_allowed:
            call("POST", f"{place}/notes", self._headers, {"body": _words(said)})
        return Told(called.is_ok or called.is_refused, called.is_refused, called.message)

    def missed(self) -> Sequence[tuple[Mapping[str, str], bytes]]:
        """GitLab keeps no list of these: people retry a check in the merge request."""
        return ()


def _words(said: Answer) -> str:
    lines = [f"Countersign: {said.message}", ""]
    lines += [f"- `{g.code}` {g.message} ({g.who}: {g.how})" for g in said.grounds]
    return "\n".join(lines)


def _iid(payload: Mapping[str, Any]) -> int:
    return _number(payload, "object_attributes", "iid")


def _number(payload: Mapping[str, Any], *path: str) -> int:
    value = _member(payload, *path)
    if not isinstance(value, int):
        raise InvalidSubmissionError("expected a number", pointer=pointer(*path))
    return value


def _member(payload: Mapping[str, Any], *path: str) -> Any:  # noqa: ANN401 - any JSON value
    value: Any = payload
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    if value is None:
        raise InvalidSubmissionError("expected a value", pointer=pointer(*path))
    return value
