"""A SageMaker registry asks by events, and hears the answer as the approval of a package."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from werkzeug.test import TestResponse

from app.adapters.askers.clerk import Table
from app.adapters.askers.sagemaker import LONGEST_DESCRIPTION, SageMaker
from app.adapters.askers.sagemaker_api import Packages
from app.domain.entry import Kind
from tests.api.conftest import Gate
from tests.api.test_delivery_tools import denies
from tests.services.sagemaker import REGION, Registry, registry
from tests.worlds import World, a_world, allow, wants_a_data_scientist

KEY = b"a key of an API destination"
WAITS = "PendingManualApproval"


@pytest.fixture(scope="module")
def models() -> Iterator[Registry]:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "nothing")
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        with registry() as served:
            yield served


@pytest.fixture(scope="module")
def packages(models: Registry) -> Packages:
    return Packages(REGION, models.url)


def an_event(arn: str, **changes: Any) -> dict[str, Any]:
    """An event as EventBridge hands it to an API destination."""
    detail = {
        "ModelPackageGroupName": "router",
        "ModelPackageVersion": 1,
        "ModelPackageArn": arn,
        "ModelPackageStatus": "Completed",
        "ModelApprovalStatus": WAITS,
        "InferenceSpecification": {"Containers": [{"Image": "acme/server:1"}]},
        **changes,
    }
    return {
        "version": "0",
        "id": "844e2571-85d4-695f-b930-0153b71dcb42",
        "detail-type": "SageMaker Model Package State Change",
        "source": "aws.sagemaker",
        "account": "123456789012",
        "time": "2026-11-24T12:00:00Z",
        "region": REGION,
        "resources": [arn],
        "detail": detail,
    }


@dataclass
class Desk:
    """A gate that a registry tells of its packages, and one package."""

    gate: Gate
    models: Registry
    table: Table
    arn: str

    def send(self, key: bytes = KEY, event: Any = None, **changes: Any) -> TestResponse:
        """Hand an event over, with the key of the API destination."""
        event = an_event(self.arn, **changes) if event is None else event
        headers = {"X-Api-Key": key.decode()}
        return self.gate.client.post("/v1/webhooks/sagemaker", json=event, headers=headers)

    def answer(self) -> None:
        """Do one round of the clerk's work."""
        self.table.answer(self.gate.world.ports)

    def said(self) -> tuple[str, str]:
        """Tell what the registry now says of the package."""
        return self.models.said(self.arn)


Install = Callable[..., Desk]


@pytest.fixture
def install(serve: Callable[[World], Gate], models: Registry, packages: Packages) -> Install:
    def installing(policy: Any = allow, *, is_submitted: bool = True) -> Desk:
        arn = models.package()
        asker = SageMaker(packages, REGION, (KEY,), "production", "https://gate.example")
        gate = serve(a_world(policy, askers=(asker,)))
        if is_submitted:
            gate.submit(references=[arn])
        return Desk(gate, models, Table(asker), arn)

    return installing


@pytest.mark.parametrize(
    ("policy", "approval", "begins"),
    [
        (allow, "Approved", "allow: acme/scorer 1.4.0"),
        (denies, "Rejected", "deny: acme/scorer 1.4.0 for production: evaluation.below_threshold"),
        (wants_a_data_scientist, WAITS, "pending: acme/scorer 1.4.0"),
    ],
)
def test_a_package_says_what_was_decided_and_why(
    install: Install, policy: Any, approval: str, begins: str
) -> None:
    desk = install(policy)

    taken = desk.send()
    desk.answer()

    said, why = desk.said()
    assert (taken.status_code, said) == (202, approval)
    assert why.startswith(begins)
    assert "https://gate.example/v1/decisions/" in why
    assert len(why) <= LONGEST_DESCRIPTION
    assert why.isprintable()


def test_what_nobody_submitted_waits_and_says_so(install: Install) -> None:
    desk = install(is_submitted=False)
    desk.send()
    desk.answer()

    said, why = desk.said()
    assert said == WAITS
    assert why.startswith(f"unknown: {desk.arn} pins no digest")


@pytest.mark.parametrize(
    ("policy", "approval"),
    [(allow, "Approved"), (denies, "Rejected"), (wants_a_data_scientist, WAITS)],
)
def test_what_is_approved_past_the_gate_stays_so_only_if_it_is_allowed(
    install: Install, policy: Any, approval: str
) -> None:
    desk = install(policy)
    desk.models.approve(desk.arn)

    desk.send(ModelApprovalStatus="Approved")
    desk.answer()

    assert desk.said()[0] == approval


def test_what_a_person_rejected_stays_rejected(install: Install) -> None:
    desk = install()
    desk.send()
    desk.models.approve(desk.arn, "Rejected")
    desk.answer()

    assert desk.said() == ("Rejected", "")


def test_the_event_of_the_gates_own_change_changes_nothing(
    install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = install()
    desk.send()
    desk.answer()
    written: list[Any] = []
    monkeypatch.setattr(Packages, "write", lambda *given: written.append(given))

    again = {**an_event(desk.arn, ModelApprovalStatus="Approved"), "id": "another"}
    assert desk.send(event=again).get_json()["inquiries"] == 1
    desk.answer()

    assert written == []


def test_an_event_counts_once(install: Install) -> None:
    desk = install()

    assert desk.send().get_json()["is_new"] is True
    assert desk.send().get_json()["is_new"] is False


@pytest.mark.parametrize("key", [b"", b"another key of sixteen"])
def test_without_the_key_nothing_is_heard(install: Install, key: bytes) -> None:
    desk = install()

    assert desk.send(key=key).status_code == 401
    desk.answer()
    assert desk.said() == (WAITS, "")


def test_the_key_is_kept_nowhere(install: Install) -> None:
    desk = install()
    desk.send()
    desk.answer()

    log = desk.gate.world.ports.log
    kinds = (Kind.INQUIRY_MADE, Kind.INQUIRY_ANSWERED)
    bodies = [e.body for kind in kinds for e in log.page(kind, before=None, limit=9).entries]
    assert len(bodies) == 2
    assert all(KEY not in body for body in bodies)


@pytest.mark.parametrize(
    "changes",
    [
        {"ModelApprovalStatus": "Rejected"},
        {"ModelApprovalStatus": None},
        {"ModelPackageStatus": "InProgress"},
    ],
)
def test_what_asks_nothing_is_taken_and_left(install: Install, changes: dict[str, Any]) -> None:
    taken = install().send(**changes)

    assert (taken.status_code, taken.get_json()["inquiries"]) == (202, 0)


def test_another_kind_of_event_asks_nothing(install: Install) -> None:
    desk = install()
    event = {**an_event(desk.arn), "detail-type": "SageMaker Model State Change"}

    assert desk.send(event=event).get_json()["inquiries"] == 0


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:sagemaker:us-east-1:123456789012:model-package/router/1",
        "arn:aws:iam::123456789012:role/admin",
        7,
    ],
)
def test_a_package_of_elsewhere_is_refused(install: Install, arn: Any) -> None:
    answer = install().send(ModelPackageArn=arn)

    assert answer.status_code == 422
    assert answer.get_json()["pointer"] == "/detail/ModelPackageArn"


@pytest.mark.parametrize("event", [[], {}, {"id": ""}, {"id": 5}])
def test_what_is_no_event_is_malformed(install: Install, event: Any) -> None:
    assert install().send(event=event).status_code == 400


def test_a_package_that_was_deleted_is_given_up(install: Install) -> None:
    desk = install()
    gone = f"{desk.arn}7"
    desk.gate.submit(references=[gone])
    desk.send(event=an_event(gone))
    desk.answer()

    (entry,) = desk.gate.world.ports.log.moves(f"inquiry:sagemaker/package/{gone}/production")[1:]
    assert json.loads(entry.body)["message"] == "answered ValidationException"


def test_a_registry_that_does_not_answer_is_told_later(
    install: Install, packages: Packages, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = install()
    asker = desk.table.asker
    monkeypatch.setattr(asker, "_packages", Packages(REGION, "http://127.0.0.1:1"))
    desk.send()
    desk.answer()
    monkeypatch.setattr(asker, "_packages", packages)

    assert desk.said() == (WAITS, "")
    desk.answer()
    desk.answer()
    assert desk.said()[0] == "Approved"
