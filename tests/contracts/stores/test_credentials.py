from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from app.adapters.stores.opening import Stores
from app.domain.errors import StoreError
from app.domain.identity.password import Credential, Invitation
from tests.fakes.stores import SetClock

SECRET = "s" * 43


def an_invitation(clock: SetClock, name: str | None = "ada", offered_id: str = "i-1") -> Invitation:
    return Invitation(offered_id, name, clock.now() + timedelta(hours=1))


def test_nobody_has_a_password_until_one_is_kept(stores: Stores) -> None:
    assert stores.credentials.find("ada") is None

    stores.credentials.keep("ada", "hash")

    assert stores.credentials.find("ada") == Credential("hash", 0, None)
    assert stores.credentials.find("Ada") is None


def test_wrong_attempts_are_counted_until_the_right_one(stores: Stores, clock: SetClock) -> None:
    stores.credentials.keep("ada", "hash")
    stores.credentials.keep("ben", "hash")

    stores.credentials.failed("ada", clock.now())
    clock.advance(1)
    stores.credentials.failed("ada", clock.now())

    assert stores.credentials.find("ada") == Credential("hash", 2, clock.now())
    assert stores.credentials.find("ben") == Credential("hash", 0, None)
    stores.credentials.succeeded("ada")
    assert stores.credentials.find("ada") == Credential("hash", 0, None)


def test_a_new_password_takes_the_place_of_the_old(stores: Stores, clock: SetClock) -> None:
    stores.credentials.keep("ada", "old")
    stores.credentials.failed("ada", clock.now())

    stores.credentials.keep("ada", "new")

    assert stores.credentials.find("ada") == Credential("new", 0, None)


def test_an_attempt_on_nobody_leaves_nothing(stores: Stores, clock: SetClock) -> None:
    stores.credentials.failed("nobody", clock.now())

    assert stores.credentials.find("nobody") is None


@pytest.mark.parametrize("name", ["ada", None])
def test_an_invitation_is_found_by_its_code(
    stores: Stores, clock: SetClock, name: str | None
) -> None:
    offered = an_invitation(clock, name)
    stores.credentials.invite(offered, SECRET)

    assert stores.credentials.invitation("i-1", SECRET, clock.now()) == offered
    assert stores.credentials.invitation("i-1", SECRET[:-1] + "t", clock.now()) is None
    assert stores.credentials.invitation("i-2", SECRET, clock.now()) is None
    assert stores.credentials.invitation("i-1", "", clock.now()) is None


def test_an_invitation_ends_at_its_expiry(stores: Stores, clock: SetClock) -> None:
    offered = an_invitation(clock)
    stores.credentials.invite(offered, SECRET)
    before = offered.expires_at - timedelta(microseconds=1)

    assert stores.credentials.invitation("i-1", SECRET, before) is not None
    assert stores.credentials.invitation("i-1", SECRET, offered.expires_at) is None


def test_an_invitation_is_used_once(stores: Stores, clock: SetClock) -> None:
    offered = an_invitation(clock)
    stores.credentials.invite(offered, SECRET)

    assert stores.credentials.use_up(offered) is True
    assert stores.credentials.use_up(offered) is False
    assert stores.credentials.invitation("i-1", SECRET, clock.now()) is None


@pytest.mark.parametrize("name", ["ada", None])
def test_a_newer_invitation_takes_the_place_of_an_older(
    stores: Stores, clock: SetClock, name: str | None
) -> None:
    stores.credentials.invite(an_invitation(clock, name), SECRET)
    stores.credentials.invite(an_invitation(clock, "ben", "i-9"), SECRET)

    stores.credentials.invite(an_invitation(clock, name, "i-2"), SECRET)

    alive = [
        offered_id
        for offered_id in ("i-1", "i-2", "i-9")
        if stores.credentials.invitation(offered_id, SECRET, clock.now())
    ]
    assert alive == ["i-2", "i-9"]


def test_what_is_forgotten_is_gone(stores: Stores, clock: SetClock) -> None:
    stores.credentials.keep("ada", "hash")
    stores.credentials.keep("ben", "hash")
    stores.credentials.invite(an_invitation(clock), SECRET)

    stores.credentials.forget("ada")

    assert stores.credentials.find("ada") is None
    assert stores.credentials.find("ben") is not None
    assert stores.credentials.invitation("i-1", SECRET, clock.now()) is None


ASKED: dict[str, Callable[[Stores, SetClock], object]] = {
    "find": lambda stores, _: stores.credentials.find("ada"),
    "keep": lambda stores, _: stores.credentials.keep("ada", "hash"),
    "failed": lambda stores, clock: stores.credentials.failed("ada", clock.now()),
    "invite": lambda stores, clock: stores.credentials.invite(an_invitation(clock), SECRET),
    "use_up": lambda stores, clock: stores.credentials.use_up(an_invitation(clock)),
}


@pytest.mark.parametrize("asked", ASKED)
def test_a_closed_store_says_so(stores: Stores, clock: SetClock, asked: str) -> None:
    stores.close()

    with pytest.raises(StoreError):
        ASKED[asked](stores, clock)
