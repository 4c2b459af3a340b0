from __future__ import annotations

import hashlib

import pytest

from app.domain.digest import Digest
from app.domain.errors import InvalidDigestError


def test_a_digest_is_the_sha256_of_the_bytes() -> None:
    assert Digest.of(b"model") == hashlib.sha256(b"model").hexdigest()


def test_64_lower_case_hexadecimal_digits_are_a_digest() -> None:
    assert Digest("ab" * 32) == "ab" * 32


@pytest.mark.parametrize(
    "text", ["", "ab" * 31, "AB" * 32, "ab" * 32 + "\n", "sha256:" + "ab" * 32]
)
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(InvalidDigestError, match="64 lower-case hexadecimal digits"):
        Digest(text)
