"""Identifiers that sort by time (UUID version 7, RFC 9562 section 5.7), and secrets."""

from __future__ import annotations

import os
import secrets
import time
import uuid


def new_id() -> str:
    """Make a UUIDv7: 48 bits of milliseconds, then 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds << 80) | int.from_bytes(os.urandom(10))
    value = (value & ~(0xF << 76)) | (0x7 << 76)  # version
    value = (value & ~(0x3 << 62)) | (0x2 << 62)  # variant
    return str(uuid.UUID(int=value))


def new_secret() -> str:
    """Make a secret of 256 random bits, as 43 URL-safe characters."""
    return secrets.token_urlsafe(32)
