"""What every Attestor does: run on the real adapters and on the fake alike."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from securesystemslib.dsse import Envelope
from securesystemslib.signer import (  # type: ignore[attr-defined] # its __init__ exports it
    SSlibKey,
)

from app.adapters.attestations.kms_key import KMSKey
from app.adapters.attestations.local_key import LocalKey
from app.adapters.attestations.told_key import ToldKey
from app.adapters.signatures import trusted_roots
from app.adapters.signatures.authentication import authenticate
from app.adapters.signatures.bundles import bundle as bundles
from app.adapters.signatures.bundles.refusal import RefusalError
from app.adapters.system.identifiers import new_id
from app.gate.log.adopt import adopt
from app.ports import Attestor
from tests.fakes.attestor import FakeAttestor
from tests.kinds import public_pem
from tests.signing import NOW, a_domain, a_sigstore, altered, flipped
from tests.worlds import a_world

STATEMENT = b'{"_type": "https://in-toto.io/Statement/v1"}'


def _local(folder: Path) -> Attestor:
    return LocalKey(folder / "key.pem")


def _kms(folder: Path) -> Attestor:
    # securesystemslib's own file signer stands for a KMS: the same call, another store.
    key = ec.generate_private_key(ec.SECP256R1())
    form = serialization.PrivateFormat.PKCS8
    content = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    (folder / "kms.pem").write_bytes(content)
    (folder / "kms.pub").write_bytes(public_pem(key))
    return KMSKey(f"file2:{folder}/kms.pem", folder / "kms.pub")


def _fake(_: Path) -> Attestor:
    return FakeAttestor()


def _told(folder: Path) -> Attestor:
    world = a_world()
    return ToldKey(LocalKey(folder / "key.pem"), partial(adopt, log=world.ports.log, new_id=new_id))


@pytest.fixture(params=[_local, _kms, _fake, _told], ids=["local", "kms", "fake", "told"])
def attestor(request: pytest.FixtureRequest, tmp_path: Path) -> Attestor:
    make: Callable[[Path], Attestor] = request.param
    return make(tmp_path)


def test_a_statement_is_signed_in_a_bundle_that_the_gate_itself_would_verify(
    attestor: Attestor,
) -> None:
    key = trusted_roots.read("gate", attestor.public_key(), source="test")
    sigstore = a_domain(a_sigstore())

    found = authenticate(attestor.attest(STATEMENT), None, [key, sigstore], NOW)

    assert found.signer.identity_type == "key"
    assert isinstance(found.content, bundles.Envelope)
    assert found.content.payload == STATEMENT


def test_the_envelope_verifies_in_securesystemslib(attestor: Attestor) -> None:
    envelope = json.loads(attestor.attest(STATEMENT))["dsseEnvelope"]
    key = serialization.load_pem_public_key(attestor.public_key())
    known = SSlibKey.from_crypto(key)
    envelope["signatures"][0]["keyid"] = known.keyid

    verified = Envelope.from_dict(envelope).verify([known], 1)

    assert list(verified) == [known.keyid]


def test_the_bundle_names_its_key_by_digest_and_does_not_carry_it(attestor: Attestor) -> None:
    signed = attestor.attest(STATEMENT)

    der = attestor.public_key().split(b"-----")[2].replace(b"\n", b"")
    material = json.loads(signed)["verificationMaterial"]
    assert list(material["publicKey"]) == ["hint"]
    assert len(base64.b64decode(material["publicKey"]["hint"])) == 32
    assert der not in signed


def test_a_signed_statement_that_was_altered_is_refused(attestor: Attestor) -> None:
    key = trusted_roots.read("gate", attestor.public_key(), source="test")
    bundle = altered(
        attestor.attest(STATEMENT),
        lambda d: d["dsseEnvelope"].update(payload=flipped(d["dsseEnvelope"]["payload"])),
    )

    with pytest.raises(RefusalError) as caught:
        authenticate(bundle, None, [key], NOW)

    assert caught.value.code == "signature_invalid"


def test_the_key_stays_the_same(attestor: Attestor) -> None:
    assert attestor.public_key() == attestor.public_key()
