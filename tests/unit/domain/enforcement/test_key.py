from __future__ import annotations

import re

import pytest

from app.domain.enforcement import key
from app.domain.errors import UnauthenticatedError

TOKEN = "cs_01a20f39-e27e-7620-a68c-2af96c41349e_" + "aZ0_-" * 9
DNS_1123_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")


def test_a_key_is_what_the_api_server_takes_for_a_part_of_a_path() -> None:
    written = key.write(TOKEN)

    assert DNS_1123_SUBDOMAIN.fullmatch(written)
    assert len(written) <= 253


def test_a_key_is_read_back() -> None:
    assert key.read(key.write(TOKEN)) == TOKEN


@pytest.mark.parametrize("text", ["1", "key!", "aa=a", "\N{LATIN SMALL LETTER SHARP S}"])
def test_what_is_no_key_is_nobody(text: str) -> None:
    with pytest.raises(UnauthenticatedError):
        key.read(text)
