"""That a webhook is its sender's: each scheme over the raw bytes, compared in constant time.

GitHub "Validating webhook deliveries"; GitLab external status checks (hex HMAC of the body);
MLflow 3 `mlflow/webhooks/delivery.py` (v1, raw text as key); Hugging Face (a shared secret).
An empty secret proves nothing: it is refused before anything is compared.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta

TOLERANCE = timedelta(minutes=5)
"""Between a signed time and now: outside of it a delivery is a replay."""
_LONGEST_TIME = 12


def hex_hmac(secrets: Sequence[bytes], signature: str, content: bytes, prefix: str = "") -> bool:
    """Whether `<prefix><hex of HMAC-SHA256>` was made with one of the secrets."""
    if not signature.startswith(prefix):
        return False
    given = signature.removeprefix(prefix).encode("ascii", "replace")
    made = [made_hex(key, content).encode() for key in secrets if key]
    return _any_equal(made, given)


def made_hex(secret: bytes, content: bytes) -> str:
    """Make the HMAC-SHA256 of some bytes, in hex."""
    return hmac.new(secret, content, hashlib.sha256).hexdigest()


def v1_hmac(
    secrets: Sequence[bytes], signature: str, signed: tuple[str, str, bytes], now: datetime
) -> bool:
    """Whether `v1,<base64>` over `<id>.<time>.<content>` was made with one of the secrets, now."""
    delivery, at, content = signed
    if not at.isascii() or not at.isdigit() or len(at) > _LONGEST_TIME or not delivery:
        return False
    if abs(now.timestamp() - int(at)) > TOLERANCE.total_seconds():
        return False
    text = f"{delivery}.{at}.".encode() + content
    made = [
        b"v1," + base64.b64encode(hmac.new(key, text, hashlib.sha256).digest())
        for key in secrets
        if key
    ]
    given = [one.encode("ascii", "replace") for one in signature.split(" ")]
    return any([_any_equal(made, one) for one in given])  # noqa: C419 - all are compared, always


def shared(secrets: Sequence[bytes], presented: str) -> bool:
    """Whether the secret itself was presented, as those do who cannot sign."""
    return _any_equal([key for key in secrets if key], presented.encode("utf-8", "replace"))


def _any_equal(made: Sequence[bytes], given: bytes) -> bool:
    # No early end: how long it takes must not tell which one it was.
    return any([hmac.compare_digest(one, given) for one in made])  # noqa: C419 - all are compared
