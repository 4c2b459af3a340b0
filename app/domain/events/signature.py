"""Standard Webhooks 1.0: `v1,<base64 of HMAC-SHA256>` over id, time and the body's bytes."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable

PREFIX = "whsec_"
_SHORTEST, _LONGEST = 24, 64


def secret(text: str) -> bytes:
    """Read a secret as it is handed out: `whsec_` and base64 of 24 to 64 bytes.

    Raises ValueError, which does not repeat the text.
    """
    stripped = text.strip()
    try:
        key = base64.b64decode(stripped.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        key = b""
    if not stripped.startswith(PREFIX) or not _SHORTEST <= len(key) <= _LONGEST:
        raise ValueError(f"expected {PREFIX} and base64 of {_SHORTEST} to {_LONGEST} bytes")
    return key


def sign(secrets: Iterable[bytes], event_id: str, at: int, content: bytes) -> str:
    """Sign with each key, so that a receiver may know either; `at` in seconds since the epoch."""
    return " ".join(v1(key, event_id, at, content) for key in secrets)


def v1(key: bytes, event_id: str, at: int, content: bytes) -> str:
    """Sign with one key."""
    signed = f"{event_id}.{at}.".encode() + content
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
