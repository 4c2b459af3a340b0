"""What a gate shows beside an archive: all of it, as it was signed, or it is told of."""

from __future__ import annotations

from typing import Any

import pytest

from app.cli.client import ClientError
from app.cli.log import beside
from app.domain.canonical import canonical_json
from app.domain.entry import LARGEST_BODY
from app.domain.log import merkle, tile

PATH = "tile/entries/001"
FIRST = 256
URL = "http://gate.test"


def an_entry(seq: int, **more: object) -> dict[str, Any]:
    columns = {"id": f"x-{seq}", "kind": "log_exported", "actor": "ann"}
    return {"at": "2026-11-26T10:00:00.000000Z", "entry": columns, "log": "l", "seq": seq, **more}


ENTRIES = [an_entry(seq) for seq in range(FIRST, FIRST + 256)]
CONTENT = tile.bundle(canonical_json(entry) for entry in ENTRIES)


def a_stub(of: dict[str, Any], **other: object) -> dict[str, Any]:
    leaf = merkle.leaf_hash(canonical_json(of)).hex()
    return {**of, "archived": {"location": "s3://a"}, "leaf_sha256": leaf, **other}


def laid(monkeypatch: pytest.MonkeyPatch, answer: object) -> beside.Laid:
    class Gate:
        def __init__(self, url: str, token: str) -> None:
            del url, token

        def ask(self, method: str, path: str) -> object:
            assert (method, path.partition("?")[0]) == ("GET", "/v1/log")
            return answer

    monkeypatch.setattr(beside, "Client", Gate)
    return beside.of(URL, None)(PATH, CONTENT)


def with_first(shown: dict[str, Any]) -> dict[str, Any]:
    return {"entries": [shown, *ENTRIES[1:]]}


def test_what_is_shown_as_it_was_archived_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert laid(monkeypatch, {"entries": ENTRIES}) == (CONTENT, [])
    assert laid(monkeypatch, with_first(a_stub(ENTRIES[0]))) == (CONTENT, [])


@pytest.mark.parametrize(
    "shown",
    [
        {**ENTRIES[0], "outcome": "allow"},
        a_stub(ENTRIES[0], leaf_sha256="00" * 32),
        a_stub(ENTRIES[0], entry={"actor": "bob"}),
        a_stub(ENTRIES[0], at="2026-11-27T10:00:00.000000Z"),
        a_stub(ENTRIES[0], outcome="allow"),
    ],
    ids=["edited", "another hash", "another actor", "another time", "said besides"],
)
def test_what_is_shown_otherwise_stands_in_place_of_the_archived(
    monkeypatch: pytest.MonkeyPatch, shown: dict[str, Any]
) -> None:
    content, faults = laid(monkeypatch, with_first(shown))

    assert tile.unbundle(content) == [
        canonical_json(shown),
        *(canonical_json(entry) for entry in ENTRIES[1:]),
    ]
    assert faults == []


def test_what_is_not_shown_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    hidden = {"entries": ENTRIES[1:]}

    assert laid(monkeypatch, hidden) == (CONTENT, ["entry 256 is not shown by the gate"])


def test_what_is_too_long_for_an_entry_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = {**ENTRIES[0], "comment": "x" * LARGEST_BODY}
    wanted = "entry 256 is shown with more bytes than an entry can have"

    assert laid(monkeypatch, with_first(shown)) == (CONTENT, [wanted])


NO_GATES = [{}, {"entries": None}, {"entries": [1]}, with_first(a_stub(ENTRIES[0], entry=1))]


@pytest.mark.parametrize("answer", NO_GATES, ids=["nothing", "none", "a number", "no columns"])
def test_what_answers_otherwise_is_no_gate(monkeypatch: pytest.MonkeyPatch, answer: object) -> None:
    with pytest.raises(ClientError, match="is not a gate"):
        laid(monkeypatch, answer)


def test_over_a_bundle_nothing_is_laid() -> None:
    assert beside.of("log.zip", None)(PATH, CONTENT) == (CONTENT, [])
