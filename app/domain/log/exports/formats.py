"""How entries leave the log as files: lines that can be checked, rows for a spreadsheet."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.domain.canonical import canonical_json
from app.domain.entry import Entry
from app.domain.log.exports import oscal
from app.domain.log.facets import facets

COLUMNS = (
    "seq",
    "at",
    "kind",
    "id",
    "actor",
    "model",
    "version",
    "stage",
    "outcome",
    "policy",
    "release_digest",
    "reasons",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001 - full-width ones too


class Format(StrEnum):
    """What an export can be written as."""

    JSONL = "jsonl"
    CSV = "csv"
    OSCAL = "oscal"


@dataclass(frozen=True, slots=True)
class Source:
    """The log that is exported: its signed checkpoint and the key that verifies it."""

    signed: str
    key: str
    at: str
    """When it was asked for, RFC 3339."""


def jsonl(entries: Iterable[Entry], source: Source) -> Iterator[bytes]:
    """Write the very bytes of each entry as a line, and a last line that tells what they were.

    A line without its newline is the leaf that the tree holds (RFC 6962). A line with the
    member `archived` is none: it tells in which archive the entry is.
    """
    digest, count, first, last = hashlib.sha256(), 0, None, None
    archived = 0
    for entry in entries:
        line = entry.body + b"\n"
        digest.update(line)
        count, last, archived = count + 1, entry.seq, archived + entry.is_archived
        first = entry.seq if first is None else first
        yield line
    trailer = {
        "count": count,
        "first": first,
        "last": last,
        "sha256": digest.hexdigest(),
        "checkpoint": source.signed,
        "key": source.key,
    }
    if archived:
        trailer["archived"] = archived
    yield canonical_json({"export": trailer}) + b"\n"


def table(entries: Iterable[Entry], _source: Source) -> Iterator[bytes]:
    """Write a row for each entry, as CSV (RFC 4180) that no spreadsheet takes for a formula."""
    yield _row(COLUMNS)
    for entry in entries:
        yield _row(_cells(entry))


def decisions(entries: Iterable[Entry], source: Source) -> Iterator[bytes]:
    """Write the decisions among the entries as OSCAL assessment results."""
    return oscal.assessment_results(entries, source.signed, source.at)


WRITERS: dict[Format, Callable[[Iterable[Entry], Source], Iterator[bytes]]] = {
    Format.JSONL: jsonl,
    Format.CSV: table,
    Format.OSCAL: decisions,
}
MEDIA_TYPES = {
    Format.JSONL: "application/jsonl",
    Format.CSV: "text/csv; charset=utf-8",
    Format.OSCAL: "application/json",
}


def _cells(entry: Entry) -> list[str]:
    body = json.loads(entry.body)
    known, columns = facets(body), body["entry"]
    cells = {
        **columns,
        "seq": str(entry.seq),
        "at": body["at"],
        "version": known.version,
        "policy": known.policy,
        "reasons": " ".join(known.reasons),
    }
    return [cells.get(column) or "" for column in COLUMNS]


def _row(cells: Sequence[str]) -> bytes:
    return (",".join(_quoted(_plain(cell)) for cell in cells) + "\r\n").encode()


def _plain(cell: str) -> str:
    # A spreadsheet runs a cell that begins like this; the quote makes it text.
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _quoted(cell: str) -> str:
    if not any(character in cell for character in ',"\r\n'):
        return cell
    return '"' + cell.replace('"', '""') + '"'
