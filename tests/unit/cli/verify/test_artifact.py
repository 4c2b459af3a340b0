"""Signatures that the sha256 of a file is not enough for, verified where the file is at hand."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from app.cli import main
from app.cli.verify import artifact
from app.cli.verify.artifact import Artifact
from app.demo.certificate_authority import der, pem
from app.demo.transparency_log import b64
from tests.kinds import LOGGED, NEW, Kinds, public_pem

WEIGHTS = b"weights"
Key = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
P256, P384, P521 = (
    ec.generate_private_key(curve()) for curve in (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)
)
EDWARDS = ed25519.Ed25519PrivateKey.generate()
HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
NAMED = {"sha256": "SHA2_256", "sha384": "SHA2_384", "sha512": "SHA2_512"}
KEYS = [(P256, "sha256"), (P384, "sha384"), (P521, "sha512"), (EDWARDS, "sha512")]
IDS = ["P-256", "P-384", "P-521", "Ed25519"]


def signed(key: Key, algorithm: str, content: bytes = WEIGHTS) -> dict[str, Any]:
    """Sign a file as the registry of sigstore's algorithms says for this kind of key."""
    if isinstance(key, ec.EllipticCurvePrivateKey):
        signature = key.sign(content, ec.ECDSA(HASHES[algorithm]))
    else:
        signature = key.sign(content)
    digest = hashlib.new(algorithm, content).digest()
    return {
        "messageDigest": {"algorithm": NAMED[algorithm], "digest": b64(digest)},
        "signature": b64(signature),
    }


def by_key(key: Key, algorithm: str) -> dict[str, Any]:
    material = {"publicKey": {"hint": "release"}, "tlogEntries": []}
    message = signed(key, algorithm)
    return {"mediaType": NEW, "verificationMaterial": material, "messageSignature": message}


def by_certificate(kinds: Kinds, key: Key, algorithm: str) -> dict[str, Any]:
    """Sign with a certificate, logged as Rekor does for hashes other than sha256."""
    certificate: x509.Certificate = kinds.certify(key)
    message = signed(key, algorithm)
    value = hashlib.new(algorithm, WEIGHTS).hexdigest()
    spec = {
        "data": {"hash": {"algorithm": algorithm, "value": value}},
        "signature": {
            "content": message["signature"],
            "publicKey": {"content": b64(pem(certificate))},
        },
    }
    body = {"kind": "hashedrekord", "apiVersion": "0.0.1", "spec": spec}
    entry = kinds.sigstore.signature_log.add(body, LOGGED)
    material = {"certificate": {"rawBytes": b64(der(certificate))}, "tlogEntries": [entry]}
    return {"mediaType": NEW, "verificationMaterial": material, "messageSignature": message}


def verify(folder: Path, bundle: dict[str, Any], *trust: str, content: bytes = WEIGHTS) -> Result:
    (folder / "weights.bin").write_bytes(content)
    (folder / "bundle.json").write_text(json.dumps(bundle))
    named = ["--artifact", f"{folder}/weights.bin", "--bundle", f"{folder}/bundle.json"]
    return CliRunner().invoke(main, ["verify", *named, *trust])


def trusted_key(folder: Path, key: Key) -> tuple[str, str]:
    (folder / "key.pub").write_bytes(public_pem(key))
    return "--key", str(folder / "key.pub")


def trusted_root(folder: Path, kinds: Kinds) -> tuple[str, str]:
    (folder / "acme.json").write_text(json.dumps(kinds.trusted_root()))
    return "--trusted-root", str(folder / "acme.json")


@pytest.mark.parametrize(("key", "algorithm"), KEYS, ids=IDS)
def test_a_file_that_is_at_hand_is_verified_by_every_kind_of_key(
    tmp_path: Path, key: Key, algorithm: str
) -> None:
    bundle, trust = by_key(key, algorithm), trusted_key(tmp_path, key)

    good = verify(tmp_path, bundle, *trust)
    other = verify(tmp_path, bundle, *trust, content=b"weightz")

    assert (good.exit_code, good.stderr) == (0, "")
    assert (other.exit_code, "digest_not_listed" in other.stderr) == (1, True)


@pytest.mark.parametrize(("key", "algorithm"), KEYS, ids=IDS)
def test_another_file_is_refused_also_where_the_bundle_states_no_digest(
    tmp_path: Path, key: Key, algorithm: str
) -> None:
    bundle, trust = by_key(key, algorithm), trusted_key(tmp_path, key)
    del bundle["messageSignature"]["messageDigest"]

    good = verify(tmp_path, bundle, *trust)
    other = verify(tmp_path, bundle, *trust, content=b"weightz")

    assert good.exit_code == 0
    assert (other.exit_code, "signature_invalid" in other.stderr) == (1, True)


@pytest.mark.parametrize(("key", "algorithm"), KEYS[1:3], ids=IDS[1:3])
def test_certificates_of_larger_curves_are_verified_with_their_own_hash(
    tmp_path: Path, key: Key, algorithm: str
) -> None:
    kinds = Kinds()
    trust = trusted_root(tmp_path, kinds)

    good = verify(tmp_path, by_certificate(kinds, key, algorithm), *trust)

    assert good.exit_code == 0, good.output


def test_a_log_entry_about_another_file_is_refused_for_every_hash(tmp_path: Path) -> None:
    kinds = Kinds()
    bundle, trust = by_certificate(kinds, P384, "sha384"), trusted_root(tmp_path, kinds)
    bundle["messageSignature"] = signed(P384, "sha384", b"weightz")

    told = verify(tmp_path, bundle, *trust, content=b"weightz")

    assert (told.exit_code, "signature_invalid" in told.stderr) == (1, True)


@pytest.mark.parametrize(("key", "algorithm"), KEYS[1:], ids=IDS[1:])
def test_from_the_sha256_alone_they_are_refused_for_that(
    tmp_path: Path, key: Key, algorithm: str
) -> None:
    (tmp_path / "bundle.json").write_text(json.dumps(by_key(key, algorithm)))
    sha256 = hashlib.sha256(WEIGHTS).hexdigest()
    asked = ["verify", "--sha256", sha256, "--bundle", f"{tmp_path}/bundle.json"]

    told = CliRunner().invoke(main, [*asked, *trusted_key(tmp_path, key)])

    assert (told.exit_code, "digest_not_enough" in told.stderr) == (1, True)


def test_a_hash_that_is_not_known_is_refused_for_that(tmp_path: Path) -> None:
    bundle = by_key(P256, "sha256")
    bundle["messageSignature"]["messageDigest"]["algorithm"] = "SHA3_256"

    told = verify(tmp_path, bundle, *trusted_key(tmp_path, P256))

    assert (told.exit_code, "digest_not_enough" in told.stderr) == (1, True)


def test_a_file_too_large_for_memory_is_not_verified_by_ed25519(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(artifact, "MOST_IN_MEMORY", len(WEIGHTS) - 1)

    told = verify(tmp_path, by_key(EDWARDS, "sha512"), *trusted_key(tmp_path, EDWARDS))

    assert (told.exit_code, "digest_not_enough" in told.stderr) == (1, True)


def test_a_file_that_changes_between_two_looks_is_read_as_neither(tmp_path: Path) -> None:
    path = tmp_path / "weights.bin"
    path.write_bytes(WEIGHTS)
    at_hand = Artifact(path)
    at_hand.digest("sha256")
    path.write_bytes(b"weightz and more")

    for look in (lambda: at_hand.digest("sha384"), at_hand.content):
        with pytest.raises(OSError, match="changed while it was read"):
            look()
