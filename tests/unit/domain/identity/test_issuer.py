from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.domain.caller import Role
from app.domain.errors import UnauthenticatedError
from app.domain.identity import issuer as issuers
from app.domain.identity.issuer import Expected, Forge, Issuer, Rule
from tests.builders import a_scope

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
CLAIMS = {"iat": NOW.timestamp(), "exp": NOW.timestamp() + 60, "sub": "u-1", "team": "ml"}


def a_rule(**when: Expected) -> Rule:
    wanted = {name: (value,) for name, value in when.items()}
    return Rule("team", wanted, frozenset({Role.DATA_SCIENTIST}), a_scope("acme"))


def an_issuer(rule: Rule, *identified_by: str) -> Issuer:
    hour = timedelta(hours=1)
    algorithms = frozenset({"RS256"})
    named = identified_by or ("sub",)
    return Issuer("https://login.example", Forge.OTHER, "gate", algorithms, hour, named, (rule,))


def subject(rule: Rule, *identified_by: str, **claims: Any) -> str:
    issuer = an_issuer(rule, *identified_by)
    return issuers.caller({**CLAIMS, **claims}, issuer, NOW, "t-1").subject


@pytest.mark.parametrize(
    ("wanted", "stated", "is_fit"),
    [
        ("ml", "ml", True),
        ("ml", "ML", False),
        ("ml", "ml ", False),
        ("ml", ["ops", "ml"], True),
        ("ml", ["ops"], False),
        ("ml", [], False),
        ("ml", None, False),
        ("ml", {"ml": True}, False),
        (True, True, True),
        (True, 1, False),
        (True, "true", False),
        (1, 1, True),
        (1, True, False),
        (1, 1.0, False),
    ],
)
def test_a_claim_fits_exactly(wanted: Expected, stated: object, *, is_fit: bool) -> None:
    assert a_rule(team=wanted).fits({"team": stated}) is is_fit


def test_an_absent_claim_fits_nothing() -> None:
    assert not a_rule(team="ml").fits({})


@pytest.mark.parametrize(
    ("verified", "is_fit"), [(True, True), (False, False), ("true", False), (None, False)]
)
def test_an_address_counts_once_the_issuer_has_verified_it(
    verified: object, *, is_fit: bool
) -> None:
    claims = {"email": "ada@example.org", "email_verified": verified}

    assert a_rule(email="ada@example.org").fits(claims) is is_fit


def test_somebody_elses_change_needs_a_rule_that_names_the_event() -> None:
    claims = {"team": "ml", "event_name": "pull_request_target"}

    assert not a_rule(team="ml").fits(claims)
    assert a_rule(team="ml", event_name="pull_request_target").fits(claims)
    assert a_rule(team="ml").fits({**claims, "event_name": "push"})


def test_a_subject_names_issuer_and_claims() -> None:
    rule = a_rule(team="ml")

    assert subject(rule) == "https://login.example#sub=u-1"
    assert subject(rule, "team", "sub") == "https://login.example#team=ml&sub=u-1"


def test_no_claim_passes_for_two() -> None:
    rule = a_rule(team="ml")

    forged = subject(rule, "sub", sub="u-1&team=ml")
    honest = subject(rule, "sub", "team")

    assert forged == "https://login.example#sub=u-1%26team%3Dml"
    assert forged != honest


def test_claims_in_any_script_are_written_alike() -> None:
    assert subject(a_rule(team="ml"), sub="Zoë\n") == "https://login.example#sub=Zo%C3%AB%0A"


@pytest.mark.parametrize("stated", ["", None, 7, "x" * 501])
def test_what_identifies_is_a_text(stated: object) -> None:
    with pytest.raises(UnauthenticatedError, match="lacks the claim sub"):
        subject(a_rule(team="ml"), sub=stated)


def test_without_a_rule_that_fits_there_is_nobody() -> None:
    with pytest.raises(UnauthenticatedError, match="no rule"):
        subject(a_rule(team="ops"))


@pytest.mark.parametrize("stated", [None, "1", True, [1]])
def test_a_time_is_a_number(stated: object) -> None:
    with pytest.raises(UnauthenticatedError, match="lacks the time exp"):
        subject(a_rule(team="ml"), exp=stated)
