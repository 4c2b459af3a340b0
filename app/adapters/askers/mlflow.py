"""MLflow 3 asks by a webhook when an alias asks for a stage, and the gate moves the real one.

`mlflow/webhooks/delivery.py`: HMAC `v1,<base64>` over `<id>.<time>.<body>` with the secret as raw
text. A webhook cannot hold anything back, so people set an alias that only asks (such as
`production-requested`), and the gate's account sets `production` after an allow. What was decided
is written to the version as tags.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.adapters.askers.calling import Called, call
from app.domain.caller import EVERYWHERE
from app.domain.canonical import read_json
from app.domain.enforcement.answer import Answer, Ruling
from app.domain.errors import InvalidSubmissionError, MalformedDocumentError, UnauthenticatedError
from app.domain.inbound import proof
from app.domain.inbound.inquiry import Inquiry, Told, Webhook

SOURCE = "mlflow"
_API = "/api/2.0/mlflow"


@dataclass(frozen=True, slots=True)
class Alias:
    """An alias that is asked for by another one, and the stage whose decision counts."""

    alias: str
    stage: str


class MLflow:
    """Implements the port Asker for an MLflow tracking server."""

    source = SOURCE
    projects = EVERYWHERE.projects

    def __init__(
        self,
        url: str,
        account: tuple[str, str] | None,
        secrets: Sequence[bytes],
        aliases: Mapping[str, Alias],
        gate: str,
    ) -> None:
        """Keep the gate's account, the webhooks' secrets, and what each asking alias asks for."""
        self._url = url.rstrip("/")
        self._headers = _basic(account)
        self._secrets = tuple(secrets)
        self._aliases = dict(aliases)
        self._gate = gate

    def read(self, headers: Mapping[str, str], content: bytes, now: datetime) -> Webhook:
        """Read a webhook, signed within the last minutes. Only `v1` counts, no older form."""
        delivery = headers.get("x-mlflow-delivery-id", "")
        signed = (delivery, headers.get("x-mlflow-timestamp", ""), content)
        if not proof.v1_hmac(self._secrets, headers.get("x-mlflow-signature", ""), signed, now):
            raise UnauthenticatedError("this is not signed as MLflow 3 signs, or not now")
        payload = read_json(content)
        if not isinstance(payload, dict) or not isinstance(payload.get("data"), dict):
            raise MalformedDocumentError("expected a JSON object with `data`")
        if (payload.get("entity"), payload.get("action")) != ("model_version_alias", "created"):
            return Webhook(delivery)
        return Webhook(delivery, self._asked(payload["data"]))

    def tell(self, asked: Inquiry, said: Answer) -> Told:
        """Write the decision to the version as tags; after an allow, move the alias."""
        name, version = asked.facts["name"], asked.facts["version"]
        for key, value in self._tags(said):
            tag = {"name": name, "version": version, "key": key, "value": value}
            called = self._post("/model-versions/set-tag", tag)
            if not called.is_ok:
                return Told(called.is_refused, called.is_refused, called.message)
        if not said.is_allowed:
            is_final = said.ruling is Ruling.DENY
            return Told(is_taken=True, is_final=is_final, message="tagged")
        moved = {"name": name, "alias": asked.facts["alias"], "version": version}
        called = self._post("/registered-models/alias", moved)
        is_done = called.is_ok or called.is_refused
        return Told(is_done, is_done, called.message)

    def missed(self) -> Sequence[tuple[Mapping[str, str], bytes]]:
        """MLflow keeps no list of these: it tries three times, and people can ask again."""
        return ()

    def _asked(self, data: Mapping[str, Any]) -> tuple[Inquiry, ...]:
        name, version, given = (data.get(key) for key in ("name", "version", "alias"))
        wanted = self._aliases.get(given) if isinstance(given, str) else None
        if wanted is None:
            return ()
        if not isinstance(name, str) or not name or not str(version or "").isdigit():
            raise InvalidSubmissionError("expected a model and its version", pointer="/data")
        asked = Inquiry(
            source=SOURCE,
            key=f"alias/{name}/{version}/{wanted.alias}",
            reference=f"models:/{name}/{version}",
            stage=wanted.stage,
            facts={"name": name, "version": str(version), "alias": wanted.alias},
        )
        return (asked,)

    def _tags(self, said: Answer) -> list[tuple[str, str]]:
        tags = [("gate.decision", said.ruling.value), ("gate.message", said.message)]
        if said.decision_id:
            tags.append(("gate.decision_url", f"{self._gate}/v1/decisions/{said.decision_id}"))
        if said.release_digest:
            tags.append(("gate.release_digest", said.release_digest))
        return tags

    def _post(self, path: str, document: Mapping[str, Any]) -> Called:
        return call("POST", f"{self._url}{_API}{path}", self._headers, document)


def _basic(account: tuple[str, str] | None) -> dict[str, str]:
    if account is None:
        return {}
    plain = f"{account[0]}:{account[1]}".encode()
    return {"Authorization": "Basic " + base64.b64encode(plain).decode()}
