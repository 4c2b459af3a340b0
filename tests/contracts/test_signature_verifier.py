"""What every SignatureVerifier does: run on the real adapter and on the fake alike."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from app.domain.digest import Digest
from app.domain.finding import (
    LONGEST_MESSAGE,
    BundleKind,
    RefusedBundle,
    Signer,
    VerifiedBundle,
    VerifiedStatement,
    coverage,
)
from app.ports import SignatureVerifier
from tests.fakes.signatures import FakeSignatures, Told
from tests.signing import (
    AT,
    CLAIMS,
    IDENTITY,
    ISSUER,
    a_document,
    a_domain,
    a_file,
    a_file_bundle,
    a_sigstore,
    a_verifier,
    altered,
    flipped,
)

PREDICATE = "https://in-toto.io/attestation/vulns"


@dataclass(frozen=True)
class World:
    """A verifier, a bundle over one file and a bundle over a model's manifest."""

    verifier: SignatureVerifier
    signer: Signer
    file_bundle: bytes
    model_bundle: bytes
    statement: bytes
    """Of the weights."""


def _signer(trust_root_sha256: Digest) -> Signer:
    return Signer("acme", trust_root_sha256, ISSUER, "uri", IDENTITY, CLAIMS)


def _real() -> World:
    sigstore = a_sigstore()
    files = [a_file(), a_file("config.json", b"{}")]
    model = sigstore.sign_model(files, "acme", IDENTITY, CLAIMS, AT, [".git"])
    root = a_domain(sigstore).sha256
    subject = {"name": "weights", "digest": {"sha256": Digest.of(b"weights")}}
    stated = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [subject],
        "predicateType": PREDICATE,
        "predicate": {},
    }
    statement = sigstore.sign_statement(json.dumps(stated).encode(), IDENTITY, CLAIMS, AT)
    return World(a_verifier(sigstore), _signer(root), a_file_bundle(sigstore), model, statement)


def _fake() -> World:
    signer = _signer(Digest.of(b"root"))
    fake = FakeSignatures()
    at = int(AT.timestamp())
    signatures = (f'{{"signature": "{letter * 12}"}}'.encode() for letter in "ABC")
    world = World(fake, signer, *signatures)
    manifest = {"model.safetensors": Digest.of(b"weights"), "config.json": Digest.of(b"{}")}
    fake.tell(world.file_bundle, Told(signer, at, Digest.of(b"weights")))
    fake.tell(world.model_bundle, Told(signer, at, manifest, (".git",)))
    fake.tell(world.statement, Told(signer, at, Digest.of(b"weights"), states=PREDICATE))
    return world


@pytest.fixture(params=[_real, _fake], ids=["sigstore", "fake"])
def world(request: pytest.FixtureRequest) -> World:
    found: Callable[[], World] = request.param
    return found()


def test_a_good_file_bundle_is_verified_over_the_files_it_signs(world: World) -> None:
    copy = a_file("copy/model.safetensors")

    finding = world.verifier.verify(a_document(world.file_bundle), [a_file(), copy])

    assert isinstance(finding, VerifiedBundle)
    assert finding.kind is BundleKind.FILE
    assert finding.signer == world.signer
    assert finding.signed_at is not None
    assert abs(finding.signed_at - AT.timestamp()) < 60
    assert finding.signed_files == {file.path: file.sha256 for file in (a_file(), copy)}
    assert finding.ignored_paths == ()


def test_a_good_model_bundle_is_verified_with_all_it_lists_and_leaves_out(world: World) -> None:
    finding = world.verifier.verify(a_document(world.model_bundle), [a_file()])

    assert isinstance(finding, VerifiedBundle)
    assert finding.kind is BundleKind.MODEL_MANIFEST
    assert finding.signed_files == {
        "model.safetensors": Digest.of(b"weights"),
        "config.json": Digest.of(b"{}"),
    }
    assert finding.ignored_paths == (".git",)


def test_a_statement_about_listed_files_says_of_which_and_signs_none(world: World) -> None:
    listed = [a_file(), a_file("config.json", b"{}")]

    finding = world.verifier.verify(a_document(world.statement), listed)

    assert isinstance(finding, VerifiedStatement)
    assert finding.predicate_type == PREDICATE
    assert finding.signer == world.signer
    assert finding.covered == {"model.safetensors"}
    assert coverage(listed, [finding]) == ()


def test_a_statement_about_other_files_is_refused(world: World) -> None:
    finding = world.verifier.verify(a_document(world.statement), [a_file(content=b"other")])

    assert isinstance(finding, RefusedBundle)
    assert finding.code == "subject_mismatch"


def test_a_file_bundle_over_another_file_is_refused(world: World) -> None:
    finding = world.verifier.verify(a_document(world.file_bundle), [a_file(content=b"other")])

    assert isinstance(finding, RefusedBundle)
    assert finding.code == "digest_not_listed"


def test_a_file_bundle_over_no_files_is_refused(world: World) -> None:
    finding = world.verifier.verify(a_document(world.file_bundle), [])

    assert isinstance(finding, RefusedBundle)


def test_a_bundle_with_one_bit_of_its_signature_flipped_is_refused(world: World) -> None:
    def flip(document: dict[str, object]) -> None:
        holder = document.get("messageSignature", document)
        assert isinstance(holder, dict)
        holder["signature"] = flipped(holder["signature"])

    finding = world.verifier.verify(a_document(altered(world.file_bundle, flip)), [a_file()])

    assert isinstance(finding, RefusedBundle)
    assert finding.code == "signature_invalid"


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe", b"{", b"[]", b"null", b"{}", b'"' + b"a" * 5000 + b'"', b"[" * 4000],
    ids=["empty", "binary", "cut", "list", "null", "nothing", "text", "deep"],
)
def test_what_is_no_bundle_is_refused_in_few_words(world: World, content: bytes) -> None:
    finding = world.verifier.verify(a_document(content), [a_file()])

    assert isinstance(finding, RefusedBundle)
    assert finding.bundle_sha256 == Digest.of(content)
    assert finding.code
    assert 0 < len(finding.message) <= LONGEST_MESSAGE


def test_a_refusal_is_refused_again(world: World) -> None:
    document = a_document(json.dumps({"signature": "other"}).encode())

    first = world.verifier.verify(document, [a_file()])

    assert isinstance(first, RefusedBundle)
    assert world.verifier.verify(document, [a_file()]) == first


def test_the_name_of_a_bundle_says_nothing(world: World) -> None:
    # The digest in the document is not believed either: the bytes are what is verified.
    good = a_document(world.file_bundle)
    bad = a_document(b"{}")
    mislabelled = type(good)(good.name, good.sha256, bad.content)

    world.verifier.verify(good, [a_file()])

    assert isinstance(world.verifier.verify(mislabelled, [a_file()]), RefusedBundle)


def test_a_verifier_that_can_verify_answers_a_ping(world: World) -> None:
    world.verifier.ping()
