"""GitHub asks, and is told: a deployment's custom protection rule, checks, statuses, reviews.

Docs "Creating custom deployment protection rules", REST "Check runs" and "Commit statuses". A
check is never neutral or skipped, which merge rules take for a pass. GitHub redelivers nothing by
itself: `missed` fetches what it could not deliver.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from app.adapters.askers import github_webhooks
from app.adapters.askers.calling import Called
from app.adapters.askers.github_app import GitHubApp, Repository
from app.adapters.askers.github_webhooks import SOURCE, Terms
from app.domain.caller import EVERYWHERE
from app.domain.canonical import canonical_json, read_json
from app.domain.enforcement.answer import Answer, Ruling
from app.domain.errors import MalformedDocumentError, UnauthenticatedError
from app.domain.inbound import proof
from app.domain.inbound.inquiry import Inquiry, Told, Webhook

LONGEST_COMMENT, LONGEST_SUMMARY, LONGEST_STATUS = 1024, 65_000, 140
"""Characters that a deployment's comment, a check's summary and a status's description hold."""
_CONCLUSIONS = {Ruling.ALLOW: "success", Ruling.DENY: "failure"}
_STATES = {Ruling.ALLOW: "success", Ruling.DENY: "failure"}
_GUID = "x-github-delivery"


class GitHub:
    """Implements the port Asker for a GitHub App."""

    source = SOURCE
    projects = EVERYWHERE.projects

    def __init__(self, app: GitHubApp, secrets: Sequence[bytes], terms: Terms, url: str) -> None:
        """Keep the App, its webhook's secrets, what the operator says, and the gate's own URL."""
        self._app = app
        self._secrets = tuple(secrets)
        self._terms = terms
        self._url = url

    def read(self, headers: Mapping[str, str], content: bytes, now: datetime) -> Webhook:  # noqa: ARG002 - GitHub signs no time: a delivery counts once
        """Read a webhook of the App, by the HMAC over its raw bytes."""
        signature, delivery = headers.get("x-hub-signature-256", ""), headers.get(_GUID, "")
        if not delivery or not proof.hex_hmac(self._secrets, signature, content, "sha256="):
            raise UnauthenticatedError("this is not signed as GitHub signs for this App")
        payload = read_json(content)
        if not isinstance(payload, dict):
            raise MalformedDocumentError("expected a JSON object")
        event = headers.get("x-github-event", "")
        asked = github_webhooks.inquiries(event, payload, self._terms)
        return Webhook(delivery, tuple(asked))

    def tell(self, asked: Inquiry, said: Answer) -> Told:
        """Tell a deployment, or a commit, what was decided."""
        if asked.key.startswith("deployment/"):
            return self._tell_deployment(asked, said)
        return self._tell_commit(asked, said)

    def missed(self) -> Sequence[tuple[Mapping[str, str], bytes]]:
        """Fetch deliveries of the App that GitHub could not hand over."""
        listed = self._app.as_app("GET", "/app/hook/deliveries?per_page=100").body
        found = []
        # They are listed newest first; what was said last has to be heard last.
        for one in reversed(listed if isinstance(listed, list) else []):
            is_read = isinstance(one, dict) and one.get("guid") and one.get("event")
            if not is_read or not isinstance(one.get("id"), int):
                continue
            status = one.get("status_code")
            if isinstance(status, int) and 200 <= status < 300:  # noqa: PLR2004 - it was delivered
                continue
            whole = self._app.as_app("GET", f"/app/hook/deliveries/{one['id']}").body
            request = whole.get("request") if isinstance(whole, dict) else None
            payload = request.get("payload") if isinstance(request, dict) else None
            if isinstance(payload, dict):
                found.append(self._signed(one, payload))
        return found

    def _signed(
        self, delivery: Mapping[str, Any], payload: Mapping[str, Any]
    ) -> tuple[Mapping[str, str], bytes]:
        # It came over the App's own account, so the gate signs it for the one way in.
        content = canonical_json(payload)
        headers = {
            _GUID: str(delivery["guid"]),
            "x-github-event": str(delivery["event"]),
            "x-hub-signature-256": "sha256=" + proof.made_hex(self._secrets[0], content),
        }
        return headers, content

    def _tell_deployment(self, asked: Inquiry, said: Answer) -> Told:
        comment = self._words(said)[:LONGEST_COMMENT]
        document: dict[str, Any] = {
            "environment_name": asked.facts["environment"],
            "comment": comment,
        }
        # Without a state it is a report, and the job goes on waiting.
        if said.ruling is Ruling.ALLOW:
            document["state"] = "approved"
        elif said.ruling is Ruling.DENY:
            document["state"] = "rejected"
        path = f"/actions/runs/{asked.facts['run_id']}/deployment_protection_rule"
        called = self._post(asked, path, document)
        is_final = called.is_refused or (called.is_ok and "state" in document)
        return Told(called.is_ok or called.is_refused, is_final, called.message)

    def _tell_commit(self, asked: Inquiry, said: Answer) -> Told:
        name = f"countersign/{asked.stage}"
        url = f"{self._url}/v1/decisions/{said.decision_id}" if said.decision_id else self._url
        check = {
            "name": name,
            "head_sha": asked.facts["sha"],
            "status": "completed",
            "conclusion": _CONCLUSIONS.get(said.ruling, "action_required"),
            "details_url": url,
            "external_id": said.decision_id or "",
            "output": {"title": said.message, "summary": self._words(said)[:LONGEST_SUMMARY]},
        }
        status = {
            "state": _STATES.get(said.ruling, "pending"),
            "target_url": url,
            "description": said.message[:LONGEST_STATUS],
            "context": name,
        }
        called = self._post(asked, "/check-runs", check)
        if called.is_ok:
            called = self._post(asked, f"/statuses/{asked.facts['sha']}", status)
        return Told(called.is_ok or called.is_refused, called.is_refused, called.message)

    def _post(self, asked: Inquiry, path: str, document: Mapping[str, Any]) -> Called:
        number = asked.facts.get("repository_id")
        whose = Repository(
            int(asked.facts["installation"]),
            str(asked.facts["repository"]),
            None if number is None else int(number),
        )
        return self._app.as_installation(whose, path, document)

    def _words(self, said: Answer) -> str:
        lines = [said.message, ""]
        lines += [f"- `{g.code}` {g.message} ({g.who}: {g.how})" for g in said.grounds]
        if said.decision_id:
            lines += ["", f"{self._url}/v1/decisions/{said.decision_id}"]
        return "\n".join(lines)
