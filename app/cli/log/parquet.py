"""An export as Apache Parquet, written as its lines come in; needs the extra `parquet`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from app.cli.log.asking import understood
from app.domain.log.facets import facets

ROWS = 10_000
"""Rows of a group: what is held in memory at a time."""
TRAILER = "countersign.export"
"""Key of the file's metadata that holds the last line of the export."""
_COLUMNS = ("kind", "id", "actor", "model", "stage", "outcome", "release_digest")


class ParquetError(Exception):
    """Parquet cannot be written; the message says why."""


def write(pieces: Iterable[bytes], target: Path) -> None:
    """Write the lines of a JSONL export as rows: columns to ask by, and the exact body.

    Raises ParquetError without the extra, or when the export broke off.
    """
    try:
        import pyarrow as pa  # type: ignore[import-untyped] # noqa: PLC0415 - no types; optional
        from pyarrow import parquet  # noqa: PLC0415 - likewise
    except ImportError as error:
        message = "Parquet needs the extra: pip install 'countersign[parquet]'"
        raise ParquetError(message) from error
    schema = _schema(pa)
    trailer: list[dict[str, Any]] = []
    rows = _rows(_lines(pieces), trailer)
    with parquet.ParquetWriter(target, schema, compression="zstd") as writer:
        while group := list(islice(rows, ROWS)):
            with understood():
                table = pa.Table.from_pylist(group, schema=schema)
            writer.write_table(table)
        if not trailer:
            raise ParquetError("the export broke off before its last line")
        writer.add_key_value_metadata({TRAILER: json.dumps(trailer[0])})


def _schema(pa: Any) -> Any:  # noqa: ANN401 - a module without types, and its schema
    text = pa.string()
    return pa.schema(
        [
            pa.field("seq", pa.int64(), nullable=False),
            pa.field("at", pa.timestamp("us", tz="UTC"), nullable=False),
            *(pa.field(name, text) for name in _COLUMNS),
            pa.field("version", text),
            pa.field("policy", text),
            pa.field("reasons", pa.list_(text), nullable=False),
            pa.field("body", pa.binary(), nullable=False),
        ]
    )


def _lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for piece in pieces:
        *lines, rest = (rest + piece).split(b"\n")
        yield from lines


def _rows(lines: Iterable[bytes], trailer: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for line in lines:
        with understood():
            body = json.loads(line)
            is_last = "export" in body and "entry" not in body
            row = {} if is_last else _row(body, line)
        if is_last:
            trailer.append(body["export"])
            return
        yield row


def _row(body: dict[str, Any], line: bytes) -> dict[str, Any]:
    known = facets(body)
    return {
        "seq": body["seq"],
        "at": datetime.fromisoformat(body["at"]),
        **{name: body["entry"].get(name) for name in _COLUMNS},
        "version": known.version,
        "policy": known.policy,
        "reasons": list(known.reasons),
        "body": line,
    }
