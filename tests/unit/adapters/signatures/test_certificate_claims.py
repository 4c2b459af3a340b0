from __future__ import annotations

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from app.adapters.signatures import certificate_claims
from app.adapters.signatures.bundles.refusal import RefusalError
from tests.signing import AT, IDENTITY, ISSUER

ARC = certificate_claims.ARC
OTHER = x509.OtherName(x509.ObjectIdentifier(ARC + "7"), b"\x0c\x0efoo!oidc.local")
URI = x509.UniformResourceIdentifier(IDENTITY)


def a_certificate(
    *extensions: tuple[str, bytes], names: list[x509.GeneralName] | None = None
) -> x509.Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([]))
        .issuer_name(x509.Name([]))
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(AT)
        .not_valid_after(AT + timedelta(minutes=10))
    )
    if names is not None:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=True)
    for oid, content in extensions:
        extension = x509.UnrecognizedExtension(x509.ObjectIdentifier(oid), content)
        builder = builder.add_extension(extension, critical=False)
    return builder.sign(key, hashes.SHA256())


def utf8(text: str) -> bytes:
    return b"\x0c" + bytes([len(text)]) + text.encode()


AN_ISSUER = (ARC + "8", utf8(ISSUER))


def refused(certificate: x509.Certificate) -> str:
    with pytest.raises(RefusalError) as caught:
        certificate_claims.identity(certificate)
    return caught.value.code


@pytest.mark.parametrize(
    ("name", "kind", "value"),
    [
        (URI, "uri", IDENTITY),
        (x509.RFC822Name("ann@acme.example"), "email", "ann@acme.example"),
        (OTHER, "other", "foo!oidc.local"),
    ],
)
def test_each_kind_of_name_is_read(name: x509.GeneralName, kind: str, value: str) -> None:
    identity = certificate_claims.identity(a_certificate(AN_ISSUER, names=[name]))

    assert (identity.type, identity.value, identity.issuer) == (kind, value, ISSUER)


def test_every_claim_of_fulcio_is_read_by_name() -> None:
    extensions = [
        (f"{ARC}{n}", text.encode() if n <= 6 else utf8(text))
        for n, text in ((n, f"claim {n}") for n in range(2, 24) if n not in {7, 8})
    ]

    identity = certificate_claims.identity(a_certificate(AN_ISSUER, *extensions, names=[URI]))

    assert len(identity.claims) == 21
    assert identity.claims == {
        "issuer": ISSUER,
        **{
            name: f"claim {number}"
            for name, number in certificate_claims.NUMBERS.items()
            if number not in {1, 8}
        },
    }


@pytest.mark.parametrize("suffix", ["24", "9.1"])
def test_an_unknown_claim_keeps_its_number(suffix: str) -> None:
    certificate = a_certificate(AN_ISSUER, (ARC + suffix, utf8("later")), names=[URI])

    assert certificate_claims.identity(certificate).claims[ARC + suffix] == "later"


def test_extensions_of_others_are_no_claims() -> None:
    certificate = a_certificate(AN_ISSUER, ("1.3.6.1.4.1.99999.1", b"x"), names=[URI])

    assert set(certificate_claims.identity(certificate).claims) == {"issuer"}


@pytest.mark.parametrize(
    "extension",
    [(ARC + "9", b"raw text"), (ARC + "9", b"\x0c\x02\xff\xfe"), (ARC + "2", b"\xff\xfe")],
)
def test_a_claim_that_is_no_text_is_refused(extension: tuple[str, bytes]) -> None:
    assert refused(a_certificate(AN_ISSUER, extension, names=[URI])) == "claims_malformed"


@pytest.mark.parametrize(
    ("names", "code"),
    [
        (None, "identity_missing"),
        ([URI, x509.RFC822Name("ann@acme.example")], "identity_ambiguous"),
        ([x509.DNSName("acme.example")], "identity_unsupported"),
        ([x509.OtherName(x509.ObjectIdentifier("1.2.3"), utf8("x"))], "identity_unsupported"),
        ([x509.OtherName(x509.ObjectIdentifier(ARC + "7"), b"\x04\x01x")], "claims_malformed"),
        ([x509.OtherName(x509.ObjectIdentifier(ARC + "7"), utf8(""))], "identity_missing"),
    ],
)
def test_a_certificate_that_does_not_name_one_identity_is_refused(
    names: list[x509.GeneralName] | None, code: str
) -> None:
    assert refused(a_certificate(AN_ISSUER, names=names)) == code
