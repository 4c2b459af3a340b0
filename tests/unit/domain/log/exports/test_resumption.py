from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.domain.errors import ProofError
from app.domain.log.exports import formats, resumption
from app.domain.log.exports.formats import Format
from tests.unit.domain.log.exports.test_formats import SOURCE, an_entry

ENTRIES = [an_entry(3), an_entry(5, actor='a "b",\r\nc'), an_entry(9, actor="=x")]


def exported(form: Format, start: int = 0) -> bytes:
    entries = [entry for entry in ENTRIES if entry.seq >= start]
    return b"".join(formats.WRITERS[form](entries, SOURCE))


def pieces(content: bytes, size: int) -> Iterator[bytes]:
    return (content[at : at + size] for at in range(0, len(content), size))


def resumed(left: bytes, form: Format, size: int) -> bytes:
    """Go on as the command does: with what is whole, and the rest from there."""
    taken = resumption.taken(pieces(left, size), form)
    kept = left[: taken.size]
    if taken.is_whole:
        return kept
    rest = list(resumption.lines(pieces(exported(form, taken.start), size), form))
    if form is Format.CSV and kept:
        rest = rest[1:]
    return kept + b"".join(taken.add(line, form) for line in rest)


@pytest.mark.parametrize("size", [1, 7, 1 << 20])
@pytest.mark.parametrize("form", [Format.JSONL, Format.CSV])
def test_wherever_it_broke_off_the_whole_comes_out_as_if_it_had_not(
    form: Format, size: int
) -> None:
    whole = exported(form)

    wrong = [cut for cut in range(len(whole) + 1) if resumed(whole[:cut], form, size) != whole]
    assert wrong == []


def test_entries_in_archives_are_counted_in_both_parts() -> None:
    stub = b'{"archived":{},"seq":%d}\n'
    taken = resumption.taken([stub % 1], Format.JSONL)
    taken.add(stub % 2, Format.JSONL)

    assert b'"archived":2' in taken.add(b'{"export":{"archived":1,"count":1}}\n', Format.JSONL)


@pytest.mark.parametrize(
    ("content", "form"),
    [
        (b"hello\n", Format.JSONL),
        (b'{"seq":"x"}\n', Format.JSONL),
        (b"[]\n", Format.JSONL),
        (exported(Format.JSONL) * 2, Format.JSONL),
        (b"seq,at\r\nx,y\r\n", Format.CSV),
    ],
)
def test_what_is_no_export_is_not_gone_on_with(content: bytes, form: Format) -> None:
    with pytest.raises(ProofError):
        resumption.taken([content], form)
