"""A token in the form that fits into the path of a webhook.

The API server of Kubernetes sends no header of ours, and takes only DNS labels for the parts of
a webhook's path (apiserver `pkg/util/webhook/validation.go`): lower-case letters and digits.
"""

from __future__ import annotations

import base64
import binascii

from app.domain.errors import UnauthenticatedError


def write(token: str) -> str:
    """Write a token as lower-case base32 (RFC 4648 section 6) without padding."""
    return base64.b32encode(token.encode()).decode().rstrip("=").lower()


def read(key: str) -> str:
    """Read the token back. Raises UnauthenticatedError for what is no key."""
    padded = key.upper() + "=" * (-len(key) % 8)
    try:
        return base64.b32decode(padded).decode("ascii")
    except (binascii.Error, ValueError) as error:
        raise UnauthenticatedError("expected a key as the last part of the path") from error
