from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from app.adapters.signatures import trusted_roots
from app.adapters.signatures.authenticated import Authenticated
from app.adapters.signatures.authentication import authenticate
from app.adapters.signatures.bundles.refusal import RefusalError
from app.demo.certificate_authority import der, pem
from app.demo.private_sigstore import IN_TOTO, pre_authentication_encoding
from app.demo.transparency_log import ECDSA_SHA256, b64
from tests.kinds import NEW, PAYLOAD
from tests.signing import NOW, a_domain, a_sigstore

YEAR = timedelta(days=365)
SIGNS = x509.KeyUsage(
    digital_signature=True,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=False,
    crl_sign=False,
    encipher_only=False,
    decipher_only=False,
)
CODE = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING])
SERVER = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
IS_AUTHORITY = x509.BasicConstraints(ca=True, path_length=None)
IS_NOT = x509.BasicConstraints(ca=False, path_length=None)


@dataclass(frozen=True)
class Certified:
    """A key with its certificate."""

    name: str
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate


def certify(
    name: str,
    extensions: Sequence[x509.ExtensionType],
    issuer: Certified | None = None,
    start: datetime = NOW - YEAR,
    end: datetime = NOW + YEAR,
) -> Certified:
    key = ec.generate_private_key(ec.SECP256R1())
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .issuer_name(_name(issuer.name if issuer else name))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    return Certified(name, key, builder.sign(issuer.key if issuer else key, hashes.SHA256()))


def _name(name: str) -> x509.Name:
    attributes = [x509.NameAttribute(NameOID.COMMON_NAME, name)] if name else []
    return x509.Name(attributes)


ROOT = certify("root", [IS_AUTHORITY])
MIDDLE = certify("middle", [IS_AUTHORITY], ROOT)
SIGNER = certify("release team", [SIGNS], MIDDLE)


def a_bundle(signer: Certified = SIGNER, *others: Certified) -> bytes:
    signature = signer.key.sign(pre_authentication_encoding(IN_TOTO, PAYLOAD), ECDSA_SHA256)
    chain = [signer, *(others or (MIDDLE,))]
    certificates = [{"rawBytes": b64(der(item.certificate))} for item in chain]
    document = {
        "mediaType": NEW,
        "verificationMaterial": {"x509CertificateChain": {"certificates": certificates}},
        "dsseEnvelope": {
            "payload": b64(PAYLOAD),
            "payloadType": IN_TOTO,
            "signatures": [{"sig": b64(signature)}],
        },
    }
    return json.dumps(document).encode()


def verified(bundle: bytes, root: Certified = ROOT, now: datetime = NOW) -> Authenticated:
    domain = trusted_roots.read("company", pem(root.certificate), source="test")
    return authenticate(bundle, None, [domain], now)


def refused(bundle: bytes, root: Certified = ROOT, now: datetime = NOW) -> str:
    with pytest.raises(RefusalError) as caught:
        verified(bundle, root, now)
    return caught.value.code


def test_a_certificate_that_leads_to_a_pinned_root_names_its_subject() -> None:
    found = verified(a_bundle())

    assert found.signer.trust_domain == "company"
    assert (found.signer.identity_type, found.signer.identity) == ("subject", "CN=release team")
    assert found.signer.issuer == "CN=root"
    assert found.signed_at is None
    assert not found.is_lasting


@pytest.mark.parametrize(
    "extensions", [[SIGNS], [CODE], [SIGNS, CODE], [SIGNS, CODE, IS_NOT]], ids=len
)
def test_a_certificate_for_signing_code_is_good(
    extensions: Sequence[x509.ExtensionType],
) -> None:
    assert verified(a_bundle(certify("a", extensions, MIDDLE))).signer.identity == "CN=a"


@pytest.mark.parametrize("extensions", [[], [SERVER], [SIGNS, SERVER], [IS_AUTHORITY]])
def test_a_certificate_for_anything_else_is_refused(
    extensions: Sequence[x509.ExtensionType],
) -> None:
    bundle = a_bundle(certify("a", extensions, MIDDLE))

    assert refused(bundle) == "certificate_not_valid"


@pytest.mark.parametrize("late", ["signer", "middle", "root"])
def test_a_chain_with_an_expired_certificate_is_refused(late: str) -> None:
    ends = dict.fromkeys(("signer", "middle", "root"), NOW + YEAR)
    ends[late] = NOW - timedelta(seconds=1)
    root = certify("root", [IS_AUTHORITY], end=ends["root"])
    middle = certify("middle", [IS_AUTHORITY], root, end=ends["middle"])
    signer = certify("a", [SIGNS, CODE], middle, end=ends["signer"])

    assert refused(a_bundle(signer, middle), root) == "certificate_not_valid"
    earlier = NOW - timedelta(days=1)
    assert verified(a_bundle(signer, middle), root, earlier).signer.identity == "CN=a"


def test_a_certificate_that_is_not_yet_valid_is_refused() -> None:
    signer = certify("a", [SIGNS], MIDDLE, start=NOW + timedelta(days=1))

    assert refused(a_bundle(signer)) == "certificate_not_valid"


def test_a_certificate_of_another_root_is_refused() -> None:
    other = certify("root", [IS_AUTHORITY])

    assert refused(a_bundle(), other) == "certificate_not_valid"


def test_the_root_in_a_bundle_is_not_trusted() -> None:
    root = certify("root", [IS_AUTHORITY])
    signer = certify("a", [SIGNS], root)

    assert refused(a_bundle(signer, root)) == "certificate_not_valid"


@pytest.mark.parametrize("extensions", [[], [IS_NOT], [IS_AUTHORITY, SIGNS]])
def test_an_issuer_that_is_no_authority_is_refused(
    extensions: Sequence[x509.ExtensionType],
) -> None:
    middle = certify("middle", extensions, ROOT)
    signer = certify("a", [SIGNS], middle)

    assert refused(a_bundle(signer, middle)) == "certificate_not_valid"


def test_a_certificate_with_the_signature_of_another_key_is_refused() -> None:
    thief = replace(SIGNER, key=MIDDLE.key)

    assert refused(a_bundle(thief)) == "signature_invalid"


def test_a_certificate_without_a_subject_is_refused() -> None:
    assert refused(a_bundle(certify("", [SIGNS], MIDDLE))) == "identity_missing"


def test_a_bundle_with_a_log_entry_needs_a_sigstore() -> None:
    document = json.loads(a_bundle())
    sigstore = a_sigstore()
    logged = json.loads(sigstore.sign_statement(PAYLOAD, "a@b.example", {}, NOW))
    entries = logged["verificationMaterial"]["tlogEntries"]
    document["verificationMaterial"]["tlogEntries"] = entries

    assert refused(json.dumps(document).encode()) == "signature_log_unknown"


def test_a_certificate_chain_is_unknown_where_only_sigstores_are_trusted() -> None:
    with pytest.raises(RefusalError) as caught:
        authenticate(a_bundle(), None, [a_domain(a_sigstore())], NOW)

    assert caught.value.code == "authority_unknown"
