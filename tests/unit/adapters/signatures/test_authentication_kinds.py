"""Every kind of bundle is verified, and refused with one thing altered."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from app.adapters.signatures import trusted_roots
from app.adapters.signatures.authenticated import Authenticated
from app.adapters.signatures.authentication import authenticate
from app.adapters.signatures.bundles.bundle import Envelope
from app.adapters.signatures.bundles.refusal import RefusalError
from app.adapters.signatures.trusted_roots import TrustDomain
from app.demo.transparency_log import utc_text
from app.domain.digest import Digest
from tests.kinds import LOGGED, OLD, PAYLOAD, Kinds, PrivateKey, public_pem
from tests.signing import IDENTITY, NOW, START, altered, flipped
from tests.timestamps import UnloggedAuthority

P256 = ec.generate_private_key(ec.SECP256R1())
P384 = ec.generate_private_key(ec.SECP384R1())
ED25519 = ed25519.Ed25519PrivateKey.generate()
RSA = rsa.generate_private_key(65537, 2048)
WEIGHTS = Digest.of(b"weights")
SECOND = timedelta(seconds=1)
Change = Callable[[dict[str, Any]], object]


@pytest.fixture(scope="module")
def kinds() -> Kinds:
    return Kinds()


def a_domain(kinds: Kinds, change: Change = lambda _: None) -> TrustDomain:
    root = kinds.trusted_root()
    change(root)
    return trusted_roots.read("acme", json.dumps(root).encode(), source="test")


def a_key_domain(*keys: PrivateKey) -> TrustDomain:
    return trusted_roots.read("keys", b"".join(map(public_pem, keys)), source="test")


def verified(bundle: bytes, *domains: TrustDomain) -> Authenticated:
    return authenticate(bundle, None, domains, NOW)


def refused(bundle: bytes, *domains: TrustDomain) -> str:
    with pytest.raises(RefusalError) as caught:
        authenticate(bundle, None, domains, NOW)
    return caught.value.code


CERTIFIED: list[dict[str, Any]] = [
    {"kind": "hashedrekord/0.0.1"},
    {"kind": "hashedrekord/0.0.1", "stamped": True},
    {"kind": "hashedrekord/0.0.1", "promised_only": True},
    {"kind": "hashedrekord/0.0.1", "key": P384},
    {"kind": "hashedrekord/0.0.1", "key": RSA},
    {"kind": "hashedrekord/0.0.2", "stamped": True},
    {"kind": "hashedrekord/0.0.2/dsse", "stamped": True},
    {"kind": "dsse/0.0.1"},
    {"kind": "dsse/0.0.1", "stamped": True},
    {"kind": "dsse/0.0.1", "promised_only": True},
    {"kind": "dsse/0.0.1", "key": P384},
    {"kind": "dsse/0.0.1", "key": ED25519},
    {"kind": "dsse/0.0.1", "key": RSA},
    {"kind": "intoto/0.0.1"},
    {"kind": "intoto/0.0.2"},
    {"kind": "intoto/0.0.2", "promised_only": True},
    {"kind": "intoto/0.0.2", "stamped": True},
]
KEYED: list[dict[str, Any]] = [
    {"kind": "hashedrekord/0.0.1", "key": P256},
    {"kind": "hashedrekord/0.0.1", "key": P384},
    {"kind": "hashedrekord/0.0.1", "key": RSA},
    {"kind": "hashedrekord/0.0.2", "key": P256},
    {"kind": "hashedrekord/0.0.2/dsse", "key": ED25519, "stamped": True},
    {"kind": "dsse/0.0.1", "key": ED25519},
    {"kind": "dsse/0.0.1", "key": RSA, "promised_only": True},
    {"kind": "intoto/0.0.2", "key": P384},
    {"kind": "none", "key": P256},
    {"kind": "none", "key": ED25519, "stamped": True},
]


def named(options: dict[str, Any]) -> str:
    return "-".join(
        value if isinstance(value, str) else f"{name}.{type(value).__name__}"
        for name, value in options.items()
    )


def is_of_file(options: dict[str, Any]) -> bool:
    kind = options["kind"]
    return kind.startswith("hashedrekord") and not kind.endswith("dsse")


@pytest.mark.parametrize("options", CERTIFIED, ids=named)
def test_a_certified_bundle_of_each_kind_is_verified(kinds: Kinds, options: dict[str, Any]) -> None:
    found = verified(kinds.bundle(**options), a_domain(kinds))

    assert found.signer.identity == IDENTITY
    assert found.signed_at == LOGGED
    assert found.is_lasting
    has_promise = options["kind"].partition("/dsse")[0] != "hashedrekord/0.0.2"
    assert (found.log_index is not None) is has_promise
    if is_of_file(options):
        assert found.content == WEIGHTS
    else:
        assert isinstance(found.content, Envelope)
        assert found.content.payload == PAYLOAD


@pytest.mark.parametrize("options", KEYED, ids=named)
def test_a_bundle_of_each_kind_by_a_pinned_key_is_verified(
    kinds: Kinds, options: dict[str, Any]
) -> None:
    domains = a_domain(kinds), a_key_domain(P256, P384, ED25519, RSA)

    found = verified(kinds.bundle(**options, bare=True), *domains)

    spki = public_pem(options["key"]).split(b"-----")[2]
    assert found.signer.trust_domain == "keys"
    assert found.signer.identity_type == "key"
    assert found.signer.identity == f"sha256:{Digest.of(base64.b64decode(spki))}"
    has_time = options.get("stamped") or options["kind"] not in {"none", "hashedrekord/0.0.2"}
    assert found.signed_at == (LOGGED if has_time else None)


# Altered bundles, whatever their kind


def entry(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["verificationMaterial"]["tlogEntries"][0]
    return found


def _flip_signature(document: dict[str, Any]) -> None:
    if "messageSignature" in document:
        holder, name = document["messageSignature"], "signature"
    else:
        holder, name = document["dsseEnvelope"]["signatures"][0], "sig"
    holder[name] = flipped(holder[name])


def _flip_content(document: dict[str, Any]) -> None:
    if "messageSignature" in document:
        holder, name = document["messageSignature"]["messageDigest"], "digest"
    else:
        holder, name = document["dsseEnvelope"], "payload"
    holder[name] = flipped(holder[name])


def _flip_body(document: dict[str, Any]) -> None:
    held = entry(document)
    body = json.loads(base64.b64decode(held["canonicalizedBody"]))
    body["spec"]["extra"] = True
    held["canonicalizedBody"] = base64.b64encode(json.dumps(body).encode()).decode()


def _flip_proof(document: dict[str, Any]) -> None:
    held = entry(document)
    if "inclusionProof" in held:
        held["inclusionProof"]["hashes"][0] = flipped(held["inclusionProof"]["hashes"][0])
    else:
        promise = held["inclusionPromise"]
        promise["signedEntryTimestamp"] = flipped(promise["signedEntryTimestamp"])


@pytest.mark.parametrize("change", [_flip_signature, _flip_content, _flip_body, _flip_proof])
@pytest.mark.parametrize("options", CERTIFIED, ids=named)
def test_a_certified_bundle_of_each_kind_is_refused_when_altered(
    kinds: Kinds, options: dict[str, Any], change: Change
) -> None:
    bundle = altered(kinds.bundle(**options), change)

    assert refused(bundle, a_domain(kinds)) == "signature_invalid"


@pytest.mark.parametrize("change", [_flip_signature, _flip_content, _flip_body, _flip_proof])
@pytest.mark.parametrize("options", [o for o in KEYED if o["kind"] != "none"], ids=named)
def test_a_bundle_of_each_kind_by_a_pinned_key_is_refused_when_altered(
    kinds: Kinds, options: dict[str, Any], change: Change
) -> None:
    bundle = altered(kinds.bundle(**options, bare=True), change)
    domains = a_domain(kinds), a_key_domain(options["key"])

    assert refused(bundle, *domains) == "signature_invalid"


@pytest.mark.parametrize(
    "kind", ["hashedrekord/0.0.1", "hashedrekord/0.0.2", "dsse/0.0.1", "intoto/0.0.2"]
)
def test_the_log_entry_of_another_bundle_is_refused(kinds: Kinds, kind: str) -> None:
    certificate = kinds.certify(P256)
    one, other = (
        json.loads(kinds.bundle(kind, key=P256, certificate=certificate, stamped=True))
        for _ in range(2)
    )
    one["verificationMaterial"]["tlogEntries"] = other["verificationMaterial"]["tlogEntries"]

    assert refused(json.dumps(one).encode(), a_domain(kinds)) == "signature_invalid"


@pytest.mark.parametrize("kind", ["hashedrekord/0.0.1", "dsse/0.0.1", "intoto/0.0.2"])
def test_the_log_entry_of_another_key_is_refused(kinds: Kinds, kind: str) -> None:
    # GHSA-whqx-f9j3-ch6m: an entry that verifies, about somebody else's signature.
    other = json.loads(kinds.bundle(kind, bare=True))

    def swap(document: dict[str, Any]) -> None:
        entries = other["verificationMaterial"]["tlogEntries"]
        document["verificationMaterial"]["tlogEntries"] = entries

    bundle = altered(kinds.bundle(kind, key=P256, bare=True), swap)

    assert refused(bundle, a_domain(kinds), a_key_domain(P256)) == "signature_invalid"


# Keys


def test_a_bundle_by_a_key_is_refused_where_no_key_is_pinned(kinds: Kinds) -> None:
    assert refused(kinds.bundle("none", bare=True), a_domain(kinds)) == "key_unknown"


def test_a_bundle_by_another_key_is_refused_whatever_its_hint_says(kinds: Kinds) -> None:
    def claim(document: dict[str, Any]) -> None:
        document["verificationMaterial"]["publicKey"] = {
            "hint": "release key",
            "rawBytes": base64.b64encode(public_pem(P384)).decode(),
        }

    bundle = altered(kinds.bundle("none", key=P384, bare=True), claim)

    assert refused(bundle, a_key_domain(P256)) == "signature_invalid"
    assert verified(bundle, a_key_domain(P384)).signer.identity_type == "key"


def test_a_file_signed_with_ed25519_cannot_be_verified_from_its_digest(kinds: Kinds) -> None:
    bundle = kinds.bundle("hashedrekord/0.0.1", key=ED25519, bare=True)

    assert refused(bundle, a_domain(kinds), a_key_domain(ED25519)) == "digest_not_enough"


def test_a_key_bundle_with_an_entry_of_an_unknown_log_is_refused(kinds: Kinds) -> None:
    bundle = kinds.bundle("dsse/0.0.1", key=P256, bare=True)

    assert refused(bundle, a_key_domain(P256)) == "signature_log_unknown"


@pytest.mark.parametrize("kind", ["dsse/0.0.1", "hashedrekord/0.0.2/dsse"])
def test_a_key_bundle_in_a_log_that_had_ended_is_refused(kinds: Kinds, kind: str) -> None:
    # The second kind states no time, so it may have been logged after the end.
    def end(root: dict[str, Any]) -> None:
        for log in root["tlogs"]:
            log["publicKey"]["validFor"]["end"] = utc_text(LOGGED - SECOND)

    bundle = kinds.bundle(kind, key=P256, bare=True)

    code = refused(bundle, a_domain(kinds, end), a_key_domain(P256))
    assert code == "signature_log_not_valid"


# Timestamps


def _end_of_timestamps(end: str) -> Change:
    return lambda root: root["timestampAuthorities"][0]["validFor"].update(end=end)


@pytest.mark.parametrize("kind", ["hashedrekord/0.0.2", "none"])
def test_a_timestamp_authority_is_good_up_to_its_last_second(kinds: Kinds, kind: str) -> None:
    is_keyed = kind == "none"
    bundle = kinds.bundle(kind, key=P256, stamped=True, bare=is_keyed)
    keys = [a_key_domain(P256)] if is_keyed else []
    good = a_domain(kinds, _end_of_timestamps(utc_text(LOGGED)))
    ended = a_domain(kinds, _end_of_timestamps(utc_text(LOGGED - SECOND)))

    assert verified(bundle, good, *keys).signed_at == LOGGED
    if is_keyed:
        assert verified(bundle, ended, *keys).signed_at is None
    else:
        assert refused(bundle, ended) == "signature_invalid"


def test_a_timestamp_over_another_signature_tells_nothing(kinds: Kinds) -> None:
    other = json.loads(kinds.bundle("hashedrekord/0.0.2", stamped=True))

    def swap(document: dict[str, Any]) -> None:
        material = other["verificationMaterial"]
        stamps = material["timestampVerificationData"]
        document["verificationMaterial"]["timestampVerificationData"] = stamps

    bundle = altered(kinds.bundle("hashedrekord/0.0.2", stamped=True), swap)

    assert refused(bundle, a_domain(kinds)) == "signature_invalid"


def test_an_entry_without_a_time_and_without_a_timestamp_is_refused(kinds: Kinds) -> None:
    assert refused(kinds.bundle("hashedrekord/0.0.2"), a_domain(kinds)) == "time_missing"


# A sigstore without logs


def _without_logs() -> tuple[Kinds, TrustDomain]:
    kinds = Kinds()
    kinds.sigstore.authority = UnloggedAuthority(START)

    def drop(root: dict[str, Any]) -> None:
        root["tlogs"] = []
        del root["ctlogs"]

    return kinds, a_domain(kinds, drop)


def test_a_sigstore_without_logs_verifies_by_timestamps() -> None:
    kinds, domain = _without_logs()
    bundle = kinds.bundle("none", stamped=True)

    assert verified(bundle, domain).signed_at == LOGGED


def test_a_sigstore_without_logs_refuses_what_has_no_timestamp() -> None:
    kinds, domain = _without_logs()

    assert refused(kinds.bundle("none"), domain) == "time_missing"


def test_a_sigstore_without_logs_believes_no_log_entry() -> None:
    kinds, domain = _without_logs()

    assert refused(kinds.bundle("dsse/0.0.1"), domain) == "signature_log_unknown"


def test_a_sigstore_with_logs_refuses_what_has_only_a_timestamp(kinds: Kinds) -> None:
    assert refused(kinds.bundle("none", stamped=True), a_domain(kinds)) == "log_entry_missing"


# Versions


def test_a_promise_alone_is_enough_for_the_first_version_only(kinds: Kinds) -> None:
    bundle = kinds.bundle("hashedrekord/0.0.1", promised_only=True)
    later = bundle.replace(OLD.encode(), OLD.replace("0.1", "0.2").encode())

    assert verified(bundle, a_domain(kinds)).content == WEIGHTS
    assert refused(later, a_domain(kinds)) == "log_entry_unproven"


def test_an_entry_of_an_unknown_kind_is_refused(kinds: Kinds) -> None:
    def rename(document: dict[str, Any]) -> None:
        entry(document)["kindVersion"] = {"kind": "rpm", "version": "0.0.1"}

    bundle = altered(kinds.bundle("dsse/0.0.1"), rename)

    assert refused(bundle, a_domain(kinds)) == "log_entry_unsupported"


def test_a_root_certificate_in_a_bundle_is_refused(kinds: Kinds) -> None:
    root = kinds.trusted_root()["certificateAuthorities"][0]["certChain"]["certificates"][-1]

    def bring(document: dict[str, Any]) -> None:
        document["mediaType"] = OLD
        material = document["verificationMaterial"]
        material["x509CertificateChain"] = {"certificates": [material.pop("certificate"), root]}

    bundle = kinds.bundle("dsse/0.0.1")

    assert refused(altered(bundle, bring), a_domain(kinds)) == "root_in_bundle"


def test_two_signatures_in_an_envelope_are_refused(kinds: Kinds) -> None:
    def double(document: dict[str, Any]) -> None:
        document["dsseEnvelope"]["signatures"] *= 2

    bundle = altered(kinds.bundle("dsse/0.0.1"), double)

    assert refused(bundle, a_domain(kinds)) == "envelope_unsupported"
