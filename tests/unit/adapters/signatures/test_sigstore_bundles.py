from __future__ import annotations

import json
from typing import Any

import pytest

from app.adapters.signatures import sigstore_bundles
from app.adapters.signatures.sigstore_bundles import SigstoreBundles
from app.domain.digest import Digest
from app.domain.errors import VerifierError
from app.domain.finding import LONGEST_MESSAGE, RefusedBundle, VerifiedBundle
from tests.signing import (
    AT,
    CLAIMS,
    IDENTITY,
    FixedClock,
    a_document,
    a_domain,
    a_file,
    a_file_bundle,
    a_sigstore,
    a_verifier,
    altered,
)


def test_a_verifier_without_trust_domains_does_not_start() -> None:
    with pytest.raises(VerifierError, match="no trust domain"):
        SigstoreBundles([], FixedClock())


def test_a_remembered_bundle_is_laid_over_each_listing_anew() -> None:
    sigstore = a_sigstore()
    verifier, document = a_verifier(sigstore), a_document(a_file_bundle(sigstore))

    first = verifier.verify(document, [a_file()])
    second = verifier.verify(document, [a_file(content=b"other")])

    assert isinstance(first, VerifiedBundle)
    assert isinstance(second, RefusedBundle)


def test_the_memory_of_bundles_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sigstore_bundles, "MOST_REMEMBERED", 2)
    sigstore = a_sigstore()
    verifier = a_verifier(sigstore)
    documents = [a_document(a_file_bundle(sigstore)) for _ in range(4)]

    findings = [verifier.verify(document, [a_file()]) for document in documents * 2]

    assert all(isinstance(finding, VerifiedBundle) for finding in findings)


def test_payloads_that_are_no_statements_are_refused() -> None:
    sigstore = a_sigstore()
    bundle = sigstore.sign_payload("text/plain", b"hello", IDENTITY, CLAIMS, AT)

    finding = a_verifier(sigstore).verify(a_document(bundle), [a_file()])

    assert isinstance(finding, RefusedBundle)
    assert finding.code == "payload_type_unsupported"


def test_a_signed_manifest_with_a_path_that_leads_out_is_refused() -> None:
    sigstore = a_sigstore()
    files = [a_file("../../etc/cron.d/job")]
    bundle = sigstore.sign_model(files, "acme", IDENTITY, CLAIMS, AT)

    finding = a_verifier(sigstore).verify(a_document(bundle), files)

    assert isinstance(finding, RefusedBundle)
    assert finding.code == "manifest_path_unsafe"


def test_a_signed_statement_with_a_key_twice_is_refused() -> None:
    sigstore = a_sigstore()
    statement = b'{"_type": "a", "_type": "https://in-toto.io/Statement/v1"}'
    bundle = sigstore.sign_statement(statement, IDENTITY, CLAIMS, AT)

    finding = a_verifier(sigstore).verify(a_document(bundle), [a_file()])

    assert isinstance(finding, RefusedBundle)
    assert finding.code == "statement_malformed"


def test_two_files_that_traded_names_are_not_as_they_were_signed() -> None:
    # The root digest of model signing stays the same here if the order of digests does.
    sigstore = a_sigstore()
    bundle = sigstore.sign_model(
        [a_file("a", b"1"), a_file("b", b"2")], "acme", IDENTITY, CLAIMS, AT
    )
    traded = [a_file("a", b"2"), a_file("b", b"1")]

    finding = a_verifier(sigstore).verify(a_document(bundle), traded)

    assert isinstance(finding, VerifiedBundle)
    assert finding.signed_files == {"a": Digest.of(b"1"), "b": Digest.of(b"2")}


def test_a_long_refusal_is_cut() -> None:
    sigstore = a_sigstore()

    def lengthen(document: dict[str, Any]) -> None:
        document["verificationMaterial"]["x" * 4000] = "y" * 4000

    bundle = altered(a_file_bundle(sigstore), lengthen)
    finding = a_verifier(sigstore).verify(a_document(bundle), [a_file()])

    assert isinstance(finding, RefusedBundle)
    assert len(finding.message) <= LONGEST_MESSAGE
    assert "\n" not in finding.message


def test_domains_are_tried_in_the_order_of_their_names() -> None:
    sigstore = a_sigstore()
    twins = [a_domain(sigstore, "b"), a_domain(sigstore, "a")]

    finding = SigstoreBundles(twins, FixedClock()).verify(
        a_document(a_file_bundle(sigstore)), [a_file()]
    )

    assert isinstance(finding, VerifiedBundle)
    assert finding.signer.trust_domain == "a"


def test_every_field_that_goes_missing_refuses_or_changes_nothing() -> None:
    sigstore = a_sigstore()
    verifier, good = a_verifier(sigstore), a_file_bundle(sigstore)
    expected = verifier.verify(a_document(good), [a_file()])
    assert isinstance(expected, VerifiedBundle)

    for path in _paths(json.loads(good)):
        document = json.loads(good)
        place = document
        for step in path[:-1]:
            place = place[step]
        del place[path[-1]]
        finding = verifier.verify(a_document(json.dumps(document).encode()), [a_file()])

        assert isinstance(finding, RefusedBundle), path


def _paths(value: object) -> list[list[Any]]:
    members = value.items() if isinstance(value, dict) else enumerate(value)  # type: ignore[arg-type] # lists and objects only
    found: list[list[Any]] = []
    for key, member in members:
        found.append([key])
        if isinstance(member, dict | list):
            found.extend([key, *path] for path in _paths(member))
    return found
