"""Signed notes (C2SP signed-note): a text, and lines that say who signed it.

    <text, ends in a newline>
    <empty line>
    <em dash> <key name> base64(key id || signature)

Ed25519 signs the text (type 1); a witness signs text and time (type 4, tlog-cosignature).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import struct
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from app.domain.errors import ProofError

ED25519 = 1
COSIGNATURE = 4
LARGEST_NOTE = 256 * 1024
MOST_SIGNATURES = 64
_DASH = "\u2014 "
_KEY_ID_SIZE = 4
_PUBLIC_SIZE = 32
_TIME = struct.Struct(">Q")


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key that a verifier trusts, under the name that it signs with."""

    name: str
    algorithm: int
    public: bytes

    @property
    def id(self) -> bytes:
        """Four bytes that find the key; they identify, they do not authenticate."""
        text = self.name.encode() + b"\n" + bytes([self.algorithm]) + self.public
        return hashlib.sha256(text).digest()[:_KEY_ID_SIZE]

    def __str__(self) -> str:
        """Write the key as a vkey: `name+id+base64`."""
        encoded = base64.b64encode(bytes([self.algorithm]) + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{encoded}"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key, and the name that it signs with."""

    name: str
    private: Ed25519PrivateKey

    @property
    def public(self) -> VerifierKey:
        """The key that verifies this log's signatures."""
        return VerifierKey(self.name, ED25519, self.private.public_key().public_bytes_raw())

    def sign(self, text: str) -> str:
        """Make a note of the text."""
        signature = self.private.sign(text.encode())
        return f"{text}\n{_line(self.public, signature)}"


@dataclass(frozen=True, slots=True)
class Signature:
    """A verified signature: whose, and when a witness says that it saw the note."""

    key: VerifierKey
    at: int | None


def parse_key(vkey: str) -> VerifierKey:
    """Read a vkey. Raises ProofError."""
    try:
        name, key_id, encoded = vkey.strip().split("+", 2)
        material = base64.b64decode(encoded, validate=True)
    except (ValueError, binascii.Error) as error:
        raise ProofError("not a verifier key of the form name+id+base64") from error
    if len(material) != 1 + _PUBLIC_SIZE or material[0] not in {ED25519, COSIGNATURE}:
        raise ProofError(f"the verifier key of {name!r} is not an Ed25519 key")
    key = VerifierKey(name, material[0], material[1:])
    if key.id.hex() != key_id:
        raise ProofError(f"the verifier key of {name!r} does not have the id that it states")
    return key


def split(note: str) -> tuple[str, str]:
    """Part the text from the signature lines. Raises ProofError."""
    text, parting, lines = note.rpartition("\n\n")
    is_plain = all(character >= " " or character == "\n" for character in note)
    if not parting or not lines.endswith("\n") or not is_plain or len(note) > LARGEST_NOTE:
        raise ProofError("not a signed note")
    return text + "\n", lines


def signer(line: str) -> str:
    """Tell whose a signature line says that it is, unverified. Raises ProofError."""
    name, key_id, _ = _parsed(line.removesuffix("\n"))
    return f"{name}+{key_id.hex()}"


def opened(note: str, trusted: Iterable[VerifierKey]) -> tuple[str, tuple[Signature, ...]]:
    """Verify a note: its text, and the trusted signatures on it, at least one.

    Signatures of unknown keys are ignored. Raises ProofError when none is known, or when
    a known key's signature is wrong.
    """
    text, lines = split(note)
    known = {(key.name, key.id): key for key in trusted}
    found: dict[tuple[str, bytes], Signature] = {}
    for line in _lines(lines):
        name, key_id, signature = _parsed(line)
        key = known.get((name, key_id))
        if key is not None:
            found[name, key_id] = _verified(key, text, signature)
    if not found:
        raise ProofError("no signature of a trusted key stands on the note")
    return text, tuple(found.values())


def _lines(text: str) -> list[str]:
    lines = text.removesuffix("\n").split("\n")
    if len(lines) > MOST_SIGNATURES:
        raise ProofError(f"more than {MOST_SIGNATURES} signatures stand on the note")
    return lines


def _parsed(line: str) -> tuple[str, bytes, bytes]:
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    try:
        decoded = base64.b64decode(encoded, validate=True)
    except (ValueError, binascii.Error) as error:
        raise ProofError("a signature line of the note is not base64") from error
    if base64.b64encode(decoded).decode("ascii") != encoded:
        # Bits that padding leaves unused could change, and nobody would see it.
        raise ProofError("a signature line of the note is not canonical base64 (RFC 4648, 3.5)")
    if not line.startswith(_DASH) or not name or len(decoded) <= _KEY_ID_SIZE:
        raise ProofError("a signature line of the note is malformed")
    return name, decoded[:_KEY_ID_SIZE], decoded[_KEY_ID_SIZE:]


def _verified(key: VerifierKey, text: str, signature: bytes) -> Signature:
    message, at = text.encode(), None
    if key.algorithm == COSIGNATURE:
        if len(signature) <= _TIME.size:
            raise ProofError(f"the cosignature of {key.name!r} is cut short")
        (at,) = _TIME.unpack(signature[: _TIME.size])
        message, signature = _cosigned(text, at), signature[_TIME.size :]
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature, message)
    except InvalidSignature as error:
        raise ProofError(
            f"the signature of {key.name!r} is forged or the text was changed"
        ) from error
    return Signature(key, at)


def _cosigned(text: str, at: int) -> bytes:
    return f"cosignature/v1\ntime {at}\n{text}".encode()


def _line(key: VerifierKey, signature: bytes) -> str:
    return f"{_DASH}{key.name} {base64.b64encode(key.id + signature).decode()}\n"
