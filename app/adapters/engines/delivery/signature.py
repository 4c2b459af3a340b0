"""Signatures of bundles, as OPA makes and verifies them: a JWT over the digest of each file.

OPA hashes JSON files (the manifest and the data) by their value and all others by their
bytes; the digests stand in `.signatures.json`, signed by a key that OPA knows by its id.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

from app.adapters.engines.delivery.archive import DATA, MANIFEST, SIGNATURES
from app.domain.canonical import canonical_json, read_json
from app.domain.digest import Digest
from app.domain.errors import MalformedDocumentError, PolicyEngineError

ALGORITHM = "ES256"
_COORDINATE_BYTES = 32
_GO_ESCAPES = {"\u2028": "\\u2028", "\u2029": "\\u2029"}


class BundleSigner:
    """Signs bundles by a P-256 key, whose id is told to OPA beside the public key."""

    def __init__(self, key: ec.EllipticCurvePrivateKey, key_id: str) -> None:
        """Take the key. Raises PolicyEngineError for another curve or an empty id."""
        if not isinstance(key.curve, ec.SECP256R1) or not key_id:
            raise PolicyEngineError("bundles are signed by a P-256 key that has an id")
        self._key = key
        self.key_id = key_id

    @property
    def public_key(self) -> bytes:
        """The key that verifies these signatures, in PEM."""
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        return self._key.public_key().public_bytes(serialization.Encoding.PEM, form)

    def signed(self, files: Mapping[str, bytes]) -> dict[str, bytes]:
        """Add `.signatures.json` to the files of a bundle; the same files, the same bytes."""
        payload = {"files": _digests(files), "iss": "countersign", "keyid": self.key_id}
        header = {"alg": ALGORITHM, "kid": self.key_id, "typ": "JWT"}
        signed = f"{_base64url(canonical_json(header))}.{_base64url(canonical_json(payload))}"
        deterministic = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
        r, s = utils.decode_dss_signature(self._key.sign(signed.encode(), deterministic))
        raw = r.to_bytes(_COORDINATE_BYTES, "big") + s.to_bytes(_COORDINATE_BYTES, "big")
        token = f"{signed}.{_base64url(raw)}"
        return {**files, SIGNATURES: canonical_json({"signatures": [token]})}


def read_signer(path: Path, key_id: str) -> BundleSigner:
    """Read a private key (PEM). Raises PolicyEngineError."""
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        message = "the key that signs bundles cannot be read"
        raise PolicyEngineError(message, detail=f"{path}: {type(error).__name__}") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise PolicyEngineError("bundles are signed by a P-256 key that has an id")
    return BundleSigner(key, key_id)


def must_be_signed(
    files: Mapping[str, bytes], keys: Mapping[str, ec.EllipticCurvePublicKey]
) -> str:
    """Check that a known key signed exactly these files; tell its id.

    Raises PolicyEngineError for a bundle that is unsigned, signed by a key of another id,
    or whose files are not those that were signed.
    """
    try:
        (token,) = read_json(files[SIGNATURES])["signatures"]
        head, payload, signature = str(token).split(".")
        header, claims = read_json(_decoded(head)), read_json(_decoded(payload))
        key_id, algorithm = header["kid"], header["alg"]
    except KeyError as error:
        raise PolicyEngineError("the bundle is not signed") from error
    except (MalformedDocumentError, TypeError, ValueError) as error:
        raise PolicyEngineError("the bundle's signature cannot be read") from error
    key = keys.get(key_id) if algorithm == ALGORITHM else None
    if key is None:
        raise PolicyEngineError(
            f"the bundle is signed by a key nobody trusts: {str(key_id)[:80]!r}"
        )
    _verify(key, f"{head}.{payload}".encode(), _decoded(signature))
    plain = {name: content for name, content in files.items() if name != SIGNATURES}
    if not isinstance(claims, dict) or claims.get("files") != _digests(plain):
        raise PolicyEngineError("the bundle's files are not those that were signed")
    return str(key_id)


def _verify(key: ec.EllipticCurvePublicKey, signed: bytes, raw: bytes) -> None:
    if len(raw) != 2 * _COORDINATE_BYTES:
        raise PolicyEngineError("the bundle's signature cannot be read")
    r, s = (
        int.from_bytes(half, "big") for half in (raw[:_COORDINATE_BYTES], raw[_COORDINATE_BYTES:])
    )
    try:
        key.verify(utils.encode_dss_signature(r, s), signed, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature as error:
        raise PolicyEngineError("the bundle's signature is not of its key") from error


def _digests(files: Mapping[str, bytes]) -> list[dict[str, str]]:
    return [
        {"algorithm": "SHA-256", "hash": Digest.of(_hashed(name, files[name])), "name": name}
        for name in sorted(files)
    ]


def _hashed(name: str, content: bytes) -> bytes:
    """The bytes that OPA hashes: JSON as Go writes it with sorted keys, or the file itself."""
    if name not in {MANIFEST, DATA}:
        return content
    text = canonical_json(_value(content)).decode()
    for character, escape in _GO_ESCAPES.items():
        text = text.replace(character, escape)
    return text.encode()


def _value(content: bytes) -> Any:  # noqa: ANN401 - any JSON value
    try:
        return read_json(content)
    except MalformedDocumentError as error:
        raise PolicyEngineError("the bundle's manifest or data is not JSON") from error


def _base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _decoded(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
