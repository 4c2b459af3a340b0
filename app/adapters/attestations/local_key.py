"""An Attestor with a P-256 key in a file, made when the gate first starts.

P-256 with SHA-256 is the one kind of key that every verifier of bundles takes.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from app.adapters.attestations import envelope
from app.domain.errors import AttestorError

_LARGEST = 1 << 16


class LocalKey:
    """Signs with a key that only the gate's own user can read."""

    def __init__(self, path: Path) -> None:
        """Read the key, or make it. Raises AttestorError if it cannot be relied on."""
        try:
            self._key = _read(path) if path.exists() else _make(path)
        except (OSError, ValueError, TypeError) as error:
            message = f"the signing key {path} cannot be used: {error}"
            raise AttestorError(message) from error

    def attest(self, statement: bytes) -> bytes:
        """Sign a statement."""
        return _signed(self._key, statement, envelope.cosign_name)

    def public_key(self) -> bytes:
        """Give the public key in PEM."""
        return envelope.pem(self._key.public_key())


def sign_model(path: Path, statement: bytes) -> bytes:
    """Sign a model's statement with a key in a file. Raises AttestorError."""
    return _signed(_opened(path), statement, envelope.model_signing_name)


def sign_statement(path: Path, statement: bytes) -> bytes:
    """Sign any other statement with a key in a file. Raises AttestorError."""
    return _signed(_opened(path), statement, envelope.cosign_name)


def _opened(path: Path) -> ec.EllipticCurvePrivateKey:
    try:
        return _read(path)
    except (OSError, ValueError, TypeError) as error:
        message = f"the signing key {path} cannot be used: {error}"
        raise AttestorError(message) from error


def _signed(
    key: ec.EllipticCurvePrivateKey,
    statement: bytes,
    name: Callable[[ec.EllipticCurvePublicKey], str],
) -> bytes:
    def sign(encoded: bytes) -> bytes:
        return key.sign(encoded, ec.ECDSA(hashes.SHA256()))

    return envelope.signed(statement, key.public_key(), sign, name)


def _read(path: Path) -> ec.EllipticCurvePrivateKey:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        mode = os.fstat(file.fileno()).st_mode
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise ValueError("others than its owner can reach it (chmod 600)")
        key = serialization.load_pem_private_key(file.read(_LARGEST), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != "secp256r1":
        raise ValueError("it is no P-256 key")
    return key


def _make(path: Path) -> ec.EllipticCurvePrivateKey:
    key = ec.generate_private_key(ec.SECP256R1())
    content = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    # Written aside and linked into place: of two gates that start at once, both use one key,
    # and a gate that is stopped half way leaves no half a key.
    aside = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.link(aside, path)
    except FileExistsError:
        return _read(path)
    finally:
        aside.unlink()
    return key
