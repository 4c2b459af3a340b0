from __future__ import annotations

from pathlib import Path

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
