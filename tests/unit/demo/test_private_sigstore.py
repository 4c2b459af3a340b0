from __future__ import annotations

import base64
import json

import pytest
from sigstore.hashes import Hashed
from sigstore.models import Bundle, TrustedRoot
from sigstore.verify import Verifier
from sigstore.verify.policy import Identity
from sigstore_models.common.v1 import HashAlgorithm
from sigstore_models.trustroot.v1 import TrustedRoot as RootModel

from app.demo.private_sigstore import PrivateSigstore
from app.domain.digest import Digest
from tests.signing import AT, CLAIMS, IDENTITY, ISSUER, a_file, a_sigstore


def a_sigstore_verifier(sigstore: PrivateSigstore) -> Verifier:
    model = RootModel.from_json(json.dumps(sigstore.trusted_root()))
    return Verifier(trusted_root=TrustedRoot(model))


def test_sigstore_itself_verifies_a_signed_digest() -> None:
    sigstore = a_sigstore()
    digest = Digest.of(b"weights")
    bundle = Bundle.from_json(sigstore.sign_digest(digest, IDENTITY, CLAIMS, AT))

    a_sigstore_verifier(sigstore).verify_artifact(
        Hashed(algorithm=HashAlgorithm.SHA2_256, digest=bytes.fromhex(digest)),
        bundle,
        Identity(identity=IDENTITY, issuer=ISSUER),
    )


@pytest.mark.parametrize("earlier", range(5))
def test_sigstore_itself_verifies_a_signed_model_in_a_log_of_any_size(earlier: int) -> None:
    sigstore = a_sigstore()
    for _ in range(earlier):
        sigstore.sign_digest(Digest.of(b"earlier"), IDENTITY, CLAIMS, AT)
    signed = sigstore.sign_model([a_file()], "acme", IDENTITY, CLAIMS, AT, [".git"])

    kind, payload = a_sigstore_verifier(sigstore).verify_dsse(
        Bundle.from_json(signed), Identity(identity=IDENTITY, issuer=ISSUER)
    )

    statement = json.loads(payload)
    assert kind == "application/vnd.in-toto+json"
    assert statement["subject"][0]["digest"]["sha256"] == Digest.of(
        bytes.fromhex(Digest.of(b"weights"))
    )
    assert statement["predicate"]["serialization"]["ignore_paths"] == [".git"]


def test_an_e_mail_address_becomes_an_e_mail_identity() -> None:
    sigstore = a_sigstore()
    bundle = Bundle.from_json(
        sigstore.sign_digest(Digest.of(b"weights"), "ann@acme.example", CLAIMS, AT)
    )

    a_sigstore_verifier(sigstore).verify_artifact(
        b"weights", bundle, Identity(identity="ann@acme.example", issuer=ISSUER)
    )


def test_two_sigstores_share_no_key() -> None:
    first, second = a_sigstore().trusted_root(), a_sigstore().trusted_root()

    for kind in ("tlogs", "ctlogs"):
        ids = {base64.b64decode(root[kind][0]["logId"]["keyId"]) for root in (first, second)}
        assert len(ids) == 2
