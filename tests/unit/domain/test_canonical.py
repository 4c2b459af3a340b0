from __future__ import annotations

from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from app.domain.canonical import MAXIMUM_DEPTH, canonical_json, in_json, pointer, read_json
from app.domain.errors import MalformedDocumentError

_EXACT = st.integers(-(2**53 - 1), 2**53 - 1)
_TEXT = st.text(st.characters(codec="utf-8", max_codepoint=0xFFFF, exclude_characters="\x00"))
_VALUES = st.recursive(
    st.none() | st.booleans() | _EXACT | _TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXT, inner, max_size=4),
    max_leaves=20,
)


@given(_VALUES)
def test_canonical_json_is_rfc_8785_where_there_are_no_floats(value: Any) -> None:
    assert canonical_json(value) == rfc8785.dumps(value)


@given(_VALUES)
def test_what_is_written_reads_back_equal(value: Any) -> None:
    assert read_json(canonical_json(value)) == value


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b'{"a":1,"a":2}', "stands twice"),
        (b"[NaN]", "NaN is not a JSON number"),
        (b"[-Infinity]", "-Infinity is not a JSON number"),
        (b"[1e400]", "does not fit a double"),
        (b"[9007199254740992]", "does not fit a double exactly"),
        (b"[" + b"9" * 5000 + b"]", "does not fit a double exactly"),
        (b'["\\ud800"]', "unpaired surrogate"),
        (b'["\\u0000"]', "U\\+0000"),
        (b"\xff", "not UTF-8"),
        (b"{", "not a JSON document"),
        (b"", "not a JSON document"),
        (b"[" * 100_000, "nested deeper"),
    ],
)
def test_what_two_readers_could_read_differently_is_refused(content: bytes, expected: str) -> None:
    with pytest.raises(MalformedDocumentError, match=expected):
        read_json(content)


@pytest.mark.parametrize(
    "content", [b'{"a":1,"b":2}', b"[1.5]", b"[1e300]", b"[9007199254740991]", b'["\\u00e9"]']
)
def test_their_nearest_neighbours_are_read(content: bytes) -> None:
    assert read_json(content) is not None


def test_the_deepest_document_is_read_and_one_level_more_is_not() -> None:
    deepest = b"[" * MAXIMUM_DEPTH + b"]" * MAXIMUM_DEPTH

    assert read_json(deepest)
    with pytest.raises(MalformedDocumentError):
        read_json(b"[" + deepest + b"]")


def test_brackets_in_text_are_no_depth() -> None:
    assert read_json(b'["' + b"[" * 200 + b'\\""]')


def test_a_bad_character_is_pointed_at() -> None:
    with pytest.raises(MalformedDocumentError) as raised:
        read_json(b'{"a/b":["", "\\u0000"]}')

    assert raised.value.pointer == "/a~1b/1"


def test_a_pointer_escapes_tilde_and_slash() -> None:
    assert pointer("a/b", 0, "c~d") == "/a~1b/0/c~0d"


@pytest.mark.parametrize("escape", ["", '"\\n", '])
@pytest.mark.parametrize("text", ['"[", "{"', '"", "]", ""', '"[[", "]]", "{{{"'])
def test_texts_beside_each_other_neither_hide_nor_make_depth(escape: str, text: str) -> None:
    inner = f"[{escape}{text}]".encode()
    most = MAXIMUM_DEPTH - 1

    assert read_json(b"[" * most + inner + b"]" * most)
    with pytest.raises(MalformedDocumentError, match="nested deeper"):
        read_json(b"[" * (most + 1) + inner + b"]" * (most + 1))


@pytest.mark.parametrize(
    ("schema", "value", "told"),
    [
        ({"type": "string"}, None, "null is not of type 'string'"),
        ({"type": "string"}, True, "true is not of type 'string'"),
        ({"type": "string"}, {"a": [False]}, """{"a": [false]} is not of type 'string'"""),
        ({"enum": ["True", None]}, False, 'false is not one of ["True", null]'),
        ({"const": True}, 5, "true was expected"),
        (False, None, "not allowed here: null"),
        ({"minimum": 3}, 2, "2 is less than the minimum of 3"),
    ],
)
def test_a_validator_speaks_of_values_as_json_has_them(
    schema: Any, value: object, told: str
) -> None:
    (fault,) = Draft202012Validator(schema).iter_errors(value)

    assert in_json(fault.message, fault.instance, fault.validator_value) == told
