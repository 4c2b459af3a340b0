from __future__ import annotations

from typing import Any

import pytest

from app.domain.digest import Digest
from app.domain.release import File
from app.web.showing import signatures

FILES = [File("a.bin", 1, Digest.of(b"a"))]


def a_signer(**states: Any) -> dict[str, Any]:
    none: dict[str, Any] = {"count": 0, "paths": []}
    return {"changed": none, "unsigned": none, "ignored": none, "missing": none, **states}


def state(*laid: dict[str, Any]) -> str:
    document = {"signatures": {"signers": list(laid)}}
    return signatures.files(document, FILES)[0].state


def test_a_file_that_no_list_names_is_signed_when_the_lists_are_whole() -> None:
    assert state(a_signer()) == "signed"


@pytest.mark.parametrize("name", ["changed", "unsigned", "ignored"])
def test_a_file_that_a_list_names_is_what_the_list_says(name: str) -> None:
    assert state(a_signer(**{name: {"count": 1, "paths": ["a.bin"]}})) == name


def test_a_file_is_not_called_signed_where_a_list_was_cut() -> None:
    assert state(a_signer(unsigned={"count": 21, "paths": ["b.bin"]})) == "not told"


def test_a_file_is_not_called_signed_where_a_list_is_gone() -> None:
    signer = a_signer()
    del signer["changed"]

    assert state(signer) == "not told"


def test_without_any_signer_no_file_is_signed() -> None:
    assert state() == "unsigned"


def test_one_signer_is_enough() -> None:
    assert state(a_signer(unsigned={"count": 1, "paths": ["a.bin"]}), a_signer()) == "signed"


@pytest.mark.parametrize(
    "content",
    [
        None,
        b"",
        b"no json",
        b"[]",
        b"{}",
        b'{"verificationMaterial": {"tlogEntries": [3]}}',
        b'{"verificationMaterial": {"tlogEntries": [{"integratedTime": "9999999999999"}]}}',
    ],
)
def test_a_bundle_of_any_kind_can_be_shown(content: bytes | None) -> None:
    (shown,) = signatures.bundles({}, [("ab", content)])

    assert shown.logged_at is None
