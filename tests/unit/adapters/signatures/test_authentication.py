from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from app.adapters.signatures.authenticated import Authenticated
from app.adapters.signatures.authentication import authenticate
from app.adapters.signatures.bundles.bundle import Envelope
from app.adapters.signatures.bundles.refusal import RefusalError
from app.demo.private_sigstore import PrivateSigstore
from app.demo.transparency_log import CertificateLog, SignatureLog, utc_text
from app.domain.digest import Digest
from tests.signing import (
    AT,
    CLAIMS,
    IDENTITY,
    ISSUER,
    NOW,
    START,
    a_domain,
    a_file_bundle,
    a_sigstore,
    altered,
    flipped,
)

Change = Callable[[dict[str, Any]], object]


def refused(
    bundle: bytes, sigstore: PrivateSigstore, change: Change = lambda _: None
) -> RefusalError:
    with pytest.raises(RefusalError) as caught:
        authenticate(bundle, None, [a_domain(sigstore, change=change)], NOW)
    return caught.value


def verified(
    bundle: bytes, sigstore: PrivateSigstore, change: Change = lambda _: None
) -> Authenticated:
    return authenticate(bundle, None, [a_domain(sigstore, change=change)], NOW)


def material(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["verificationMaterial"]
    return found


def entry(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = material(document)["tlogEntries"][0]
    return found


def test_a_good_bundle_says_who_signed_which_digest_and_when() -> None:
    sigstore = a_sigstore()

    found = verified(a_file_bundle(sigstore), sigstore)

    assert found.content == Digest.of(b"weights")
    assert found.signed_at == AT + timedelta(seconds=5)
    assert (found.signer.trust_domain, found.signer.issuer) == ("acme", ISSUER)
    assert (found.signer.identity_type, found.signer.identity) == ("uri", IDENTITY)
    assert found.signer.trust_root_sha256 == a_domain(sigstore).sha256
    assert found.signer.claims == CLAIMS


def test_a_good_envelope_gives_what_it_holds() -> None:
    sigstore = a_sigstore()
    bundle = sigstore.sign_statement(b'{"a": 1}', "ann@acme.example", CLAIMS, AT)

    found = verified(bundle, sigstore)

    assert isinstance(found.content, Envelope)
    assert found.content.payload_type == "application/vnd.in-toto+json"
    assert found.content.payload == b'{"a": 1}'
    assert found.signer.identity_type == "email"


@pytest.mark.parametrize("version", ["0.1", "0.2", "0.3"])
def test_older_forms_of_the_same_bundle_are_verified(version: str) -> None:
    sigstore = a_sigstore()

    def age(document: dict[str, Any]) -> None:
        document["mediaType"] = f"application/vnd.dev.sigstore.bundle+json;version={version}"
        if version != "0.3":
            certificate = material(document).pop("certificate")
            material(document)["x509CertificateChain"] = {"certificates": [certificate]}

    assert verified(altered(a_file_bundle(sigstore), age), sigstore).signer.identity == IDENTITY


# Bundles that were altered


def _flip_signature(document: dict[str, Any]) -> None:
    signature = document["messageSignature"]
    signature["signature"] = flipped(signature["signature"])


def _flip_digest(document: dict[str, Any]) -> None:
    digest = document["messageSignature"]["messageDigest"]
    digest["digest"] = flipped(digest["digest"])


def _flip_certificate(document: dict[str, Any]) -> None:
    certificate = material(document)["certificate"]
    certificate["rawBytes"] = flipped(certificate["rawBytes"])


def _flip_promise(document: dict[str, Any]) -> None:
    promise = entry(document)["inclusionPromise"]
    promise["signedEntryTimestamp"] = flipped(promise["signedEntryTimestamp"])


def _flip_root_hash(document: dict[str, Any]) -> None:
    proof = entry(document)["inclusionProof"]
    proof["rootHash"] = flipped(proof["rootHash"])


def _flip_proof(document: dict[str, Any]) -> None:
    hashes = entry(document)["inclusionProof"]["hashes"]
    hashes[0] = flipped(hashes[0])


def _move_checkpoint(document: dict[str, Any]) -> None:
    checkpoint = entry(document)["inclusionProof"]["checkpoint"]
    checkpoint["envelope"] = checkpoint["envelope"].replace("\n4\n", "\n5\n")


def _later(document: dict[str, Any]) -> None:
    entry(document)["integratedTime"] = str(int(AT.timestamp()) + 6)


@pytest.mark.parametrize(
    "change",
    [
        _flip_signature,
        _flip_digest,
        _flip_certificate,
        _flip_promise,
        _flip_root_hash,
        _flip_proof,
        _move_checkpoint,
        _later,
    ],
)
def test_a_bundle_with_anything_signed_altered_is_refused(change: Change) -> None:
    sigstore = a_sigstore()

    refusal = refused(altered(a_file_bundle(sigstore), change), sigstore)

    assert refusal.code == "signature_invalid"


def test_a_bundle_with_the_log_entry_of_another_signature_is_refused() -> None:
    sigstore = a_sigstore()
    other = json.loads(a_file_bundle(sigstore))

    def swap(document: dict[str, Any]) -> None:
        material(document)["tlogEntries"] = material(other)["tlogEntries"]

    refusal = refused(altered(a_file_bundle(sigstore), swap), sigstore)

    assert refusal.code == "signature_invalid"


def test_a_statement_put_into_a_signed_envelope_is_refused() -> None:
    sigstore = a_sigstore()
    bundle = sigstore.sign_statement(b'{"a": 1}', IDENTITY, CLAIMS, AT)

    def replace(document: dict[str, Any]) -> None:
        document["dsseEnvelope"]["payload"] = "eyJhIjogMn0="

    assert refused(altered(bundle, replace), sigstore).code == "signature_invalid"


def test_a_key_standing_twice_is_refused_whichever_is_good() -> None:
    sigstore = a_sigstore()
    good = a_file_bundle(sigstore).decode()
    text = json.dumps(json.loads(good)["messageSignature"])
    twice = good[:-1] + f', "messageSignature": {text}' + "}"

    assert refused(twice.encode(), sigstore).code == "bundle_malformed"


# Bundles that lack something


def _without_promise(document: dict[str, Any]) -> None:
    del entry(document)["inclusionPromise"]


def _without_proof(document: dict[str, Any]) -> None:
    del entry(document)["inclusionProof"]


def _without_checkpoint(document: dict[str, Any]) -> None:
    del entry(document)["inclusionProof"]["checkpoint"]


def _without_entry(document: dict[str, Any]) -> None:
    material(document)["tlogEntries"] = []


def _with_two_entries(document: dict[str, Any]) -> None:
    material(document)["tlogEntries"] *= 2


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (_without_promise, "time_missing"),
        (_without_proof, "log_entry_unproven"),
        (_without_checkpoint, "log_entry_unproven"),
        (_without_entry, "log_entry_missing"),
        (_with_two_entries, "log_entry_missing"),
    ],
)
def test_a_bundle_without_a_full_log_entry_is_refused(change: Change, code: str) -> None:
    sigstore = a_sigstore()

    assert refused(altered(a_file_bundle(sigstore), change), sigstore).code == code


def test_a_bundle_that_states_no_digest_is_refused() -> None:
    sigstore = a_sigstore()
    bundle = altered(a_file_bundle(sigstore), lambda d: d["messageSignature"].pop("messageDigest"))

    assert refused(bundle, sigstore).code == "digest_missing"


def test_a_bundle_that_signs_nothing_is_refused() -> None:
    sigstore = a_sigstore()
    bundle = altered(a_file_bundle(sigstore), lambda document: document.pop("messageSignature"))

    assert refused(bundle, sigstore).code == "bundle_malformed"


def test_a_bundle_signed_by_a_bare_key_is_refused() -> None:
    sigstore = a_sigstore()

    def bare(document: dict[str, Any]) -> None:
        material(document).pop("certificate")
        material(document)["publicKey"] = {"hint": "release key"}

    bundle = altered(a_file_bundle(sigstore), bare)

    assert refused(bundle, sigstore).code == "key_unknown"


class _SilentLog(CertificateLog):
    """Puts no timestamp into certificates."""

    def stamp(
        self,
        leaf: x509.CertificateBuilder,
        issuer: ec.EllipticCurvePrivateKey,  # noqa: ARG002 - the signature of what it replaces
        at: datetime,  # noqa: ARG002 - likewise
    ) -> x509.CertificateBuilder:
        return leaf


class _ForgedLog(CertificateLog):
    """Bears the id of another log, and signs with its own key."""

    def __init__(self, other: CertificateLog) -> None:
        super().__init__()
        self.id = other.id


def _with_certificate_log(log: CertificateLog) -> PrivateSigstore:
    sigstore = a_sigstore()
    sigstore.authority.log = log
    return sigstore


def test_a_certificate_without_a_timestamp_is_refused() -> None:
    sigstore = _with_certificate_log(_SilentLog())

    refusal = refused(a_file_bundle(sigstore), sigstore)

    assert refusal.code == "certificate_timestamp_missing"


def test_a_certificate_of_an_unknown_certificate_log_is_refused() -> None:
    sigstore = _with_certificate_log(CertificateLog())

    assert refused(a_file_bundle(sigstore), sigstore).code == "certificate_log_unknown"


def test_a_certificate_with_a_forged_timestamp_is_refused() -> None:
    sigstore = a_sigstore()
    sigstore.authority.log = _ForgedLog(sigstore.certificate_log)

    assert refused(a_file_bundle(sigstore), sigstore).code == "signature_invalid"


# Times


def test_a_signature_logged_after_its_certificate_ended_is_refused() -> None:
    sigstore = a_sigstore()

    class LateLog(SignatureLog):
        def add(self, body: dict[str, Any], at: datetime) -> dict[str, Any]:
            return super().add(body, at + timedelta(minutes=10))

    sigstore.signature_log = LateLog()

    assert refused(a_file_bundle(sigstore), sigstore).code == "signature_invalid"


def _authority(root: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = root["certificateAuthorities"][0]["validFor"]
    return found


def _certificate_log(root: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = root["ctlogs"][0]["publicKey"]["validFor"]
    return found


def _signature_log(root: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = root["tlogs"][0]["publicKey"]["validFor"]
    return found


WINDOWS = [
    (_authority, "authority_not_valid"),
    (_certificate_log, "certificate_log_not_valid"),
    (_signature_log, "signature_log_not_valid"),
]
SIGNED = AT + timedelta(seconds=5)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(("window", "code"), WINDOWS)
def test_a_key_that_had_ended_when_it_was_used_is_refused(
    window: Callable[[dict[str, Any]], dict[str, Any]], code: str
) -> None:
    sigstore = a_sigstore()

    def end(root: dict[str, Any]) -> None:
        window(root)["end"] = utc_text(SIGNED - SECOND)

    assert refused(a_file_bundle(sigstore), sigstore, end).code == code


@pytest.mark.parametrize("window", [window for window, _ in WINDOWS])
def test_a_key_that_ended_in_the_second_it_was_used_is_good(
    window: Callable[[dict[str, Any]], dict[str, Any]],
) -> None:
    sigstore = a_sigstore()

    def end(root: dict[str, Any]) -> None:
        window(root)["end"] = utc_text(SIGNED)

    assert verified(a_file_bundle(sigstore), sigstore, end).signed_at == SIGNED


@pytest.mark.parametrize(("window", "code"), WINDOWS)
def test_a_key_that_was_not_yet_valid_is_refused(
    window: Callable[[dict[str, Any]], dict[str, Any]], code: str
) -> None:
    sigstore = a_sigstore()

    def start(root: dict[str, Any]) -> None:
        window(root)["start"] = utc_text(SIGNED + SECOND)

    assert refused(a_file_bundle(sigstore), sigstore, start).code in {code, "signature_invalid"}


# Trust domains


def test_a_bundle_of_another_sigstore_is_refused() -> None:
    assert refused(a_file_bundle(a_sigstore()), a_sigstore()).code == "authority_unknown"


def test_of_several_domains_the_one_that_issued_the_certificate_verifies() -> None:
    first, second = a_sigstore(), a_sigstore()
    domains = [a_domain(first, "first"), a_domain(second, "second")]

    found = authenticate(a_file_bundle(second), None, domains, NOW)

    assert found.signer.trust_domain == "second"
    assert found.signer.trust_root_sha256 == domains[1].sha256


def test_a_certificate_of_one_domain_with_a_log_entry_of_another_is_refused() -> None:
    first, second = a_sigstore(), a_sigstore()
    first.signature_log = second.signature_log
    mixed = a_file_bundle(first)
    domains = [a_domain(a_sigstore_with(first, SignatureLog()), "first"), a_domain(second)]

    with pytest.raises(RefusalError) as caught:
        authenticate(mixed, None, domains, NOW)

    assert caught.value.code == "signature_log_unknown"


def a_sigstore_with(sigstore: PrivateSigstore, log: SignatureLog) -> PrivateSigstore:
    other = PrivateSigstore(START)
    other.authority, other.certificate_log = sigstore.authority, sigstore.certificate_log
    other.signature_log = log
    return other


def test_a_root_that_lists_an_authority_twice_tries_both_windows() -> None:
    sigstore = a_sigstore()

    def twice(root: dict[str, Any]) -> None:
        ended = json.loads(json.dumps(root["certificateAuthorities"][0]))
        ended["validFor"]["end"] = utc_text(START)
        root["certificateAuthorities"].insert(0, ended)

    assert verified(a_file_bundle(sigstore), sigstore, twice).signer.identity == IDENTITY


# Identities


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"issuer_v1": ISSUER, "issuer": "https://idp.example"}, "issuer_conflict"),
        ({"source_repository_uri": "https://github.com/acme/models"}, "issuer_missing"),
        ({"issuer": ""}, "issuer_missing"),
    ],
)
def test_a_certificate_that_does_not_name_one_issuer_is_refused(
    claims: Mapping[str, str], code: str
) -> None:
    sigstore = a_sigstore()
    bundle = sigstore.sign_digest(Digest.of(b"weights"), IDENTITY, claims, AT)

    assert refused(bundle, sigstore).code == code


@pytest.mark.parametrize("name", ["issuer_v1", "issuer"])
def test_either_issuer_extension_names_the_issuer(name: str) -> None:
    sigstore = a_sigstore()
    bundle = sigstore.sign_digest(Digest.of(b"weights"), IDENTITY, {name: ISSUER}, AT)

    assert verified(bundle, sigstore).signer.issuer == ISSUER
