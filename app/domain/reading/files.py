"""Evidence files opened: which one is the report, and what JSON it holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from app.domain.canonical import read_tool_json
from app.domain.errors import MalformedDocumentError, UnreadableEvidenceError
from app.domain.release import Document

_BLANK = b"\xef\xbb\xbf \t\r\n"
LONGEST_LINE = 16_000_000


def sole_json(files: Sequence[Document], *markers: str) -> Any:  # noqa: ANN401 - any JSON value
    """Open the one file if it is JSON with these keys; None for anything else.

    The keys are looked for in the bytes first: formats by the dozen sniff each file, and
    only the one that may be right should pay for parsing ten megabytes.
    """
    return json_with(files[0], *markers) if len(files) == 1 else None


def json_with(file: Document, *markers: str) -> Any:  # noqa: ANN401 - any JSON value
    """Open a file if it is JSON with these keys; None for anything else."""
    if file.content.lstrip(_BLANK)[:1] not in {b"{", b"["}:
        return None
    if not all(f'"{marker}"'.encode() in file.content for marker in markers):
        return None
    try:
        return read_tool_json(file.content)
    except MalformedDocumentError:
        return None


def must_json(files: Sequence[Document]) -> Any:  # noqa: ANN401 - any JSON value
    """Open the one file as JSON. Raises UnreadableEvidenceError with what is wrong."""
    if len(files) != 1:
        raise UnreadableEvidenceError(f"one file was expected, not {len(files)}")
    try:
        return read_tool_json(files[0].content)
    except MalformedDocumentError as error:
        raise UnreadableEvidenceError(error.message, detail=error.detail) from error


def lines(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the lines of a row log that are not blank, numbered from 1, without copying it."""
    start, number = 0, 0
    while start < len(content):
        end = content.find(b"\n", start)
        end = len(content) if end < 0 else end
        number += 1
        line = content[start:end].strip(_BLANK)
        if line:
            yield number, line
        start = end + 1


def row(line: bytes) -> dict[str, Any] | None:
    """Read one line of a row log as a mapping; None if it is none."""
    if len(line) > LONGEST_LINE or not line.startswith(b"{"):
        return None
    try:
        read = read_tool_json(line)
    except MalformedDocumentError:
        return None
    return read if isinstance(read, dict) else None
