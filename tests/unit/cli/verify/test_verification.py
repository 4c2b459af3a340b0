from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric import ec

from app.cli import main
from app.demo.certificate_authority import pem
from app.demo.transparency_log import b64, sha256
from app.domain.digest import Digest
from tests.kinds import NEW, public_pem, sign
from tests.places import FILE, MODEL, SIGNER, Place, a_place
from tests.signing import AT, CLAIMS, IDENTITY

RELEASE_KEY = ec.generate_private_key(ec.SECP256R1())


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return a_place(tmp_path)


@pytest.mark.parametrize("what", [FILE, MODEL], ids=["file", "model"])
def test_a_good_bundle_by_the_right_signer_is_verified(place: Place, what: tuple[str, ...]) -> None:
    answered = place.run(*what, *SIGNER)

    assert answered.exit_code == 0
    assert f"verified: signed by {IDENTITY}" in answered.stdout
    assert answered.stderr == ""


def test_a_file_is_verified_by_its_digest_alone(place: Place) -> None:
    digest = Digest.of(b"weights").upper()

    assert place.run("--sha256", digest, "--bundle", "@file.bundle", *SIGNER).exit_code == 0


def test_without_an_identity_it_is_said_that_anyone_may_have_signed(place: Place) -> None:
    answered = place.run(*FILE)

    assert answered.exit_code == 0
    assert "anyone may have signed" in answered.stderr


def test_json_gives_the_claims_of_the_signer(place: Place) -> None:
    answered = json.loads(place.run(*MODEL, *SIGNER, "--output", "json").stdout)

    assert answered["verified"] is True
    assert answered["claims"]["identity"] == {"type": "uri", "value": IDENTITY}
    assert answered["claims"]["certificate"] == CLAIMS
    assert answered["claims"]["signed_at"] == "2026-11-01T12:00:05+00:00"
    assert answered["claims"]["log_index"] == 1004
    assert answered["claims"]["ignored_by_signer"] == ["cache"]
    assert answered["claims"]["files"] == 2


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (("--identity", IDENTITY[:-1]), "identity_mismatch"),
        (("--identity", "https://github.com/acme/.*"), "identity_mismatch"),
        (("--issuer", "https://idp.example"), "issuer_mismatch"),
    ],
)
def test_another_signer_is_refused(place: Place, wrong: tuple[str, ...], code: str) -> None:
    answered = place.run(*FILE, *wrong)

    assert answered.exit_code == 1
    assert f"refused: {code}: " in answered.stderr
    assert answered.stdout == ""


def test_another_file_is_refused(place: Place) -> None:
    place.write("model/model.safetensors", b"other")

    answered = place.run(*FILE, *SIGNER)

    assert answered.exit_code == 1
    assert "digest_not_listed" in answered.stderr


# Statements


def a_statement(**digest: str) -> bytes:
    statement = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "model.safetensors", "digest": digest}],
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": {},
    }
    return json.dumps(statement).encode()


@pytest.mark.parametrize(
    "digest",
    [
        {"sha256": Digest.of(b"weights")},
        {"sha256": Digest.of(b"weights"), "gitCommit": "abc"},
        {"sha512": hashlib.sha512(b"weights").hexdigest()},
    ],
)
def test_a_statement_about_the_file_is_verified(place: Place, digest: dict[str, str]) -> None:
    signed = place.sigstore.sign_statement(a_statement(**digest), IDENTITY, CLAIMS, AT)
    place.write("file.bundle", signed)

    answered = place.run(*FILE, *SIGNER, "--output", "json")

    assert answered.exit_code == 0
    claims = json.loads(answered.stdout)["claims"]
    assert claims["predicate_type"] == "https://slsa.dev/provenance/v1"


@pytest.mark.parametrize(
    "digest",
    [
        {"sha256": Digest.of(b"other")},
        {"sha256": Digest.of(b"weights"), "sha512": "00"},
        {"sha1": "00"},
    ],
)
def test_a_statement_about_another_file_is_refused(place: Place, digest: dict[str, str]) -> None:
    signed = place.sigstore.sign_statement(a_statement(**digest), IDENTITY, CLAIMS, AT)
    place.write("file.bundle", signed)

    answered = place.run(*FILE, *SIGNER)

    assert answered.exit_code == 1
    assert "subject_mismatch" in answered.stderr


# Keys and roots


def a_key_bundle(key: ec.EllipticCurvePrivateKey) -> bytes:
    document = {
        "mediaType": NEW,
        "verificationMaterial": {"publicKey": {"hint": "release"}, "tlogEntries": []},
        "messageSignature": {
            "messageDigest": {"algorithm": "SHA2_256", "digest": b64(sha256(b"weights"))},
            "signature": b64(sign(key, b"weights")),
        },
    }
    return json.dumps(document).encode()


def test_a_bundle_by_the_given_key_is_verified(place: Place) -> None:
    place.write("file.bundle", a_key_bundle(RELEASE_KEY))
    place.write("release.pem", public_pem(RELEASE_KEY))

    assert place.run(*FILE, "--key", "@release.pem").exit_code == 0


def test_a_bundle_by_another_key_is_refused(place: Place) -> None:
    place.write("file.bundle", a_key_bundle(ec.generate_private_key(ec.SECP256R1())))
    place.write("release.pem", public_pem(RELEASE_KEY))

    assert place.run(*FILE, "--key", "@release.pem").exit_code == 1


def test_a_bundle_by_a_certificate_is_refused_when_a_key_was_given(place: Place) -> None:
    place.write("release.pem", public_pem(RELEASE_KEY))

    answered = place.run(*FILE, "--key", "@release.pem")

    assert answered.exit_code == 1
    assert "signer_not_trusted" in answered.stderr


@pytest.mark.parametrize("option", ["--key", "--cert-root"])
def test_a_file_that_does_not_hold_what_it_was_given_for_is_not_used(
    place: Place, option: str
) -> None:
    root = pem(place.sigstore.authority.root)
    place.write("wrong.pem", root if option == "--key" else public_pem(RELEASE_KEY))

    answered = place.run(*FILE, option, "@wrong.pem")

    held = "public keys" if option == "--key" else "certificates"
    assert answered.exit_code == 3
    assert f"trust_unusable: {place.folder / 'wrong.pem'} holds no {held}" in answered.stderr


# What cannot be checked


@pytest.mark.parametrize(
    "arguments",
    [
        ("--bundle", "@file.bundle"),
        (*FILE, "--model", "@model"),
        ("--sha256", "abc", "--bundle", "@file.bundle"),
        ("--artifact", "@absent", "--bundle", "@file.bundle"),
        ("--model", "@absent", "--bundle", "@model/model.sig"),
        ("--artifact", "@acme.json", "--bundle", "@absent"),
        (*FILE, "--trusted-root", "@absent.json"),
        (*FILE, "--trusted-root", "staging"),
        (*FILE, "--key", "@file.bundle"),
    ],
)
def test_what_cannot_be_checked_is_not_verified(place: Place, arguments: tuple[str, ...]) -> None:
    answered = place.run(*arguments)

    assert answered.exit_code == 3
    assert answered.stdout == ""
    assert answered.stderr.startswith("could not check: ")


@pytest.mark.parametrize(
    "arguments",
    [(), ("--model", "x"), ("--batch", "x", "--bundle", "y"), ("--batch", "x", "--key", "y")],
)
def test_options_that_make_no_request_are_refused(arguments: tuple[str, ...]) -> None:
    assert CliRunner().invoke(main, ["verify", *arguments]).exit_code == 2


@pytest.mark.parametrize("named", [[], ["--trusted-root", "public-good"]])
def test_the_public_good_sigstore_is_trusted_unless_another_is_named(
    place: Place, named: list[str]
) -> None:
    arguments = ["--sha256", Digest.of(b"weights"), "--bundle", f"{place.folder}/file.bundle"]

    answered = CliRunner().invoke(main, ["verify", *arguments, *named])

    assert answered.exit_code == 1
    assert "authority_unknown" in answered.stderr


def test_a_bundle_larger_than_any_is_refused(place: Place) -> None:
    with (place.folder / "file.bundle").open("wb") as file:
        os.ftruncate(file.fileno(), (64 << 20) + 1)

    answered = place.run(*FILE, *SIGNER)

    assert answered.exit_code == 1
    assert "bundle_too_large" in answered.stderr
