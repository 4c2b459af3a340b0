from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime

import pytest

from app.domain.inbound import proof

# The example of GitHub's document "Validating webhook deliveries".
SECRET, BODY = b"It's a Secret to Everybody", b"Hello, World!"
SIGNATURE = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
AT = str(int(NOW.timestamp()))


def test_the_example_of_githubs_documents_verifies() -> None:
    assert proof.hex_hmac([SECRET], f"sha256={SIGNATURE}", BODY, "sha256=")


@pytest.mark.parametrize(
    ("secrets", "signature", "body"),
    [
        ([SECRET], f"sha256={SIGNATURE}", BODY + b" "),
        ([SECRET], SIGNATURE, BODY),
        ([SECRET], f"sha256={SIGNATURE[:-1]}", BODY),
        ([SECRET], f"sha256={SIGNATURE.upper()}", BODY),
        ([SECRET], "sha256=\N{SNOWMAN}", BODY),
        ([], f"sha256={SIGNATURE}", BODY),
        ([b"another"], f"sha256={SIGNATURE}", BODY),
    ],
)
def test_anything_else_does_not(secrets: list[bytes], signature: str, body: bytes) -> None:
    assert not proof.hex_hmac(secrets, signature, body, "sha256=")


def test_an_empty_secret_proves_nothing() -> None:
    empty = hmac.new(b"", BODY, hashlib.sha256)
    text = base64.b64encode(hmac.new(b"", b"d.1." + BODY, hashlib.sha256).digest()).decode()

    assert not proof.hex_hmac([b""], empty.hexdigest(), BODY)
    assert not proof.v1_hmac([b""], f"v1,{text}", ("d", "1", BODY), NOW)
    assert not proof.shared([b""], "")


def test_while_a_secret_is_replaced_either_proves_it() -> None:
    assert proof.hex_hmac([b"new", SECRET], f"sha256={SIGNATURE}", BODY, "sha256=")
    assert proof.shared([b"new", b"old"], "old")
    assert not proof.shared([b"new", b"old"], "older")


@pytest.mark.parametrize("at", ["", "now", "-1", "9" * 13, "\N{DIGIT ONE}x"])
def test_a_time_that_is_none_proves_nothing(at: str) -> None:
    made = hmac.new(SECRET, f"d.{at}.".encode() + BODY, hashlib.sha256).digest()
    signature = "v1," + base64.b64encode(made).decode()

    assert not proof.v1_hmac([SECRET], signature, ("d", at, BODY), NOW)


def test_a_delivery_has_an_id() -> None:
    made = hmac.new(SECRET, f".{AT}.".encode() + BODY, hashlib.sha256).digest()
    signature = "v1," + base64.b64encode(made).decode()

    assert not proof.v1_hmac([SECRET], signature, ("", AT, BODY), NOW)
