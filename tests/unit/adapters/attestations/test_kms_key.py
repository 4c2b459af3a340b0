from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from securesystemslib.signer import (  # type: ignore[attr-defined] # its __init__ exports these
    SIGNER_FOR_URI_SCHEME,
    Key,
    Signature,
    Signer,
)

from app.adapters.attestations.kms_key import KMSKey
from app.domain.errors import AttestorError
from tests.kinds import public_pem

KEY = ec.generate_private_key(ec.SECP256R1())
PIN = "4711"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    form = serialization.PrivateFormat.PKCS8
    none = serialization.NoEncryption()
    (tmp_path / "kms.pem").write_bytes(KEY.private_bytes(serialization.Encoding.PEM, form, none))
    (tmp_path / "kms.pub").write_bytes(public_pem(KEY))
    return tmp_path


def test_a_key_that_is_reached_gives_its_public_key(folder: Path) -> None:
    assert KMSKey(f"file2:{folder}/kms.pem", folder / "kms.pub").public_key() == public_pem(KEY)


class Swapped(Signer):
    """A KMS that signs with another key than the one it was asked for."""

    def __init__(self, key: Key) -> None:
        self._key = key

    @classmethod
    def from_priv_key_uri(
        cls,
        priv_key_uri: str,  # noqa: ARG003 - of every signer
        public_key: Key,
        secrets_handler: object = None,  # noqa: ARG003 - of every signer
    ) -> Swapped:
        """Give this signer for any URI."""
        return cls(public_key)

    @property
    def public_key(self) -> Key:
        """The key that was asked for."""
        return self._key

    def sign(self, payload: bytes) -> Signature:
        """Sign with another."""
        other = ec.generate_private_key(ec.SECP256R1())
        signature = other.sign(payload, ec.ECDSA(hashes.SHA256()))
        return Signature(self._key.keyid, signature.hex())


def test_a_key_that_was_swapped_is_noticed_at_start(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SIGNER_FOR_URI_SCHEME, "swapped", Swapped)

    with pytest.raises(AttestorError, match="is not the one whose public key was given"):
        KMSKey("swapped:release", folder / "kms.pub")


class VendorError(Exception):
    """As each vendor's library has of its own, and below no class that others know."""


class Token(Signer):
    """A token behind PKCS#11: it wants a PIN each time, and one session at a time."""

    def __init__(self, key: Key, handler: Callable[[str], str]) -> None:
        self._key, self._handler = key, handler
        self._session = Lock()

    @classmethod
    def from_priv_key_uri(
        cls,
        priv_key_uri: str,  # noqa: ARG003 - of every signer
        public_key: Key,
        secrets_handler: Callable[[str], str] | None = None,
    ) -> Token:
        """Give this signer for any URI, as securesystemslib does for tokens."""
        if secrets_handler is None:
            message = "HSMSigner requires a secrets handler"
            raise ValueError(message)
        return cls(public_key, secrets_handler)

    @property
    def public_key(self) -> Key:
        """The key that was asked for."""
        return self._key

    def sign(self, payload: bytes) -> Signature:
        """Sign for whoever has the PIN, unless somebody is logged in."""
        if not self._session.acquire(blocking=False):
            message = "UserAlreadyLoggedIn"
            raise VendorError(message)
        try:
            if self._handler("pin") != PIN:
                message = "PinIncorrect"
                raise VendorError(message)
            signature = KEY.sign(payload, ec.ECDSA(hashes.SHA256()))
        finally:
            self._session.release()
        return Signature(self._key.keyid, signature.hex())


@pytest.fixture
def pin(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setitem(SIGNER_FOR_URI_SCHEME, "hsm", Token)
    file = folder / "pin"
    file.touch(mode=0o600)
    file.write_text(f"{PIN}\n")
    return file


def test_a_token_is_given_its_pin(folder: Path, pin: Path) -> None:
    assert KMSKey("hsm:2?label=gate", folder / "kms.pub", pin).attest(b"{}")


def test_a_wrong_pin_is_an_error_of_the_key(folder: Path, pin: Path) -> None:
    pin.write_text("9")

    with pytest.raises(AttestorError, match="hsm:2 cannot sign: VendorError: PinIncorrect"):
        KMSKey("hsm:2", folder / "kms.pub", pin)


def test_a_pin_that_others_can_read_is_not_used(folder: Path, pin: Path) -> None:
    pin.chmod(0o640)

    with pytest.raises(AttestorError, match="others than its owner can reach"):
        KMSKey("hsm:2", folder / "kms.pub", pin)


@pytest.mark.usefixtures("pin")
def test_a_token_without_a_pin_is_an_error(folder: Path) -> None:
    with pytest.raises(AttestorError, match="requires a secrets handler"):
        KMSKey("hsm:2", folder / "kms.pub")


def test_who_signs_at_once_with_a_token_takes_turns(folder: Path, pin: Path) -> None:
    key = KMSKey("hsm:2", folder / "kms.pub", pin)

    with ThreadPoolExecutor(8) as threads:
        signed = list(threads.map(key.attest, [b"{}"] * 64))

    assert len(signed) == 64


@pytest.mark.parametrize(
    "uri", ["file2:/absent.pem", "awskms:alias/release", "vault:x", "", "gcpkms:projects/p"]
)
def test_a_key_that_cannot_be_reached_is_an_error(folder: Path, uri: str) -> None:
    with pytest.raises(AttestorError, match="cannot sign"):
        KMSKey(uri, folder / "kms.pub")


@pytest.mark.parametrize("content", [b"", public_pem(ec.generate_private_key(ec.SECP384R1()))])
def test_a_public_key_of_another_kind_is_an_error(folder: Path, content: bytes) -> None:
    (folder / "kms.pub").write_bytes(content)

    with pytest.raises(AttestorError, match="the public key"):
        KMSKey(f"file2:{folder}/kms.pem", folder / "kms.pub")
