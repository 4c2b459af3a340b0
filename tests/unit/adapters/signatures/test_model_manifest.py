from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest

from app.adapters.signatures import model_manifest
from app.adapters.signatures.bundles.refusal import RefusalError
from app.domain.attestations.model_statement import model_statement
from app.domain.digest import Digest
from tests.signing import a_file

FILES = [a_file(), a_file("config.json", b"{}")]
Change = Callable[[dict[str, Any]], object]


def a_statement(change: Change = lambda _: None, *, is_root_mended: bool = False) -> bytes:
    statement = model_statement(FILES, "acme", [".git"])
    change(statement)
    if is_root_mended:
        digests = [resource["digest"] for resource in statement["predicate"]["resources"]]
        root = hashlib.sha256(b"".join(map(bytes.fromhex, digests))).hexdigest()
        statement["subject"][0]["digest"]["sha256"] = root
    return json.dumps(statement).encode()


def refused(payload: bytes) -> str:
    with pytest.raises(RefusalError) as caught:
        model_manifest.read(payload)
    return caught.value.code


def test_a_manifest_gives_its_files_and_what_it_leaves_out() -> None:
    manifest = model_manifest.read(a_statement())

    assert manifest.files() == {file.path: file.sha256 for file in FILES}
    assert manifest.ignored_paths == (".git",)


def test_a_manifest_without_ignore_paths_leaves_nothing_out() -> None:
    def drop(statement: dict[str, Any]) -> None:
        del statement["predicate"]["serialization"]["ignore_paths"]

    assert model_manifest.read(a_statement(drop)).ignored_paths == ()


@pytest.mark.parametrize(
    "name",
    [
        "../outside",
        "weights/../../outside",
        "/etc/passwd",
        "a//b",
        "./a",
        ".",
        "",
        "..\\outside",
        "line\nbreak",
        "trailing\n",
        "a/..\nb",
        "bell\x07",
        "\x85next",
        "a/.",
        "a/",
        None,
        7,
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(name: object) -> None:
    def rename(statement: dict[str, Any]) -> None:
        statement["predicate"]["resources"][0]["name"] = name

    assert refused(a_statement(rename)) == "manifest_path_unsafe"


@pytest.mark.parametrize("name", ["...", "..a", ".hidden", "a b", "\u65e5\u672c.bin", "C:a"])
def test_an_odd_name_inside_the_model_is_read(name: str) -> None:
    def rename(statement: dict[str, Any]) -> None:
        statement["predicate"]["resources"][0]["name"] = name

    assert name in model_manifest.read(a_statement(rename)).files()


def test_a_name_that_stands_twice_is_refused() -> None:
    def repeat(statement: dict[str, Any]) -> None:
        statement["predicate"]["resources"][0]["name"] = FILES[0].path

    assert refused(a_statement(repeat)) == "manifest_malformed"


def test_a_key_that_stands_twice_is_refused() -> None:
    text = a_statement().decode()
    twice = text.replace('"predicate": {', '"predicate": {"resources": [], ', 1)

    assert refused(twice.encode()) == "statement_malformed"


def test_a_digest_that_does_not_fit_the_root_digest_is_refused() -> None:
    def replace(statement: dict[str, Any]) -> None:
        statement["predicate"]["resources"][0]["digest"] = Digest.of(b"other")

    assert refused(a_statement(replace)) == "manifest_digest_mismatch"
    assert model_manifest.read(a_statement(replace, is_root_mended=True)).files()


def _set(*path: str | int, to: object) -> Change:
    def change(statement: dict[str, Any]) -> None:
        place: Any = statement
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = to

    return change


TWO_LINES = f"{Digest.of(b'1')}\n{Digest.of(b'2')}"
SERIALIZATION = ("predicate", "serialization")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (_set("_type", to="https://in-toto.io/Statement/v0.1"), "statement_malformed"),
        (_set("predicateType", to="https://slsa.dev/provenance/v1"), "predicate_unsupported"),
        (_set("predicateType", to=None), "predicate_unsupported"),
        (_set("predicate", to=[]), "manifest_malformed"),
        (_set(*SERIALIZATION, to=None), "manifest_malformed"),
        (_set(*SERIALIZATION, "method", to="shards"), "manifest_unsupported"),
        (_set(*SERIALIZATION, "hash_type", to="blake3"), "manifest_malformed"),
        (_set(*SERIALIZATION, "hash_type", to="md5"), "manifest_unsupported"),
        (_set(*SERIALIZATION, "hash_type", to=None), "manifest_unsupported"),
        (_set(*SERIALIZATION, "allow_symlinks", to=True), "manifest_unsupported"),
        (_set(*SERIALIZATION, "ignore_paths", to="all"), "manifest_malformed"),
        (_set(*SERIALIZATION, "ignore_paths", to=[1]), "manifest_malformed"),
        (_set("predicate", "resources", to=[]), "manifest_malformed"),
        (_set("predicate", "resources", to={}), "manifest_malformed"),
        (_set("predicate", "resources", 0, to="x"), "manifest_malformed"),
        (_set("predicate", "resources", 0, "algorithm", to="md5"), "manifest_malformed"),
        (_set("predicate", "resources", 0, "digest", to="ABC"), "manifest_malformed"),
        (_set("predicate", "resources", 0, "digest", to=None), "manifest_malformed"),
        (_set("predicate", "resources", 0, "digest", to=""), "manifest_malformed"),
        (_set("predicate", "resources", 0, "digest", to=TWO_LINES), "manifest_malformed"),
        (_set("subject", to=[]), "manifest_malformed"),
        (_set("subject", 0, to="x"), "manifest_malformed"),
        (_set("subject", 0, "digest", to={}), "manifest_digest_mismatch"),
        (_set("subject", 0, "digest", to=None), "manifest_malformed"),
    ],
)
def test_a_manifest_of_another_shape_is_refused(change: Change, code: str) -> None:
    assert refused(a_statement(change)) == code


@pytest.mark.parametrize("payload", [b"", b"[]", b"null", b"\xff", b'"text"', b"NaN"])
def test_what_is_no_statement_is_refused(payload: bytes) -> None:
    assert refused(payload) == "statement_malformed"


# Shards, other hashes, and the first version


def a_sharded_statement(*shards: tuple[str, int, int], size: object = 4) -> bytes:
    resources = [
        {
            "name": f"{path}:{start}:{end}",
            "algorithm": "sha256-sharded-4",
            "digest": Digest.of(f"{path}{start}".encode()),
        }
        for path, start, end in shards
    ]

    def shard(statement: dict[str, Any]) -> None:
        statement["predicate"]["resources"] = resources
        statement["predicate"]["serialization"].update(method="shards", shard_size=size)

    return a_statement(shard, is_root_mended=True)


@pytest.mark.parametrize("size", [4, 4.0])
def test_shards_are_read_by_file_in_any_order(size: float) -> None:
    payload = a_sharded_statement(("b:c", 0, 2), ("a", 4, 5), ("a", 0, 4), size=size)

    pieces = model_manifest.read(payload).pieces

    assert {path: [(p.start, p.end) for p in parts] for path, parts in pieces.items()} == {
        "b:c": [(0, 2)],
        "a": [(4, 5), (0, 4)],
    }


@pytest.mark.parametrize(
    "shards",
    [
        [("a", 4, 8)],
        [("a", 0, 4), ("a", 8, 12)],
        [("a", 0, 3), ("a", 3, 7)],
        [("a", 0, 4), ("a", 0, 4)],
        [("a", 0, 8)],
        [("a", 0, 4), ("a", 2, 6)],
        [("a", 4, 4)],
    ],
)
def test_shards_with_a_gap_or_overlap_are_refused(shards: list[tuple[str, int, int]]) -> None:
    assert refused(a_sharded_statement(*shards)) == "manifest_malformed"


@pytest.mark.parametrize("name", ["a", "a:0", "a:x:4", "a:0:-4", ":0:4", "a:00:4"])
def test_a_shard_without_a_place_is_refused(name: str) -> None:
    payload = a_sharded_statement(("a", 0, 4)).replace(b"a:0:4", name.encode())

    assert refused(payload) == "manifest_malformed"


@pytest.mark.parametrize("size", [0, -4, 4.5, "4", None, True])
def test_a_shard_size_that_is_no_size_is_refused(size: object) -> None:
    code = refused(a_sharded_statement(("a", 0, 4), size=size))

    assert code in {"manifest_unsupported", "manifest_malformed"}


def test_shards_of_version_0_3_name_their_hash_as_each_resource_does() -> None:
    now = b'"hash_type": "sha256"'
    payload = a_sharded_statement(("a", 0, 4))
    assert now in payload

    first = model_manifest.read(payload.replace(now, b'"hash_type": "sha256-sharded-4"'))
    other = payload.replace(now, b'"hash_type": "sha256-sharded-8"')

    assert first == model_manifest.read(payload)
    assert refused(other) == "manifest_unsupported"


def test_shards_cannot_be_compared_with_a_listing() -> None:
    manifest = model_manifest.read(a_sharded_statement(("a", 0, 4)))

    with pytest.raises(RefusalError) as caught:
        manifest.files()

    assert caught.value.code == "manifest_not_comparable"


@pytest.mark.parametrize(("algorithm", "size"), [("blake2b", 64), ("blake3", 32)])
def test_another_hash_is_read_and_cannot_be_compared_with_a_listing(
    algorithm: str, size: int
) -> None:
    def rehash(statement: dict[str, Any]) -> None:
        statement["predicate"]["serialization"]["hash_type"] = algorithm
        for resource in statement["predicate"]["resources"]:
            resource.update(algorithm=algorithm, digest="ab" * size)

    manifest = model_manifest.read(a_statement(rehash, is_root_mended=True))

    assert manifest.algorithm == algorithm
    with pytest.raises(RefusalError, match="only the files themselves"):
        manifest.files()


def test_a_model_that_is_one_file_is_named_by_a_dot() -> None:
    statement = model_statement([a_file(".")], "acme")

    assert model_manifest.read(json.dumps(statement).encode()).files() == {
        ".": Digest.of(b"weights")
    }


def test_the_first_version_lists_files_as_subjects() -> None:
    statement = {
        "_type": "https://in-toto.io/Statement/v1",
        "predicateType": "https://model_signing/Digests/v0.1",
        "subject": [{"name": file.path, "digest": {"sha256": file.sha256}} for file in FILES],
        "predicate": {},
    }

    manifest = model_manifest.read(json.dumps(statement).encode())

    assert manifest.files() == {file.path: file.sha256 for file in FILES}


@pytest.mark.parametrize(
    "subject", [[], ["x"], [{"name": "a"}], [{"name": "../a", "digest": {"sha256": "0" * 64}}]]
)
def test_a_first_version_of_another_shape_is_refused(subject: list[object]) -> None:
    statement = {
        "_type": "https://in-toto.io/Statement/v1",
        "predicateType": "https://model_signing/Digests/v0.1",
        "subject": subject,
    }

    assert refused(json.dumps(statement).encode()).startswith("manifest_")


def test_only_the_first_version_may_be_signed_by_its_own_encoding() -> None:
    first = b'{"predicateType": "https://model_signing/Digests/v0.1"}'

    assert len(model_manifest.first_encoding("application/vnd.in-toto+json", first)) == 1
    assert model_manifest.first_encoding("text/plain", first) == ()
    assert model_manifest.first_encoding("application/vnd.in-toto+json", a_statement()) == ()
