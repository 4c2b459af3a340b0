"""Export the log: record who takes what, then hand it out piece by piece."""

from __future__ import annotations

from collections.abc import Iterator

from app.domain.caller import Caller
from app.domain.entry import Draft, Entry, Kind
from app.domain.log import checkpoint, export, note
from app.domain.log.export import Format, Source
from app.domain.log.question import Question
from app.ports import Log, Ports

PIECE = 500
"""Entries read at a time: memory stays the same however long the log is."""


def log(  # noqa: PLR0913, PLR0917 - what is taken, in which form, by whom, from where
    asked: Question, line: str, start: int, form: Format, caller: Caller, ports: Ports
) -> Iterator[bytes]:
    """Give the entries that are asked for, oldest first, from the place `start` on.

    The export is itself an entry before its first byte leaves. Raises StoreError.
    """
    body = {"question": line, "start": start, "format": form.value}
    draft = Draft(ports.new_id(), Kind.LOG_EXPORTED, caller.subject, body)
    made = ports.log.append(draft)
    signed = ports.log.checkpoint()
    size = checkpoint.parse(note.split(signed)[0]).size
    entries = _entries(asked, start, min(made.seq, size), ports.log)
    return export.WRITERS[form](entries, Source(signed, ports.log.key))


def _entries(asked: Question, start: int, high: int, log: Log) -> Iterator[Entry]:
    while piece := log.scan(asked, start, high, PIECE):
        yield from piece
        start = piece[-1].seq + 1
