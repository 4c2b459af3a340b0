from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest

from app.adapters.signatures import model_manifest
from app.adapters.signatures.refusal import RefusalError
from app.demo.private_sigstore import model_statement
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

    assert manifest.files == {file.path: file.sha256 for file in FILES}
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

    assert name in model_manifest.read(a_statement(rename)).files


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
    assert model_manifest.read(a_statement(replace, is_root_mended=True)).files


def _set(*path: str | int, to: object) -> Change:
    def change(statement: dict[str, Any]) -> None:
        place: Any = statement
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = to

    return change


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
        (_set(*SERIALIZATION, "hash_type", to="blake3"), "manifest_unsupported"),
        (_set(*SERIALIZATION, "allow_symlinks", to=True), "manifest_unsupported"),
        (_set(*SERIALIZATION, "ignore_paths", to="all"), "manifest_malformed"),
        (_set(*SERIALIZATION, "ignore_paths", to=[1]), "manifest_malformed"),
        (_set("predicate", "resources", to=[]), "manifest_malformed"),
        (_set("predicate", "resources", to={}), "manifest_malformed"),
        (_set("predicate", "resources", 0, to="x"), "manifest_malformed"),
        (_set("predicate", "resources", 0, "algorithm", to="md5"), "manifest_malformed"),
        (_set("predicate", "resources", 0, "digest", to="ABC"), "manifest_malformed"),
        (_set("predicate", "resources", 0, "digest", to=None), "manifest_malformed"),
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
