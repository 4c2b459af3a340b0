"""What is promised of a courier, held by the fake and by the one that posts over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask, Response, request
from standardwebhooks import Webhook

from app.adapters.events.courier import HTTPCourier
from app.adapters.system.clock import SystemClock
from app.domain.events import signature
from app.domain.events.envelope import Event
from app.domain.events.subscriber import Subscriber
from app.ports import Courier
from tests.builders import a_subscriber
from tests.fakes.courier import FakeCourier
from tests.services.loopback import served

EVENT = Event("decision-1", b'{"specversion":"1.0"}')
SECRET = "whsec_" + "c2VjcmV0IG9mIDI0IGJ5dGVzIG9yIG1vcmU="
OLD = "whsec_" + "YW5vdGhlciBzZWNyZXQgb2YgMjQgYnl0ZXM="


@dataclass
class Receiver:
    """A subscriber's server; `answer` is what it says next."""

    url: str = ""
    answer: Response = field(default_factory=Response)
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    service, here = Flask("receiver"), Receiver()

    @service.post("/events")
    def take() -> Any:
        here.requests.append((dict(request.headers), request.get_data()))
        return here.answer

    @service.route("/elsewhere", methods=["GET", "POST"])
    def elsewhere() -> str:
        here.requests.append(({}, b"followed"))
        return "taken"

    with served(service) as url:
        here.url = url + "/events"
        yield here


Make = Callable[[int | None, str | None], tuple[Courier, Subscriber]]


@pytest.fixture(params=["fake", "http"])
def make(request: pytest.FixtureRequest) -> Make:
    """Make a courier whose receiver answers with a status, or not at all."""

    def fake(status: int | None, retry_after: str | None) -> tuple[Courier, Subscriber]:
        courier = FakeCourier()
        wait = timedelta(seconds=int(retry_after)) if retry_after else None
        courier.answers.append((status, wait))
        return courier, a_subscriber()

    def http(status: int | None, retry_after: str | None) -> tuple[Courier, Subscriber]:
        receiver: Receiver = request.getfixturevalue("receiver")
        headers = {"Retry-After": retry_after} if retry_after else {}
        receiver.answer = Response(status=status or 200, headers=headers)
        url = receiver.url if status else "http://127.0.0.1:9/events"
        return HTTPCourier(SystemClock()), a_subscriber(url=url)

    return fake if request.param == "fake" else http


@pytest.mark.parametrize("status", [200, 202, 204])
def test_a_2xx_is_taken(make: Make, status: int) -> None:
    courier, to = make(status, None)

    delivery = courier.send(EVENT, to)

    assert (delivery.is_taken, delivery.status) == (True, status)


@pytest.mark.parametrize("status", [301, 400, 401, 429, 500, 503, None])
def test_anything_else_is_not_taken_and_is_told_not_raised(make: Make, status: int | None) -> None:
    courier, to = make(status, None)

    delivery = courier.send(EVENT, to)

    assert (delivery.is_taken, delivery.status) == (False, status)
    assert delivery.message
    assert not delivery.is_final


def test_410_is_final(make: Make) -> None:
    courier, to = make(410, None)

    assert courier.send(EVENT, to).is_final


def test_the_receiver_may_ask_for_time(make: Make) -> None:
    courier, to = make(503, "90")

    assert courier.send(EVENT, to).retry_after == timedelta(seconds=90)


def test_what_is_posted_verifies_by_the_library_of_standard_webhooks(receiver: Receiver) -> None:
    keys = (signature.secret(SECRET), signature.secret(OLD))

    HTTPCourier(SystemClock()).send(EVENT, a_subscriber(url=receiver.url, secrets=keys))

    ((headers, body),) = receiver.requests
    lowered = {name.lower(): value for name, value in headers.items()}
    for secret in (SECRET, OLD):
        assert Webhook(secret).verify(body, lowered) == {"specversion": "1.0"}
    assert lowered["webhook-id"] == "decision-1"
    assert lowered["content-type"] == "application/cloudevents+json"


def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    receiver.answer = Response(status=307, headers={"Location": "/elsewhere"})

    delivery = HTTPCourier(SystemClock()).send(EVENT, a_subscriber(url=receiver.url))

    assert delivery.status == 307
    assert len(receiver.requests) == 1
