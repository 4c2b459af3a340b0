"""A document without each of its fields and elements in turn."""

from __future__ import annotations

from collections.abc import Iterator

from app.cli.policy import deletion
from tests.policy.inputs import Document


def deletions(document: Document) -> Iterator[tuple[str, Document]]:
    """Copy the document once for each place, without what stands there."""
    for place in deletion.places(document):
        yield deletion.named(place), deletion.without(document, place)
