from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from app.adapters.stores.opening import Stores
from app.domain.caller import EVERYWHERE, Caller, Role, Scope, bearer
from app.domain.entry import Kind
from app.domain.errors import NotFoundError, StoreError, UnauthenticatedError
from tests.fakes.stores import SetClock

SECRET = "s" * 32
ANN = Caller("ann@example.com", frozenset({Role.SUBMITTER, Role.AUDITOR}), "tok-1", EVERYWHERE)


def test_a_token_tells_its_caller(stores: Stores, clock: SetClock) -> None:
    stores.tokens.create(ANN, SECRET, None, by="console", opened_by=None)

    assert stores.tokens.authenticate(bearer("tok-1", SECRET), clock.now()) == ANN


def test_a_token_tells_where_its_roles_hold(stores: Stores, clock: SetClock) -> None:
    scope = Scope(frozenset({"acme", "globex"}), frozenset({"staging"}))
    bound = replace(ANN, scope=scope)
    stores.tokens.create(bound, SECRET, None, by="console", opened_by=None)

    assert stores.tokens.authenticate(bearer("tok-1", SECRET), clock.now()) == bound


@pytest.mark.parametrize(
    "presented",
    [
        bearer("tok-1", "t" * 32),
        bearer("tok-1", SECRET + "s"),
        bearer("tok-2", SECRET),
        SECRET,
        bearer("tok-1", ""),
        "",
        "cs__" + SECRET,
        bearer("tok-1", SECRET) + "\n",
        " " + bearer("tok-1", SECRET),
        "cs_tok-1_é" + SECRET,
    ],
)
def test_anything_else_is_nobody(stores: Stores, clock: SetClock, presented: str) -> None:
    stores.tokens.create(ANN, SECRET, None, by="console", opened_by=None)

    with pytest.raises(UnauthenticatedError):
        stores.tokens.authenticate(presented, clock.now())


def test_a_token_ends_at_its_expiry(stores: Stores, clock: SetClock) -> None:
    expiry = clock.now() + timedelta(hours=1)
    stores.tokens.create(ANN, SECRET, expiry, by="console", opened_by=None)

    just_before = expiry - timedelta(microseconds=1)
    assert stores.tokens.authenticate(bearer("tok-1", SECRET), just_before) == ANN
    with pytest.raises(UnauthenticatedError):
        stores.tokens.authenticate(bearer("tok-1", SECRET), expiry)


def test_a_revoked_token_is_nobody(stores: Stores, clock: SetClock) -> None:
    stores.tokens.create(ANN, SECRET, None, by="console", opened_by=None)
    stores.tokens.revoke("tok-1", by="console")

    with pytest.raises(UnauthenticatedError):
        stores.tokens.authenticate(bearer("tok-1", SECRET), clock.now())


def test_revoking_one_token_leaves_the_other(stores: Stores, clock: SetClock) -> None:
    bob = Caller("bob@example.com", frozenset({Role.OPERATOR}), "tok-2", EVERYWHERE)
    stores.tokens.create(ANN, SECRET, None, by="console", opened_by=None)
    stores.tokens.create(bob, SECRET, None, by="console", opened_by=None)
    stores.tokens.revoke("tok-1", by="console")

    assert stores.tokens.authenticate(bearer("tok-2", SECRET), clock.now()) == bob


@pytest.mark.parametrize("token_id", ["tok-1", "never-made"])
def test_only_a_living_token_is_revoked(stores: Stores, token_id: str) -> None:
    stores.tokens.create(ANN, SECRET, None, by="console", opened_by=None)
    stores.tokens.revoke("tok-1", by="console")

    with pytest.raises(NotFoundError):
        stores.tokens.revoke(token_id, by="console")


def test_creation_is_an_entry_without_the_secret(stores: Stores, clock: SetClock) -> None:
    made = stores.tokens.create(
        ANN, SECRET, clock.now() + timedelta(days=1), by="console", opened_by=None
    )

    assert stores.log.find("tok-1", Kind.TOKEN_CREATED) == made
    document = json.loads(made.body)
    assert document["subject"] == "ann@example.com"
    assert document["roles"] == ["auditor", "submitter"]
    assert (document["projects"], document["stages"]) == (["*"], ["*"])
    assert document["expires_at"] == "2026-11-25T12:00:00.000000Z"
    assert SECRET.encode() not in made.body


def test_revocation_is_an_entry(stores: Stores) -> None:
    stores.tokens.create(ANN, SECRET, None, by="console", opened_by=None)
    made = stores.tokens.revoke("tok-1", by="olga")

    assert stores.log.find("tok-1", Kind.TOKEN_REVOKED) == made
    assert made.actor == "olga"


def test_an_id_is_given_once(stores: Stores, clock: SetClock) -> None:
    stores.tokens.create(ANN, SECRET, None, by="console", opened_by=None)

    with pytest.raises(StoreError):
        stores.tokens.create(ANN, "t" * 32, None, by="console", opened_by=None)
    assert stores.tokens.authenticate(bearer("tok-1", SECRET), clock.now()) == ANN


@pytest.mark.parametrize(("token_id", "secret"), [("tok-1", "s" * 31), ("tok_1", SECRET)])
def test_a_short_secret_or_an_ambiguous_id_is_refused(
    stores: Stores, token_id: str, secret: str
) -> None:
    with pytest.raises(ValueError, match="token"):
        stores.tokens.create(
            Caller("x", frozenset(), token_id, EVERYWHERE),
            secret,
            None,
            by="console",
            opened_by=None,
        )


def test_all_lists_every_token_with_its_ends(stores: Stores, clock: SetClock) -> None:
    stores.tokens.create(ANN, SECRET, clock.now() + timedelta(days=1), by="console", opened_by=None)
    clock.advance(1)
    stores.tokens.revoke("tok-1", by="console")

    (token,) = stores.tokens.all()
    assert token.caller == ANN
    assert token.revoked_at == clock.now()
    assert token.expires_at == token.created_at + timedelta(days=1)


def test_a_closed_store_knows_nobody_and_says_so(stores: Stores, clock: SetClock) -> None:
    stores.tokens.create(ANN, SECRET, None, by="console", opened_by=None)
    stores.close()

    with pytest.raises(StoreError):
        stores.tokens.authenticate(bearer("tok-1", SECRET), clock.now())
    with pytest.raises(StoreError):
        stores.tokens.create(ANN, SECRET, None, by="console", opened_by=None)


@pytest.mark.parametrize(("revoked", "is_over"), [("tok-1", True), ("tok-2", False)])
def test_a_session_ends_with_the_token_that_opened_it(
    stores: Stores, clock: SetClock, revoked: str, *, is_over: bool
) -> None:
    session = replace(ANN, token_id="session-1")
    for caller in (ANN, replace(ANN, token_id="tok-2")):
        stores.tokens.create(caller, SECRET, None, by="console", opened_by=None)
    stores.tokens.create(session, SECRET, None, by=ANN.subject, opened_by="tok-1")
    stores.tokens.revoke(revoked, by="olga")

    if is_over:
        with pytest.raises(UnauthenticatedError, match="that opened this session was revoked"):
            stores.tokens.authenticate(bearer("session-1", SECRET), clock.now())
    else:
        assert stores.tokens.authenticate(bearer("session-1", SECRET), clock.now()) == session


def test_the_record_tells_which_token_opened_a_session(stores: Stores) -> None:
    stores.tokens.create(ANN, SECRET, None, by="console", opened_by=None)
    session = replace(ANN, token_id="session-1")

    made = stores.tokens.create(session, SECRET, None, by=ANN.subject, opened_by="tok-1")

    assert json.loads(made.body)["opened_by"] == "tok-1"
