"""An export that broke off: how much of it is whole, and what its last line has to say then.

Entries never change, so what is on disk already is the beginning of every later export of the
same question.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from app.domain.canonical import canonical_json
from app.domain.errors import ProofError
from app.domain.log.exports.formats import Format

_TRAILER = b'{"export":'
"""How the last line of JSONL begins; members of entries sort, and one sorts before this."""
_ARCHIVED = b'{"archived":'
_ENDS = {Format.JSONL: b"\n", Format.CSV: b"\r\n"}


@dataclass(slots=True)
class Taken:
    """The lines that were taken so far."""

    size: int = 0
    """Bytes of whole lines."""
    count: int = 0
    """Entries."""
    first: int | None = None
    last: int | None = None
    archived: int = 0
    is_whole: bool = False
    """Whether the last line is there: JSONL alone has one."""
    _digest: Any = field(default_factory=hashlib.sha256)

    @property
    def start(self) -> int:
        """The place to go on from."""
        return 0 if self.last is None else self.last + 1

    def add(self, line: bytes, form: Format) -> bytes:
        """Take a line, with its end; give it as it has to stand in the file.

        Raises ProofError for one that no export of this format has.
        """
        if form is Format.JSONL and line.startswith(_TRAILER):
            line, self.is_whole = self._told(line), True
        elif form is Format.JSONL or self.size:
            seq = _seq(line, form)
            self.first = seq if self.first is None else self.first
            self.last, self.count = seq, self.count + 1
            self.archived += line.startswith(_ARCHIVED)
            self._digest.update(line)
        self.size += len(line)
        return line

    def _told(self, line: bytes) -> bytes:
        trailer: dict[str, Any] = json.loads(line)["export"]
        trailer |= {"count": self.count, "first": self.first, "last": self.last}
        trailer["sha256"] = self._digest.hexdigest()
        if self.archived:
            trailer["archived"] = self.archived
        return canonical_json({"export": trailer}) + b"\n"


def lines(pieces: Iterable[bytes], form: Format) -> Iterator[bytes]:
    """Part pieces into whole lines with their ends; what is torn at the end is left out."""
    end, rest = _ENDS[form], b""
    for piece in pieces:
        rest += piece
        begin = at = 0
        while (found := rest.find(end, at)) >= 0:
            at = found + len(end)
            # Within quotes of CSV the end of a line is text: quotes come in pairs.
            if form is Format.JSONL or rest.count(b'"', begin, at) % 2 == 0:
                yield rest[begin:at]
                begin = at
        rest = rest[begin:]


def taken(pieces: Iterable[bytes], form: Format) -> Taken:
    """Look through what an export that broke off has left. Raises ProofError."""
    so_far = Taken()
    for line in lines(pieces, form):
        if so_far.is_whole:
            raise ProofError("lines stand behind the last one")
        so_far.add(line, form)
    return so_far


def _seq(line: bytes, form: Format) -> int:
    try:
        seq = json.loads(line)["seq"] if form is Format.JSONL else int(line.partition(b",")[0])
    except (ValueError, KeyError, TypeError) as error:
        raise ProofError(f"not a line of an export as {form}: {line[:40]!r}") from error
    if not isinstance(seq, int):
        raise ProofError(f"not a line of an export as {form}: {line[:40]!r}")
    return seq
