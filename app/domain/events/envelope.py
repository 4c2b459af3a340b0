"""From an entry of the log to an event: CloudEvents 1.0, and CDEvents' subject `approval`.

Sections: CloudEvents 1.0.2 "Required Attributes", its JSON format and HTTP structured mode;
CDEvents 0.6.0-draft schemas `approval.created|updated|closed`, CDEvents' CloudEvents binding.
Source and id of an event are those of the entry, so that a receiver knows it when it comes again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.canonical import canonical_json
from app.domain.entry import Entry, Kind, rfc3339
from app.domain.events.subscriber import Form

CONTENT_TYPE = "application/cloudevents+json"
_CDEVENTS = "0.6.0-draft"
_CLOSED = {"allow": "approved", "deny": "rejected"}
_VOTES = {"approve": "approved", "veto": "rejected"}


@dataclass(frozen=True, slots=True)
class Source:
    """The gate that tells: its URI, and the URL by which links lead to it."""

    uri: str
    address: str


@dataclass(frozen=True, slots=True)
class Event:
    """An event as it is sent; the same bytes each time that it is sent."""

    id: str
    content: bytes


def event(entry: Entry, form: Form, source: Source) -> Event | None:
    """Write an entry as an event; None where the form has no event for it."""
    body: dict[str, Any] = json.loads(entry.body)
    event_id = f"{entry.kind.value}-{entry.id}"
    members: dict[str, Any] = {
        "specversion": "1.0",
        "id": event_id,
        "source": source.uri,
        "time": rfc3339(entry.at),
        "datacontenttype": "application/json",
    }
    if form is Form.CDEVENTS:
        told = _approval(entry, body, event_id, source)
        if told is None:
            return None
        members |= {"type": told["context"]["type"], "subject": told["subject"]["id"], "data": told}
    else:
        subject = body["entry"].get("release_digest") or body["entry"].get("model")
        members |= {"type": f"dev.countersign.{entry.kind.value}.v1", "data": body}
        members |= {"subject": subject} if subject else {}
    return Event(event_id, canonical_json(members))


def _approval(
    entry: Entry, body: Mapping[str, Any], event_id: str, source: Source
) -> dict[str, Any] | None:
    digest = body["entry"].get("release_digest")
    if digest is None or entry.kind not in {Kind.DECISION, Kind.APPROVAL}:
        return None
    content: dict[str, Any] = {"resourceTargetUrl": f"{source.address}/v1/log?digest={digest}"}
    if entry.kind is Kind.APPROVAL:
        vote = _VOTES.get(body.get("vote", ""))
        if vote is None:
            return None
        predicate, detail = "updated", "approvals?release_digest=" + digest
        content |= {"responder": _urn(entry.actor), "decision": vote}
    elif (decision := _CLOSED.get(body["outcome"])) is not None:
        predicate, detail = "closed", "decisions/" + entry.id
        content |= {"responder": source.uri, "decision": decision, "status": decision}
    else:
        predicate, detail = "created", "decisions/" + entry.id
        content |= {"requestor": _urn(entry.actor)}
    content["approvalDetailsUrl"] = f"{source.address}/v1/{detail}"
    return {
        "context": {
            "specversion": _CDEVENTS,
            "id": event_id,
            "source": source.uri,
            "type": f"dev.cdevents.approval.{predicate}.0.1.0",
            "timestamp": rfc3339(entry.at),
        },
        "subject": {"id": digest, "source": source.uri, "content": content},
        "customData": {"entry": body["entry"], "reasons": body.get("reasons", [])},
        "customDataContentType": "application/json",
    }


def _urn(subject: str) -> str:
    return "urn:countersign:subject:" + "".join(
        c if c.isascii() and (c.isalnum() or c in "-._@:") else f"%{ord(c):02X}" for c in subject
    )
