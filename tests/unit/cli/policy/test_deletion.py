from __future__ import annotations

import pytest

from app.cli.policy import deletion

DOCUMENT: deletion.Document = {"a": {"b/c": [1, {"d": True}]}}


def test_every_field_and_element_has_its_place() -> None:
    named = [deletion.named(place) for place in deletion.places(DOCUMENT)]

    assert named == ["/a", "/a/b~1c", "/a/b~1c/0", "/a/b~1c/1", "/a/b~1c/1/d"]


def test_a_field_is_taken_out_of_a_copy() -> None:
    assert deletion.without(DOCUMENT, ("a", "b/c", 1, "d")) == {"a": {"b/c": [1, {}]}}
    assert DOCUMENT == {"a": {"b/c": [1, {"d": True}]}}


def test_an_element_is_taken_out() -> None:
    assert deletion.without(DOCUMENT, ("a", "b/c", 0)) == {"a": {"b/c": [{"d": True}]}}


def test_a_claim_is_turned_round() -> None:
    assert list(deletion.changed(DOCUMENT, ("a", "b/c", 1, "d"))) == [
        {"a": {"b/c": [1, {"d": False}]}}
    ]


def test_a_number_becomes_others() -> None:
    others = [other["a"]["b/c"][0] for other in deletion.changed(DOCUMENT, ("a", "b/c", 0))]

    assert others == [0, -1, 10**12]


def test_an_object_is_not_changed_as_a_whole() -> None:
    assert list(deletion.changed(DOCUMENT, ("a",))) == []


@pytest.mark.parametrize(
    ("at", "value", "expected"),
    [
        ("/a/b~1c/0", 2, {"a": {"b/c": [2, {"d": True}]}}),
        ("/a/b~1c/2", 3, {"a": {"b/c": [1, {"d": True}, 3]}}),
        ("/a/b~1c/1/d", ..., {"a": {"b/c": [1, {}]}}),
        ("/e", 1, {"a": {"b/c": [1, {"d": True}]}, "e": 1}),
    ],
)
def test_an_edit_sets_appends_or_takes_out(
    at: str, value: object, expected: deletion.Document
) -> None:
    assert deletion.edited(DOCUMENT, at, value) == expected


def test_an_edit_below_nothing_is_refused() -> None:
    with pytest.raises(KeyError):
        deletion.edited(DOCUMENT, "/x/y", 1)
