"""A reader that remembers: evidence never changes under its digest, so it is read once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar

from app.domain.digest import Digest
from app.domain.release import Document

MOST_REMEMBERED = 128
_Read = TypeVar("_Read")
_Given = TypeVar("_Given", covariant=True)  # noqa: PLC0105 - a private name, told by its use
_Kept = TypeVar("_Kept")
_Key = tuple[tuple[str, Digest], ...]


class _Reader(Protocol[_Given]):
    format: str

    def sniff(self, files: Sequence[Document]) -> bool: ...

    def parse(self, files: Sequence[Document]) -> _Given: ...


class Remembered(Generic[_Read]):
    """Implements the port of the reader it is given: CardReader or ReportReader.

    Names and digests of the files are the key. What could not be read is not remembered.
    """

    def __init__(self, reader: _Reader[_Read]) -> None:
        """Ask this reader whatever is not remembered."""
        self.format = reader.format
        self._reader = reader
        self._sniffed: _Memory[bool] = _Memory()
        self._parsed: _Memory[_Read] = _Memory()

    def sniff(self, files: Sequence[Document]) -> bool:
        """Tell whether the files are certainly of this format."""
        return self._sniffed.recall(_key(files), lambda: self._reader.sniff(files))

    def parse(self, files: Sequence[Document]) -> _Read:
        """Read the files. Raises UnreadableEvidenceError, and nothing else."""
        return self._parsed.recall(_key(files), lambda: self._reader.parse(files))


class _Memory(Generic[_Kept]):
    """The latest values by key, for every thread."""

    def __init__(self) -> None:
        self._kept: OrderedDict[_Key, _Kept] = OrderedDict()
        self._lock = threading.Lock()

    def recall(self, key: _Key, make: Callable[[], _Kept]) -> _Kept:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        made = make()
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > MOST_REMEMBERED:
                self._kept.popitem(last=False)
        return made


def _key(files: Sequence[Document]) -> _Key:
    return tuple((file.name, file.sha256) for file in files)
