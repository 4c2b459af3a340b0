"""Takes fields out of a document and changes them, one at a time."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from app.domain.canonical import pointer

Document = dict[str, Any]
OTHER_TEXT = "another text than the policies can know"
_FAR = 10**12


def places(value: object, *above: str | int) -> Iterator[tuple[str | int, ...]]:
    """List the places of all fields and elements below a value."""
    members: list[tuple[str | int, object]] = []
    if isinstance(value, dict):
        members = list(value.items())
    elif isinstance(value, list):
        members = list(enumerate(value))
    for key, member in members:
        yield (*above, key)
        yield from places(member, *above, key)


def without(document: Document, place: tuple[str | int, ...]) -> Document:
    """Copy the document without what stands there."""
    changed, parent = _copied(document, place)
    del parent[place[-1]]
    return changed


def changed(document: Document, place: tuple[str | int, ...]) -> Iterator[Document]:
    """Copy the document with other values of the same type there; lists and objects stay."""
    value: Any = document
    for key in place:
        value = value[key]
    for other in _others(value):
        copied, parent = _copied(document, place)
        parent[place[-1]] = other
        yield copied


def edited(document: Document, pointer_text: str, value: object) -> Document:
    """Copy the document with a value set at a JSON Pointer, or taken out where it is `...`.

    An array grows by one at the place after its last. Raises KeyError, IndexError, TypeError
    or ValueError when there is no such place.
    """
    place: list[str | int] = []
    parent: Any = document
    for token in pointer_text.split("/")[1:]:
        if place:
            parent = parent[place[-1]]
        name = token.replace("~1", "/").replace("~0", "~")
        place.append(int(name) if isinstance(parent, list) else name)
    copied, parent = _copied(document, tuple(place))
    if value is ...:
        del parent[place[-1]]
    elif isinstance(parent, list) and place[-1] == len(parent):
        parent.append(value)
    else:
        parent[place[-1]] = value
    return copied


def named(place: tuple[str | int, ...]) -> str:
    """Write a place as JSON Pointer."""
    return pointer(*place)


def _others(value: object) -> list[object]:
    match value:
        case bool():
            return [not value]
        case int() | float():
            return [other for other in (0, -1, _FAR) if other != value]
        case str():
            return ["", OTHER_TEXT]
        case _:
            return []


def _copied(document: Document, place: tuple[str | int, ...]) -> tuple[Document, Any]:
    copied = copy.deepcopy(document)
    parent: Any = copied
    for key in place[:-1]:
        parent = parent[key]
    return copied, parent
