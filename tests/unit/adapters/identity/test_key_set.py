from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from app.adapters.identity.fetching import fetcher
from app.adapters.identity.key_set import FRESH, PAUSE, KeySet
from app.domain.errors import IssuerError, UnauthenticatedError
from tests.services.issuer import EC_KEY, OTHER_KEY, RSA_KEY, TestIssuer, jwk

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
JWKS = "/jwks"


def key_set(issuer: TestIssuer, jwks_uri: str | None = None) -> KeySet:
    return KeySet(issuer.url, jwks_uri, fetcher(None))


def times(issuer: TestIssuer) -> int:
    return issuer.asked.count(JWKS)


def test_keys_are_fetched_once_while_they_are_fresh(issuer: TestIssuer) -> None:
    keys = key_set(issuer)

    for elapsed in (timedelta(0), PAUSE, FRESH - timedelta(seconds=1)):
        keys.key("rsa-1", NOW + elapsed)

    assert times(issuer) == 1


def test_keys_that_are_not_fresh_are_fetched_again(issuer: TestIssuer) -> None:
    keys = key_set(issuer)
    keys.key("rsa-1", NOW)

    keys.key("rsa-1", NOW + FRESH)

    assert times(issuer) == 2


def test_a_new_key_is_found_as_soon_as_a_token_names_it(issuer: TestIssuer) -> None:
    keys = key_set(issuer)
    keys.key("rsa-1", NOW)
    issuer.keys = {"rsa-2": OTHER_KEY}

    assert keys.key("rsa-2", NOW + PAUSE).algorithm_name == "RS256"


def test_a_key_that_was_taken_back_counts_no_longer(issuer: TestIssuer) -> None:
    keys = key_set(issuer)
    keys.key("rsa-1", NOW)
    issuer.keys = {"rsa-2": OTHER_KEY}

    with pytest.raises(UnauthenticatedError, match="no key"):
        keys.key("rsa-1", NOW + FRESH)


def test_forged_names_of_keys_do_not_make_the_gate_flood_the_issuer(issuer: TestIssuer) -> None:
    keys = key_set(issuer)

    for number in range(20):
        with pytest.raises(UnauthenticatedError):
            keys.key(f"forged-{number}", NOW + timedelta(seconds=number / 10))

    assert times(issuer) == 1


def test_an_issuer_that_is_down_is_not_asked_all_the_time(issuer: TestIssuer) -> None:
    issuer.is_down = True
    keys = key_set(issuer)

    for _ in range(5):
        with pytest.raises(IssuerError):
            keys.key("rsa-1", NOW)

    assert len(issuer.asked) == 1


def test_an_issuer_that_is_back_is_asked_again(issuer: TestIssuer) -> None:
    issuer.is_down = True
    keys = key_set(issuer)
    with pytest.raises(IssuerError):
        keys.key("rsa-1", NOW)
    issuer.is_down = False

    assert keys.key("rsa-1", NOW + PAUSE).key_id == "rsa-1"


def test_whether_an_unknown_key_exists_nobody_can_tell_while_the_issuer_is_down(
    issuer: TestIssuer,
) -> None:
    keys = key_set(issuer)
    keys.key("rsa-1", NOW)
    issuer.is_down = True

    with pytest.raises(IssuerError):
        keys.key("rsa-2", NOW + PAUSE)


@pytest.mark.parametrize(
    "stated",
    [
        {"issuer": "https://other.example"},
        {"issuer": None},
        {"jwks_uri": None},
        {"jwks_uri": "http://other.example/jwks"},
        {"jwks_uri": "file:///etc/passwd"},
    ],
)
def test_discovery_of_another_issuer_or_to_another_place_is_refused(
    issuer: TestIssuer, stated: dict[str, Any]
) -> None:
    issuer.discovery = stated

    with pytest.raises(IssuerError):
        key_set(issuer).key("rsa-1", NOW)
    assert times(issuer) == 0


def test_keys_are_where_the_configuration_says(issuer: TestIssuer) -> None:
    key_set(issuer, f"{issuer.url}{JWKS}").key("rsa-1", NOW)

    assert issuer.asked == [JWKS]


WEAK_KEY = rsa.generate_private_key(65537, 1024)  # noqa: S505 - that it is weak is the point
PUBLISHED: dict[str, list[dict[str, Any]]] = {
    "a secret": [{"kty": "oct", "k": "c2VjcmV0", "kid": "k"}],
    "a key of too few bits": [jwk("k", WEAK_KEY)],
    "another curve": [jwk("k", ec.generate_private_key(ec.SECP384R1()))],
    "a key for encryption": [{**jwk("k", RSA_KEY), "use": "enc"}],
    "a key for another algorithm": [{**jwk("k", RSA_KEY), "alg": "PS256"}],
    "a private key": [{**jwk("k", RSA_KEY), "d": "AQAB"}],
    "two keys of one name": [jwk("k", RSA_KEY), jwk("k", EC_KEY)],
    "no name": [{**jwk("k", RSA_KEY), "kid": None}],
    "half a key": [{"kty": "RSA", "kid": "k", "n": "AQAB"}],
    "not base64": [{"kty": "RSA", "kid": "k", "n": "*", "e": "*"}],
    "no key at all": [],
}


@pytest.mark.parametrize("case", PUBLISHED)
def test_a_key_that_cannot_be_relied_on_is_none(issuer: TestIssuer, case: str) -> None:
    issuer.published = PUBLISHED[case]

    with pytest.raises(UnauthenticatedError, match="no key"):
        key_set(issuer).key("k", NOW)


def test_beside_it_the_others_count(issuer: TestIssuer) -> None:
    issuer.published = [*PUBLISHED["a secret"], {"kid": "odd"}, jwk("good", RSA_KEY)]

    assert key_set(issuer).key("good", NOW).key_id == "good"


@pytest.mark.parametrize("path", ["/nothing", "/.well-known/openid-configuration"])
def test_what_is_no_list_of_keys_is_none(issuer: TestIssuer, path: str) -> None:
    with pytest.raises(IssuerError):
        key_set(issuer, issuer.url + path).key("rsa-1", NOW)


def test_nobody_listening_is_an_issuer_that_is_down() -> None:
    keys = KeySet("http://127.0.0.1:9", None, fetcher(None))

    with pytest.raises(IssuerError):
        keys.key("rsa-1", NOW)
