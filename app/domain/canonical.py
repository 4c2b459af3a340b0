"""JSON in one form: read strictly, written canonically.

Two readers that disagree about a document are an attack: a duplicate key, a NaN or a
number too long for a double means one thing to the verifier and another to the policy.
So every document from outside is read here, and nothing ambiguous passes (RFC 7493).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

from app.domain.errors import MalformedDocumentError

MAXIMUM_DEPTH = 64
_CANONICAL = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
)
LARGEST_EXACT_INTEGER = 2**53 - 1  # RFC 7493 section 2.2
_LONGEST_INTEGER_TEXT = 17
_UNREADABLE = re.compile("[\x00\ud800-\udfff]")
_STRINGS = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_NOT_STRUCTURE = bytes(c for c in range(256) if c not in b'[]{}"')
_NOT_BRACKETS = bytes(c for c in range(256) if c not in b"[]{}")


@dataclass(frozen=True, slots=True)
class Unfit:
    """A number in a tool's file that no double holds, as it was written: NaN, 1e400."""

    text: str


def read_json(content: bytes) -> Any:  # noqa: ANN401 - any JSON value
    """Read one JSON document that every reader reads alike.

    Raises MalformedDocumentError for text that is not UTF-8 or not JSON (RFC 8259), for
    duplicate keys, NaN, Infinity, numbers that a double cannot hold, unpaired
    surrogates, U+0000, and nesting deeper than MAXIMUM_DEPTH.
    """
    text = _decode(content, "utf-8")
    value = _load(text, content, _refuse_constant, _exact_integer, _finite_float)
    if "\\u" in text:
        _refuse_characters(value, "")
    return value


def read_tool_json(content: bytes) -> Any:  # noqa: ANN401 - any JSON value and Unfit
    """Read one JSON document as evaluation tools write them, NaN and all.

    As read_json, but a number that no double holds comes back as Unfit, so that it can be
    told as a fact; a byte order mark is skipped; and text is not judged here, since model
    outputs hold every character: who takes text out, takes it through `reading.quantity.text`.
    """
    return _load(_decode(content, "utf-8-sig"), content, Unfit, _integer_or_unfit, _float_or_unfit)


def canonical_json(value: object) -> bytes:
    """Write a JSON value in the one form that is hashed, stored and compared.

    Keys sorted, no white space, UTF-8. Without floats this is RFC 8785; floats are
    written by the shortest text that reads back equal. Raises ValueError for NaN.
    """
    return _CANONICAL.encode(value).encode()


def in_json(message: str, *values: object) -> str:
    """Write in JSON's way the values with which a validator's message begins or ends.

    A validator in Python writes them as Python does: None, True, {'a': 1}. Texts stay.
    """
    for value in values:
        if isinstance(value, str):
            continue
        written, text = repr(value), json.dumps(value, ensure_ascii=False, default=str)
        if message.startswith(written):
            message = text + message.removeprefix(written)
        elif message.endswith(written):
            message = message.removesuffix(written) + text
    return message.replace("False schema does not allow ", "not allowed here: ", 1)


def pointer(*parts: str | int) -> str:
    """Join reference tokens to a JSON Pointer (RFC 6901)."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def _decode(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise MalformedDocumentError("not UTF-8 text", detail=str(error)) from error


def _load(
    text: str,
    content: bytes,
    constant: Callable[[str], Any],
    integer: Callable[[str], Any],
    real: Callable[[str], Any],
) -> Any:  # noqa: ANN401 - any JSON value
    _refuse_depth(content)
    try:
        return json.loads(
            text,
            object_pairs_hook=_unique_keys,
            parse_constant=constant,
            parse_int=integer,
            parse_float=real,
        )
    except (json.JSONDecodeError, RecursionError) as error:
        raise MalformedDocumentError(f"not a JSON document: {error}") from error


def _refuse_depth(content: bytes) -> None:
    # Depth is counted on bytes, since the parser itself recurses once per level.
    depth = 0
    for bracket in _brackets(content):
        depth += 1 if bracket in b"[{" else -1
        if depth > MAXIMUM_DEPTH:
            raise MalformedDocumentError(f"nested deeper than {MAXIMUM_DEPTH} levels")


def _brackets(content: bytes) -> bytes:
    """Keep the brackets that stand outside of texts."""
    if b"\\" not in content:
        # Without escapes a quotation mark opens or closes a text. Once all else is gone, the
        # texts without brackets are two marks; to take a pair of marks out, even one that
        # closes one text and opens the next, moves no bracket in or out of a text.
        content = content.translate(None, _NOT_STRUCTURE).replace(b'""', b"")
    return _STRINGS.sub(b"", content).translate(None, _NOT_BRACKETS)


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    unique = dict(pairs)
    if len(unique) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise MalformedDocumentError(f"the key {key[:80]!r} stands twice in one object")
            seen.add(key)
    return unique


def _refuse_constant(constant: str) -> NoReturn:
    raise MalformedDocumentError(f"{constant} is not a JSON number")


def _exact_integer(text: str) -> int:
    if len(text) > _LONGEST_INTEGER_TEXT or abs(int(text)) > LARGEST_EXACT_INTEGER:
        raise MalformedDocumentError(f"the integer {text[:24]} does not fit a double exactly")
    return int(text)


def _finite_float(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise MalformedDocumentError(f"the number {text[:24]} does not fit a double")
    return value


def _integer_or_unfit(text: str) -> int | Unfit:
    try:
        return _exact_integer(text)
    except MalformedDocumentError:
        return Unfit(text[:24])


def _float_or_unfit(text: str) -> float | Unfit:
    value = float(text)
    return value if math.isfinite(value) else Unfit(text[:24])


def _refuse_characters(value: object, at: str) -> None:
    if isinstance(value, str):
        if _UNREADABLE.search(value):
            message = "text holds U+0000 or an unpaired surrogate"
            raise MalformedDocumentError(message, pointer=at)
    elif isinstance(value, dict):
        for key, member in value.items():
            _refuse_characters(key, at)
            _refuse_characters(member, at + pointer(key))
    elif isinstance(value, list):
        for index, member in enumerate(value):
            _refuse_characters(member, at + pointer(index))
