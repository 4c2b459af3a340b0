"""A witness (C2SP tlog-cosignature): it signs that it saw a checkpoint, and when."""

from __future__ import annotations

import base64
import struct
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.domain.log import note
from app.domain.log.note import COSIGNATURE, VerifierKey


@dataclass(frozen=True)
class Witness:
    """A witness by its name and its private key."""

    name: str
    private: Ed25519PrivateKey

    @property
    def key(self) -> VerifierKey:
        """The key that verifies its cosignatures."""
        return VerifierKey(self.name, COSIGNATURE, self.private.public_key().public_bytes_raw())

    def cosign(self, signed: str, at: int) -> str:
        """Make its signature line for a note that it saw at this second."""
        text, _ = note.split(signed)
        signature = self.private.sign(f"cosignature/v1\ntime {at}\n{text}".encode())
        encoded = base64.b64encode(self.key.id + struct.pack(">Q", at) + signature).decode()
        return f"\u2014 {self.name} {encoded}\n"
