"""Deletes each field and element of a document in turn."""

from __future__ import annotations

from collections.abc import Iterator

from tests.policy.inputs import GONE, Document, edited


def pointers(value: object, at: str = "") -> Iterator[str]:
    """List the JSON Pointers of all fields and elements below a value."""
    children: list[tuple[str, object]] = []
    if isinstance(value, dict):
        children = list(value.items())
    elif isinstance(value, list):
        children = [(str(index), member) for index, member in enumerate(value)]
    for token, child in children:
        here = f"{at}/{token}"
        yield here
        yield from pointers(child, here)


def deletions(document: Document) -> Iterator[tuple[str, Document]]:
    """Copy the document once for each pointer, without what is there."""
    for pointer in pointers(document):
        yield pointer, edited(document, {pointer: GONE})
