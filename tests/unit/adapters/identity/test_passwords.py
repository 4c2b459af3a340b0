from __future__ import annotations

import pytest
from argon2 import extract_parameters
from argon2.profiles import CHEAPEST, RFC_9106_LOW_MEMORY

from app.adapters.identity.passwords import Argon2Passwords
from app.domain.errors import StoreError

QUICK = Argon2Passwords(CHEAPEST)


def test_a_hash_is_of_its_password_and_of_no_other() -> None:
    hashed = QUICK.hashed("correct horse battery")

    assert QUICK.is_of("correct horse battery", hashed)
    assert not QUICK.is_of("correct horse batterY", hashed)
    assert not QUICK.is_of("", hashed)


def test_two_hashes_of_one_password_differ() -> None:
    assert QUICK.hashed("correct horse battery") != QUICK.hashed("correct horse battery")


@pytest.mark.parametrize("password", ["", "anything", "nobody has this password"])
def test_without_a_hash_no_password_is_right(password: str) -> None:
    assert not QUICK.is_of(password, None)


def test_a_hash_that_cannot_be_read_is_no_answer() -> None:
    with pytest.raises(StoreError):
        QUICK.is_of("anything", "no hash")


def test_the_gate_hashes_by_argon2id_as_rfc_9106_says() -> None:
    hashed = Argon2Passwords().hashed("correct horse battery")

    assert hashed.startswith("$argon2id$")
    assert extract_parameters(hashed) == RFC_9106_LOW_MEMORY
