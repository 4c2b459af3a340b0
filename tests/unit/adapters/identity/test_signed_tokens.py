from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization

from app.domain.caller import Role
from app.domain.errors import IssuerError, UnauthenticatedError
from tests.builders import a_scope
from tests.services.issuer import (
    AUDIENCE,
    EC_KEY,
    OTHER_KEY,
    RSA_KEY,
    WORKFLOW,
    TestIssuer,
    serving,
    signed,
)
from tests.unit.adapters.identity.conftest import a_rule, an_issuer, tokens

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
SECONDS = int(NOW.timestamp())


def unsigned(claims: dict[str, Any], **headers: Any) -> str:
    """A token whose signature is empty."""
    return ".".join([part(headers), part(claims), ""])


def part(document: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(document).encode()).decode().rstrip("=")


def by_public_key(claims: dict[str, Any]) -> str:
    """Sign by HMAC with the public key for a secret, as who hopes for a confused verifier does."""
    pem = RSA_KEY.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    content = f"{part({'alg': 'HS256', 'kid': 'rsa-1'})}.{part(claims)}"
    mac = hmac.new(pem, content.encode(), hashlib.sha256).digest()
    return f"{content}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


@pytest.mark.parametrize("kid", ["rsa-1", "ec-1"])
def test_a_job_is_what_the_rule_says(issuer: TestIssuer, kid: str) -> None:
    caller = tokens(an_issuer(issuer.url)).authenticate(issuer.token(NOW, kid), NOW)

    assert caller.roles == {Role.SUBMITTER}
    assert caller.scope == a_scope("acme", stages=("production",))
    assert caller.subject == (
        f"{issuer.url}#repository_id=1001&job_workflow_ref="
        "acme/ci/.github/workflows/release.yml@refs/heads/main"
    )


CHANGED: dict[str, dict[str, Any]] = {
    "another audience": {"aud": "https://other.example"},
    "a list of audiences": {"aud": [AUDIENCE]},
    "more audiences": {"aud": [AUDIENCE, "https://other.example"]},
    "an audience that begins alike": {"aud": AUDIENCE + "/"},
    "no audience": {"aud": None},
    "expired": {"iat": SECONDS - 400, "exp": SECONDS - 31},
    "no expiry": {"exp": None},
    "an expiry that is a text": {"exp": str(SECONDS + 300)},
    "too long-lived": {"exp": SECONDS + 3601},
    "no time of issue": {"iat": None},
    "issued in the future": {"iat": SECONDS + 31},
    "not valid yet": {"nbf": SECONDS + 31},
    "another repository": {"repository_id": "1002"},
    "a number for a text": {"repository_id": 1001},
    "no environment": {"environment": None},
    "an environment that begins alike": {"environment": "production-eu"},
    "somebody else's change": {"event_name": "pull_request_target"},
    "nothing that identifies": {"job_workflow_ref": None},
    "an identity that is no text": {"job_workflow_ref": [WORKFLOW]},
}


@pytest.mark.parametrize("change", CHANGED)
def test_a_token_that_states_otherwise_is_nobodys(issuer: TestIssuer, change: str) -> None:
    token = issuer.token(NOW, **CHANGED[change])

    with pytest.raises(UnauthenticatedError):
        tokens(an_issuer(issuer.url)).authenticate(token, NOW)


@pytest.mark.parametrize(
    "change",
    [
        {"iat": SECONDS - 400, "exp": SECONDS - 29},
        {"exp": SECONDS + 3600},
        {"iat": SECONDS + 29, "exp": SECONDS + 300},
        {"nbf": SECONDS + 29},
        {"nbf": None},
        {"jti": None, "sub": "anything"},
    ],
)
def test_their_nearest_neighbours_are_not(issuer: TestIssuer, change: dict[str, Any]) -> None:
    token = issuer.token(NOW, **change)

    assert tokens(an_issuer(issuer.url)).authenticate(token, NOW).roles == {Role.SUBMITTER}


@pytest.mark.parametrize("alg", ["none", "None", "NONE"])
def test_an_unsigned_token_is_nobodys(issuer: TestIssuer, alg: str) -> None:
    claims = issuer.claims(NOW)

    for token in (unsigned(claims, alg=alg, kid="rsa-1"), unsigned(claims, alg=alg) + "AAAA"):
        with pytest.raises(UnauthenticatedError):
            tokens(an_issuer(issuer.url)).authenticate(token, NOW)


def test_a_token_signed_by_the_public_key_as_a_secret_is_nobodys(issuer: TestIssuer) -> None:
    with pytest.raises(UnauthenticatedError, match="as its issuer signs"):
        tokens(an_issuer(issuer.url)).authenticate(by_public_key(issuer.claims(NOW)), NOW)


def test_an_algorithm_that_the_issuer_does_not_use_is_refused(issuer: TestIssuer) -> None:
    only_rsa = tokens(an_issuer(issuer.url, algorithms=frozenset({"RS256"})))

    with pytest.raises(UnauthenticatedError, match="as its issuer signs"):
        only_rsa.authenticate(issuer.token(NOW, "ec-1"), NOW)
    assert only_rsa.authenticate(issuer.token(NOW, "rsa-1"), NOW).roles


def test_a_key_verifies_by_its_own_algorithm_only(issuer: TestIssuer) -> None:
    token = signed(issuer.claims(NOW), EC_KEY, {"kid": "rsa-1"})

    with pytest.raises(UnauthenticatedError, match="as its key signs"):
        tokens(an_issuer(issuer.url)).authenticate(token, NOW)


@pytest.mark.parametrize(
    ("headers", "refusal"),
    [
        ({"kid": "rsa-2"}, "no key of the name"),
        ({}, "does not name its key"),
        ({"kid": "rsa-1", "crit": ["exp"]}, "can be verified"),
        ({"kid": "rsa-1", "jku": "https://evil.example/jwks"}, "as its issuer signs"),
        ({"kid": "rsa-1", "jwk": {"kty": "RSA"}}, "as its issuer signs"),
        ({"kid": "rsa-1", "x5u": "https://evil.example/x5u"}, "as its issuer signs"),
    ],
)
def test_a_header_that_leads_elsewhere_is_refused(
    issuer: TestIssuer, headers: dict[str, Any], refusal: str
) -> None:
    token = signed(issuer.claims(NOW), RSA_KEY, headers)

    with pytest.raises(UnauthenticatedError, match=refusal):
        tokens(an_issuer(issuer.url)).authenticate(token, NOW)


def test_another_key_under_a_known_name_is_refused(issuer: TestIssuer) -> None:
    token = signed(issuer.claims(NOW), OTHER_KEY, {"kid": "rsa-1"})

    with pytest.raises(UnauthenticatedError, match="does not hold"):
        tokens(an_issuer(issuer.url)).authenticate(token, NOW)


def test_a_changed_claim_breaks_the_signature(issuer: TestIssuer) -> None:
    head, _, signature = issuer.token(NOW, repository_id="1002").split(".")

    with pytest.raises(UnauthenticatedError, match="does not hold"):
        tokens(an_issuer(issuer.url)).authenticate(
            f"{head}.{part(issuer.claims(NOW))}.{signature}", NOW
        )


def test_one_issuer_does_not_sign_for_another(issuer: TestIssuer) -> None:
    other = TestIssuer()
    other.keys = {"rsa-1": OTHER_KEY}
    with serving(other):
        both = tokens(an_issuer(issuer.url), an_issuer(other.url))
        forged = other.token(NOW, iss=issuer.url)

        with pytest.raises(UnauthenticatedError, match="does not hold"):
            both.authenticate(forged, NOW)
        assert both.authenticate(other.token(NOW), NOW).subject.startswith(other.url)


@pytest.mark.parametrize("change", ["/", "?", ".evil.example"])
def test_an_issuer_of_almost_the_same_name_is_not_trusted(issuer: TestIssuer, change: str) -> None:
    with pytest.raises(UnauthenticatedError, match="not trusted here"):
        tokens(an_issuer(issuer.url)).authenticate(issuer.token(NOW, iss=issuer.url + change), NOW)


@pytest.mark.parametrize("iss", [None, "", ["x"], 1])
def test_a_token_of_no_issuer_is_nobodys(issuer: TestIssuer, iss: object) -> None:
    token = signed({**issuer.claims(NOW), "iss": iss}, RSA_KEY, {"kid": "rsa-1"})

    with pytest.raises(UnauthenticatedError):
        tokens(an_issuer(issuer.url)).authenticate(token, NOW)


def test_where_no_issuer_is_trusted_nobody_is_known_and_nothing_is_fetched(
    issuer: TestIssuer,
) -> None:
    with pytest.raises(UnauthenticatedError, match="not trusted here"):
        tokens().authenticate(issuer.token(NOW), NOW)

    assert issuer.asked == []


@pytest.mark.parametrize(
    "presented",
    [
        "",
        "x",
        "a.b",
        "a.b.c.d",
        "..",
        "a.b.",
        "é.b.c",
        "a b.c.d",
        "a" * 20_000,
        "YQ.YQ.YQ",
        "==.=.=",
    ],
)
def test_what_has_not_the_shape_of_a_token_is_refused(issuer: TestIssuer, presented: str) -> None:
    with pytest.raises(UnauthenticatedError):
        tokens(an_issuer(issuer.url)).authenticate(presented, NOW)


def test_before_the_keys_were_ever_fetched_nobody_can_tell(issuer: TestIssuer) -> None:
    issuer.is_down = True

    with pytest.raises(IssuerError):
        tokens(an_issuer(issuer.url)).authenticate(issuer.token(NOW), NOW)


def test_keys_that_are_known_count_for_a_day_after_the_issuer_went(issuer: TestIssuer) -> None:
    trusted = tokens(an_issuer(issuer.url))
    trusted.authenticate(issuer.token(NOW), NOW)
    issuer.is_down = True

    last = NOW + timedelta(hours=24)
    after = last + timedelta(seconds=1)

    assert trusted.authenticate(issuer.token(last), last).roles
    with pytest.raises(IssuerError):
        trusted.authenticate(issuer.token(after), after)


def test_the_first_rule_that_fits_decides_and_none_are_added_up(issuer: TestIssuer) -> None:
    deployer = a_rule(name="deploy", roles=frozenset({Role.DEPLOYER}), scope=a_scope("globex"))
    trusted = tokens(an_issuer(issuer.url, rules=(a_rule(), deployer)))

    caller = trusted.authenticate(issuer.token(NOW), NOW)

    assert caller.roles == {Role.SUBMITTER}
    assert caller.scope.projects == {"acme"}
