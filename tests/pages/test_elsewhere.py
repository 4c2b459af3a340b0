"""People sign in at an issuer and come back: a real one, on this machine."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from app.adapters.identity import fetching
from app.adapters.identity.code_flow import CodeFlow
from app.adapters.identity.configuration import Client, TrustedIssuer
from app.adapters.identity.signed_tokens import SignedTokens
from app.domain.caller import Role
from app.domain.identity.issuer import Forge, Issuer, Rule
from tests.builders import a_scope
from tests.pages.conftest import Browser, Site
from tests.services.issuer import AUDIENCE, OTHER_KEY, TestIssuer, serving
from tests.worlds import World, a_world

ADDRESS = "https://gate.acme.example"
CLIENT = Client("acme", "Acme", "gate-web", "s3 cret/+", ("openid",))
AWAY = "__Host-countersign-away"


@dataclass
class Trip:
    """A site, an issuer, and a browser that goes there and back."""

    site: Site
    issuer: TestIssuer
    browser: Browser

    def leave(self, to: str = "") -> str:
        """Go to the issuer; tell the address."""
        answer = self.browser.see(f"/sign-in/with/acme?to={to}")
        assert answer.status_code == 303
        return answer.location

    def signed_in(self, **changes: Any) -> dict[str, str]:
        """Sign in there; tell what comes back."""
        return self.issuer.sign_in(self.leave(), self.site.world.clock.now(), **changes)

    def back(self, answer: dict[str, str]) -> TestResponse:
        """Come back with this answer."""
        return self.browser.see("/sign-in/callback", query_string=answer)


@pytest.fixture
def issuer() -> Iterator[TestIssuer]:
    with serving(TestIssuer()) as served:
        yield served


@pytest.fixture
def trip(issuer: TestIssuer, open_site: Callable[[World], Site]) -> Trip:
    rule = Rule("ml", {"team": ("ml",)}, frozenset({Role.DATA_SCIENTIST}), a_scope("acme"))
    hour = timedelta(hours=1)
    named = ("sub",)
    trusted = Issuer(issuer.url, Forge.OTHER, AUDIENCE, frozenset({"RS256"}), hour, named, (rule,))
    stated = [TrustedIssuer(trusted, None, CLIENT)]
    fetch, post = fetching.fetcher(None), fetching.poster(None)
    tokens = SignedTokens(stated, fetch)
    world = a_world(trusted=(tokens, CodeFlow(stated, tokens, ADDRESS, fetch, post)))
    site = open_site(world)
    return Trip(site, issuer, site.browser())


def refused(trip: Trip, answer: TestResponse) -> str:
    """Nobody was signed in; tell what the page says."""
    assert answer.status_code == 401
    assert trip.browser.see("/decisions").status_code == 303
    return answer.text


def test_somebody_signs_in_and_is_who_the_issuer_says(trip: Trip) -> None:
    assert "Sign in with Acme" in trip.browser.see("/sign-in").text

    answer = trip.back(trip.signed_in())

    assert answer.status_code == 303
    assert f"{trip.issuer.url}#sub=u-1" in trip.browser.see("/").text


def test_one_is_led_to_where_one_wanted_to_go(trip: Trip) -> None:
    there = trip.leave("/decisions")
    answer = trip.back(trip.issuer.sign_in(there, trip.site.world.clock.now()))

    assert answer.location == "/decisions"


@pytest.mark.parametrize("to", ["https://evil.example/", "//evil.example"])
def test_and_nowhere_else(trip: Trip, to: str) -> None:
    there = trip.leave(to)
    answer = trip.back(trip.issuer.sign_in(there, trip.site.world.clock.now()))

    assert answer.location == "/?signed_in=1"


def test_the_cookie_of_the_way_is_of_this_host_and_gone_afterwards(trip: Trip) -> None:
    sent = trip.browser.see("/sign-in/with/acme").headers["Set-Cookie"]
    assert sent.startswith(AWAY)
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= {p.strip() for p in sent.split(";")}

    trip.back(trip.signed_in())

    assert trip.browser.client.get_cookie(AWAY, "gate.acme.example") is None


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"state": "another"}, "begun here"),
        ({"state": ""}, "begun here"),
        ({"iss": "https://evil.example"}, "another issuer"),
        ({"code": "never-given"}, "does not take this code"),
    ],
)
def test_an_answer_that_was_not_asked_for_signs_nobody_in(
    trip: Trip, change: dict[str, str], complaint: str
) -> None:
    answer = trip.back({**trip.signed_in(), **change})

    assert complaint in refused(trip, answer)


def test_a_refusal_of_the_issuer_signs_nobody_in(trip: Trip) -> None:
    state = trip.signed_in()["state"]

    answer = trip.back({"error": "access_denied", "state": state})

    assert "did not say who it is" in refused(trip, answer)


def test_a_code_is_redeemed_once(trip: Trip) -> None:
    brought = trip.signed_in()
    trip.back(brought)
    thief = Trip(trip.site, trip.issuer, trip.site.browser())
    thief.leave()

    assert "does not take this code" in refused(thief, thief.back(brought))


def test_a_browser_that_left_by_no_link_of_ours_is_nobody(trip: Trip) -> None:
    brought = trip.signed_in()
    other = Trip(trip.site, trip.issuer, trip.site.browser())

    assert "has begun no sign-in" in refused(other, other.back(brought))


@pytest.mark.parametrize(
    "kept", ["", "x", "W10=", base64.urlsafe_b64encode(b'"text"').decode(), "é"]
)
def test_a_cookie_that_is_not_ours_is_no_departure(trip: Trip, kept: str) -> None:
    brought = trip.signed_in()
    trip.browser.client.set_cookie(AWAY, kept, domain="gate.acme.example", secure=True)

    assert "has begun no sign-in" in refused(trip, trip.back(brought))


CHANGED: dict[str, tuple[dict[str, Any], str]] = {
    "another nonce": ({"nonce": "another"}, "another sign-in"),
    "no nonce": ({"nonce": None}, "another sign-in"),
    "the audience of jobs": ({"aud": AUDIENCE}, "another audience"),
    "more audiences": ({"aud": ["gate-web", "other"]}, "another audience"),
    "another client": ({"azp": "other"}, "another client"),
    "another issuer": ({"iss": "https://evil.example"}, "can be verified"),
    "expired": ({"iat": 1, "exp": 2}, "expired"),
    "no rule": ({"team": "ops"}, "no rule"),
    "nobody": ({"sub": None}, "lacks the claim sub"),
}


@pytest.mark.parametrize("case", CHANGED)
def test_an_id_token_that_states_otherwise_signs_nobody_in(trip: Trip, case: str) -> None:
    changes, complaint = CHANGED[case]

    assert complaint in refused(trip, trip.back(trip.signed_in(**changes)))


def test_an_id_token_of_another_key_signs_nobody_in(trip: Trip) -> None:
    trip.issuer.published = trip.issuer.jwks()
    trip.issuer.keys["rsa-1"] = OTHER_KEY

    assert "does not hold" in refused(trip, trip.back(trip.signed_in()))


def test_a_code_stolen_on_the_way_is_worth_nothing_without_the_verifier(trip: Trip) -> None:
    brought = trip.signed_in()
    kept = trip.browser.client.get_cookie(AWAY, "gate.acme.example")
    assert kept is not None
    name, state, nonce, _, to = json.loads(base64.urlsafe_b64decode(kept.value))
    forged = base64.urlsafe_b64encode(json.dumps([name, state, nonce, "v" * 43, to]).encode())
    trip.browser.client.set_cookie(AWAY, forged.decode(), domain="gate.acme.example", secure=True)

    assert "does not take this code" in refused(trip, trip.back(brought))


def test_while_the_issuer_is_down_nobody_is_signed_in(trip: Trip) -> None:
    brought = trip.signed_in()
    trip.issuer.is_down = True

    assert trip.back(brought).status_code == 503
    assert trip.browser.see("/sign-in/with/acme").status_code == 503
    assert trip.browser.see("/decisions").status_code == 303


def test_an_issuer_that_nobody_configured_is_not_found(trip: Trip) -> None:
    assert trip.browser.see("/sign-in/with/evil").status_code == 404


def test_an_id_token_opens_no_route_of_the_api(trip: Trip) -> None:
    now = trip.site.world.clock.now()
    token = trip.issuer.token(now, aud="gate-web", team="ml")

    answer = trip.site.app.test_client().get(
        "/v1/caller", headers={"Authorization": f"Bearer {token}"}
    )

    assert answer.status_code == 401


def test_without_an_issuer_none_is_offered(site: Site) -> None:
    assert "Sign in with" not in site.browser().see("/sign-in").text.replace(
        "Sign in with the token", ""
    )
