from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

import pytest

from app.domain.entry import Draft, Entry, Kind, seal
from app.domain.events import envelope
from app.domain.events.envelope import Source
from app.domain.events.subscriber import Form
from tests.builders import a_release

SOURCE = Source("https://gate.acme.example", "https://gate.acme.example/url")
DIGEST = a_release().digest


def an_entry(kind: Kind = Kind.DECISION, digest: bool = True, **body: Any) -> Entry:  # noqa: FBT001, FBT002 - a builder's choice
    members = {"outcome": "deny", "reasons": [{"code": "a.b"}], **body}
    release = DIGEST if digest else None
    draft = Draft("d-1", kind, "ada@acme.example", members, release_digest=release)
    sealed = seal(draft, "log", 7, 1_764_000_000_000_000)
    return Entry("log", 7, "d-1", kind, 1_764_000_000_000_000, draft.actor, sealed)


def told(form: Form = Form.CLOUDEVENTS, **entry: Any) -> dict[str, Any]:
    event = envelope.event(an_entry(**entry), form, SOURCE)
    assert event is not None
    members: dict[str, Any] = json.loads(event.content)
    return members


def test_a_cloudevent_has_what_1_0_requires_and_the_entry_as_its_data() -> None:
    event = told()

    data = event.pop("data")
    assert event == {
        "specversion": "1.0",
        "id": "decision-d-1",
        "source": "https://gate.acme.example",
        "type": "dev.countersign.decision.v1",
        "subject": DIGEST,
        "time": "2025-11-24T16:00:00.000000Z",
        "datacontenttype": "application/json",
    }
    assert data == json.loads(an_entry().body)


def test_an_event_that_comes_again_is_the_same_to_the_byte() -> None:
    first, again = (envelope.event(an_entry(), Form.CLOUDEVENTS, SOURCE) for _ in range(2))

    assert first == again


def test_entries_of_different_kinds_with_one_id_are_different_events() -> None:
    assert told(kind=Kind.TOKEN_CREATED)["id"] != told(kind=Kind.TOKEN_REVOKED)["id"]


def test_an_entry_about_no_release_has_no_subject() -> None:
    assert "subject" not in told(digest=False)


@pytest.mark.parametrize(
    ("entry", "type_", "content"),
    [
        (
            {"outcome": "allow"},
            "dev.cdevents.approval.closed.0.1.0",
            {"responder": SOURCE.uri, "decision": "approved", "status": "approved"},
        ),
        (
            {"outcome": "deny"},
            "dev.cdevents.approval.closed.0.1.0",
            {"responder": SOURCE.uri, "decision": "rejected", "status": "rejected"},
        ),
        (
            {"outcome": "pending"},
            "dev.cdevents.approval.created.0.1.0",
            {"requestor": "urn:countersign:subject:ada@acme.example"},
        ),
        (
            {"kind": Kind.APPROVAL, "vote": "approve"},
            "dev.cdevents.approval.updated.0.1.0",
            {"responder": "urn:countersign:subject:ada@acme.example", "decision": "approved"},
        ),
        (
            {"kind": Kind.APPROVAL, "vote": "veto"},
            "dev.cdevents.approval.updated.0.1.0",
            {"responder": "urn:countersign:subject:ada@acme.example", "decision": "rejected"},
        ),
    ],
)
def test_a_cdevent_says_who_decided_what(
    entry: dict[str, Any], type_: str, content: dict[str, str]
) -> None:
    event = told(Form.CDEVENTS, **entry)

    # Closed by `additionalProperties: false` in schemas/approval*.json of CDEvents.
    data = event["data"]
    urls = {
        name: data["subject"]["content"].pop(name)
        for name in ("approvalDetailsUrl", "resourceTargetUrl")
    }
    assert data["subject"]["content"] == content
    assert all(urlsplit(url).netloc == "gate.acme.example" for url in urls.values())
    assert (event["type"], data["context"]["type"]) == (type_, type_)
    assert event["subject"] == data["subject"]["id"] == DIGEST
    assert set(data) == {"context", "subject", "customData", "customDataContentType"}
    assert set(data["context"]) == {"specversion", "id", "source", "type", "timestamp"}


@pytest.mark.parametrize(
    "entry",
    [{"kind": Kind.LOG_EXPORTED}, {"digest": False}, {"kind": Kind.APPROVAL, "vote": "withdraw"}],
)
def test_what_is_no_approval_is_no_cdevent(entry: dict[str, Any]) -> None:
    assert envelope.event(an_entry(**entry), Form.CDEVENTS, SOURCE) is None
