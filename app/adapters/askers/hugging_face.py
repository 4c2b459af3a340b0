"""The Hugging Face Hub tells of a repository's commits, and hears the answer in its discussions.

Docs "Webhooks": the secret comes in clear in `X-Webhook-Secret`; there is no signature and no id of
a delivery. A webhook holds nothing back, so what deploys from the Hub asks the gate about
`hf://<name>:<commit>`; the discussion is where people read why.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from app.adapters.askers.calling import call
from app.domain.caller import EVERYWHERE
from app.domain.canonical import read_json
from app.domain.enforcement.answer import Answer
from app.domain.errors import InvalidSubmissionError, MalformedDocumentError, UnauthenticatedError
from app.domain.inbound import proof
from app.domain.inbound.inquiry import Inquiry, Told, Webhook

SOURCE = "huggingface"
_NAME = re.compile(r"[A-Za-z0-9._-]+(?:/[A-Za-z0-9._-]+)?")
_SHA = re.compile(r"[0-9a-f]{40}")


class HuggingFace:
    """Implements the port Asker for webhooks of the Hub about models."""

    source = SOURCE
    projects = EVERYWHERE.projects

    def __init__(self, url: str, token: str, secrets: Sequence[bytes], stage: str) -> None:
        """Keep a token that may write discussions, the webhooks' secrets, and the stage."""
        self._url = url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}"}
        self._secrets = tuple(secrets)
        self._stage = stage

    def read(self, headers: Mapping[str, str], content: bytes, now: datetime) -> Webhook:
        """Read a webhook by its secret, which is compared and then forgotten."""
        if not proof.shared(self._secrets, headers.get("x-webhook-secret", "")):
            raise UnauthenticatedError("this is not the secret of a webhook of the Hub")
        payload = read_json(content)
        if not isinstance(payload, dict):
            raise MalformedDocumentError("expected a JSON object")
        # Without an id of a delivery, the same body is the same delivery for a minute.
        minute = int(now.timestamp()) // 60
        delivery = f"{hashlib.sha256(content).hexdigest()}-{minute}"
        return Webhook(delivery, self._asked(payload))

    def tell(self, asked: Inquiry, said: Answer) -> Told:
        """Open a discussion that says what was decided, unless it is an allow."""
        if said.is_allowed:
            return Told(is_taken=True, is_final=False, message="allowed: nothing to say")
        sha = str(asked.facts["sha"])
        lines = [f"About commit `{sha}`, for {asked.stage}:", "", said.message, ""]
        lines += [f"- `{g.code}` {g.message} ({g.who}: {g.how})" for g in said.grounds]
        document = {
            "title": f"Countersign: {said.ruling.value} {sha[:7]}",
            "description": "\n".join(lines),
            "pullRequest": False,
        }
        path = f"{self._url}/api/models/{asked.facts['name']}/discussions"
        called = call("POST", path, self._headers, document)
        return Told(called.is_ok or called.is_refused, called.is_refused, called.message)

    def missed(self) -> Sequence[tuple[Mapping[str, str], bytes]]:
        """The Hub keeps no list that could be read: people replay a webhook on its page."""
        return ()

    def _asked(self, payload: Mapping[str, Any]) -> tuple[Inquiry, ...]:
        event, repository = _object(payload, "event"), _object(payload, "repo")
        # Of scopes that nobody knows yet the Hub says: take them for their first word.
        is_content = str(event.get("scope", "")).startswith("repo")
        if not is_content or event.get("action") == "delete" or repository.get("type") != "model":
            return ()
        name, sha = str(repository.get("name", "")), str(repository.get("headSha", ""))
        if not _NAME.fullmatch(name):
            raise InvalidSubmissionError("expected owner/name of a model", pointer="/repo/name")
        if not _SHA.fullmatch(sha):
            raise InvalidSubmissionError("expected the SHA of a commit", pointer="/repo/headSha")
        asked = Inquiry(
            source=SOURCE,
            key=f"commit/{name}/{sha}/{self._stage}",
            reference=f"hf://{name}:{sha}",
            stage=self._stage,
            facts={"name": name, "sha": sha},
        )
        return (asked,)


def _object(payload: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = payload.get(name)
    return value if isinstance(value, dict) else {}
