"""Row files that people export: a JSON list, JSON lines, pandas' column form, or CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from app.domain.reading.files import json_with, lines, row
from app.domain.release import Document

MOST_ROWS = 1_000_000
MOST_BYTES = 64_000_000
"""Of a file whose rows are all held at once."""
_LONGEST_CELL = 10_000_000


def rows_of(files: Sequence[Document], *keys: str) -> list[Mapping[str, Any]]:
    """Read the rows of the one file; no rows at all when it has none, or when one is odd.

    Every row must have every key.
    """
    if len(files) != 1 or len(files[0].content) > MOST_BYTES:
        return []
    rows = _read(files[0], keys)
    is_whole = all(key in row for row in rows for key in keys)
    return rows if is_whole and len(rows) <= MOST_ROWS else []


def _read(file: Document, keys: Sequence[str]) -> list[Mapping[str, Any]]:
    if file.name.lower().endswith(".csv"):
        return _csv(file.content)
    first = file.content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if first == b"[":
        listed = json_with(file, *keys)
        is_rows = isinstance(listed, list) and all(isinstance(one, dict) for one in listed)
        return listed if is_rows else []
    if first != b"{" or not all(f'"{key}"'.encode() in file.content for key in keys):
        return []
    return _columns(json_with(file, *keys)) or _lines(file.content)


def _lines(content: bytes) -> list[Mapping[str, Any]]:
    rows: list[Mapping[str, Any]] = []
    for _, line in lines(content):
        read = row(line)
        if read is None:
            return []
        rows.append(read)
    return rows if len(rows) > 1 or b"\n" not in content.strip() else []


def _columns(table: object) -> list[Mapping[str, Any]]:
    # pandas' default: {"column": {"0": value, "1": value}}
    if not isinstance(table, dict) or not all(isinstance(c, dict) for c in table.values()):
        return []
    index: Mapping[str, Any] = next(iter(table.values()), {})
    if not all(column.keys() == index.keys() for column in table.values()):
        return []
    return [{name: column[key] for name, column in table.items()} for key in index]


def _csv(content: bytes) -> list[Mapping[str, Any]]:
    csv.field_size_limit(_LONGEST_CELL)
    try:
        reader = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
        header, *body = reader
    except (UnicodeDecodeError, csv.Error, ValueError):
        return []
    is_square = len(set(header)) == len(header) and all(len(r) == len(header) for r in body)
    return [dict(zip(header, r, strict=True)) for r in body] if is_square else []
