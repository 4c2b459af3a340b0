"""Sections of a card that is structured: made of the texts in its fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from app.adapters.cards.sections import says
from app.domain.canonical import read_json
from app.domain.errors import MalformedDocumentError, UnreadableEvidenceError
from app.domain.evidence import SECTIONS, Section, SectionState
from app.domain.reading.shape import mapping
from app.domain.release import Document

_DEEPEST = 4


def must_read(files: Sequence[Document]) -> Mapping[str, object]:
    """Open the one JSON document of a card, strictly. Raises UnreadableEvidenceError."""
    if len(files) != 1:
        raise UnreadableEvidenceError(f"one file was expected, not {len(files)}")
    try:
        return mapping(read_json(files[0].content))
    except MalformedDocumentError as error:
        raise UnreadableEvidenceError(error.message, detail=error.detail) from error


def sections_of(fields: Mapping[str, Mapping[str, object]]) -> dict[str, Section]:
    """Tell every section of SECTIONS, from fields by section key and then by JSON Pointer."""
    return {key: _section(fields.get(key, {})) for key in SECTIONS}


def _section(fields: Mapping[str, object]) -> Section:
    written = {at: " ".join(_texts(value, 0)) for at, value in fields.items()}
    filled = {at: text for at, text in written.items() if text.strip()}
    if not filled:
        return Section(SectionState.ABSENT, 0, None, "")
    state, chars = says("\n".join(filled.values()))
    at = next(iter(filled))
    return Section(state, chars, at.rpartition("/")[2], at)


def _texts(value: object, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list) and depth < _DEEPEST:
        for member in value:
            yield from _texts(member, depth + 1)
    elif isinstance(value, dict) and depth < _DEEPEST:
        for member in value.values():
            yield from _texts(member, depth + 1)
