from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from app.adapters.attestations.local_key import LocalKey
from app.domain.errors import AttestorError


def test_the_key_that_was_made_is_read_again(tmp_path: Path) -> None:
    made = LocalKey(tmp_path / "key.pem").public_key()

    assert LocalKey(tmp_path / "key.pem").public_key() == made
    assert (tmp_path / "key.pem").stat().st_mode & 0o777 == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["key.pem"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_key_that_others_can_reach_is_not_used(tmp_path: Path, mode: int) -> None:
    LocalKey(tmp_path / "key.pem")
    (tmp_path / "key.pem").chmod(mode)

    with pytest.raises(AttestorError, match="others than its owner"):
        LocalKey(tmp_path / "key.pem")


def test_a_linked_key_is_not_used(tmp_path: Path) -> None:
    LocalKey(tmp_path / "key.pem")
    (tmp_path / "link.pem").symlink_to("key.pem")

    with pytest.raises(AttestorError, match="cannot be used"):
        LocalKey(tmp_path / "link.pem")


def test_a_key_in_a_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(AttestorError, match="cannot be used"):
        LocalKey(tmp_path / "absent" / "key.pem")


@pytest.mark.parametrize(
    "key", [ec.generate_private_key(ec.SECP384R1()), ed25519.Ed25519PrivateKey.generate(), None]
)
def test_a_key_of_another_kind_is_not_used(
    tmp_path: Path, key: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | None
) -> None:
    form = serialization.PrivateFormat.PKCS8
    none = serialization.NoEncryption()
    content = key.private_bytes(serialization.Encoding.PEM, form, none) if key else b"not a key"
    (tmp_path / "key.pem").write_bytes(content)
    (tmp_path / "key.pem").chmod(0o600)

    with pytest.raises(AttestorError, match="cannot be used"):
        LocalKey(tmp_path / "key.pem")


def test_gates_that_start_at_once_share_one_key(tmp_path: Path) -> None:
    def start(number: int) -> bytes:
        # Each in a folder entry of its own, as two processes would have.
        return LocalKey(tmp_path / "key.pem").public_key() if number >= 0 else b""

    first = start(0)
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(start, range(8))) == {first}
