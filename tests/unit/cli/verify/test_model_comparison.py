from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

import pytest

from app.domain.attestations.model_statement import model_statement
from app.domain.canonical import canonical_json
from tests.places import MODEL, SIGNER, Place, a_place
from tests.signing import AT, CLAIMS, IDENTITY, a_file


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return a_place(tmp_path)


# Attacks on a signed model


def test_a_changed_file_is_refused(place: Place) -> None:
    place.write("model/model.safetensors", b"malware")

    assert place.refused() == "model_files_changed"


def test_a_missing_file_is_refused(place: Place) -> None:
    (place.folder / "model/config.json").unlink()

    assert place.refused() == "model_files_missing"


def test_files_that_traded_names_are_refused(place: Place) -> None:
    place.write("model/model.safetensors", b"{}")
    place.write("model/config.json", b"weights")

    assert place.refused() == "model_files_changed"


@pytest.mark.parametrize(
    "path", ["modeling_custom.py", ".github/x.py", ".git/hooks/post-checkout", ".gitattributes"]
)
def test_an_added_file_is_refused_wherever_it_is(place: Place, path: str) -> None:
    place.write(f"model/{path}", b"import os")

    assert place.refused() == "model_files_unsigned"


def test_a_file_where_the_signer_ignored_everything_is_refused(place: Place) -> None:
    place.write("model/cache/modeling_custom.py", b"import os")

    assert place.refused() == "model_files_unsigned"


def test_a_file_that_the_verifier_leaves_out_need_not_be_signed(place: Place) -> None:
    place.write("model/cache/log.txt", b"...")
    place.write("model/cached.py", b"import os")

    assert place.refused("--ignore", "cache") == "model_files_unsigned"
    assert place.run(*MODEL, "--ignore", "cache", "--ignore", "cached.py").exit_code == 0


def test_a_signed_file_must_be_as_signed_even_if_it_is_left_out(place: Place) -> None:
    place.write("model/config.json", b"{ }")

    assert place.refused("--ignore", "config.json") == "model_files_changed"


@pytest.mark.parametrize("path", ["..", ".", "../elsewhere", "/etc"])
def test_what_is_left_out_lies_below_the_model(place: Place, path: str) -> None:
    answered = place.run(*MODEL, *SIGNER, "--ignore", path)

    assert answered.exit_code == 3
    assert "does not lie below the model" in answered.stderr


def test_a_symbolic_link_in_a_model_is_refused_and_not_followed(place: Place) -> None:
    target = place.write("elsewhere.json", b"{}")
    (place.folder / "model/config.json").unlink()
    (place.folder / "model/config.json").symlink_to(target)

    assert place.refused() == "model_unsafe"


def test_two_files_that_are_one_where_case_is_ignored_are_refused(place: Place) -> None:
    place.write("model/CONFIG.json", b"{}")

    assert place.refused() == "model_unsafe"


def test_a_model_that_is_a_pipe_holds_nothing_up(place: Place) -> None:
    os.mkfifo(place.folder / "pipe")

    answered = place.run(*(part.replace("@model", "@pipe") for part in MODEL[:2]), *MODEL[2:])

    assert answered.exit_code == 3
    assert "unreadable_input: there is no model" in answered.stderr


def test_a_name_that_leads_out_of_the_model_is_refused(place: Place) -> None:
    outside = a_file("../acme.json", (place.folder / "acme.json").read_bytes())
    bundle = place.sigstore.sign_model([outside], "model", IDENTITY, CLAIMS, AT)
    place.write("model/model.sig", bundle)

    assert place.refused() == "manifest_path_unsafe"


def test_the_signature_of_another_model_is_refused(place: Place) -> None:
    other = [a_file("model.safetensors", b"weights"), a_file("other.json", b"{}")]
    bundle = place.sigstore.sign_model(other, "model", IDENTITY, CLAIMS, AT)
    place.write("model/model.sig", bundle)

    assert place.refused() == "model_files_missing"


@pytest.mark.parametrize("name", [".", "single.bin"])
def test_a_model_that_is_one_file_is_verified(place: Place, name: str) -> None:
    signed = [a_file(name, b"weights")]
    place.write("single.sig", place.sigstore.sign_model(signed, "m", IDENTITY, CLAIMS, AT))
    single = place.write("single.bin", b"weights")
    arguments = ("--model", "@single.bin", "--bundle", "@single.sig", *SIGNER)

    assert place.run(*arguments).exit_code == 0
    single.write_bytes(b"malware")
    assert place.run(*arguments).exit_code == 1


def test_a_signature_over_one_file_signs_no_model(place: Place) -> None:
    answered = place.run("--model", "@model", "--bundle", "@file.bundle", *SIGNER)

    assert answered.exit_code == 1
    assert "not_a_model_signature" in answered.stderr


# Shards and other hashes

SHARDS = [
    ("model.safetensors", 0, 4, b"weig"),
    ("model.safetensors", 4, 7, b"hts"),
    ("config.json", 0, 2, b"{}"),
]


def a_sharded_statement(algorithm: str) -> dict[str, Any]:
    statement = model_statement([a_file()], "model")
    digests = [hashlib.new(algorithm, content).hexdigest() for *_, content in SHARDS]
    statement["predicate"]["resources"] = [
        {
            "name": f"{path}:{start}:{end}",
            "algorithm": f"{algorithm}-sharded-4",
            "digest": digest,
        }
        for (path, start, end, _), digest in zip(SHARDS, digests, strict=True)
    ]
    serialization = statement["predicate"]["serialization"]
    serialization.update(method="shards", shard_size=4.0, hash_type=algorithm)
    root = hashlib.sha256(b"".join(map(bytes.fromhex, digests))).hexdigest()
    statement["subject"][0]["digest"]["sha256"] = root
    return statement


@pytest.mark.parametrize("algorithm", ["sha256", "blake2b"])
def test_shards_are_compared_up_to_the_end_of_the_file(place: Place, algorithm: str) -> None:
    statement = canonical_json(a_sharded_statement(algorithm))
    place.write("model/model.sig", place.sigstore.sign_statement(statement, IDENTITY, CLAIMS, AT))

    assert place.run(*MODEL, *SIGNER).exit_code == 0
    for content in (b"weightsX", b"weight", b"weighTs", b"Weights", b""):
        place.write("model/model.safetensors", content)
        assert place.refused() == "model_files_changed"
