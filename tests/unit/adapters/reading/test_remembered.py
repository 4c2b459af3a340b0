from __future__ import annotations

from collections.abc import Sequence

import pytest

from app.adapters.reading.remembered import MOST_REMEMBERED, Remembered
from app.domain.digest import Digest
from app.domain.errors import UnreadableEvidenceError
from app.domain.release import Document


class CountingReader:
    """Reads a file to its text, and counts how often it was asked."""

    format = "text"

    def __init__(self) -> None:
        self.asked = 0

    def sniff(self, files: Sequence[Document]) -> bool:
        self.asked += 1
        return files[0].name.endswith(".txt")

    def parse(self, files: Sequence[Document]) -> str:
        self.asked += 1
        if not files[0].content:
            raise UnreadableEvidenceError("empty")
        return files[0].content.decode()


def a_file(content: bytes, name: str = "a.txt") -> tuple[Document, ...]:
    return (Document(name, Digest.of(content), content),)


def test_the_same_bytes_are_read_once() -> None:
    reader = CountingReader()
    remembered = Remembered(reader)

    assert [remembered.parse(a_file(b"one")), remembered.parse(a_file(b"one"))] == ["one", "one"]
    assert reader.asked == 1


def test_other_bytes_are_read_anew() -> None:
    remembered = Remembered(CountingReader())

    assert [remembered.parse(a_file(b"one")), remembered.parse(a_file(b"two"))] == ["one", "two"]


def test_another_name_is_sniffed_anew() -> None:
    remembered = Remembered(CountingReader())

    assert remembered.sniff(a_file(b"one"))
    assert not remembered.sniff(a_file(b"one", "a.bin"))


def test_what_could_not_be_read_is_tried_again() -> None:
    reader = CountingReader()
    remembered = Remembered(reader)

    for _ in range(2):
        with pytest.raises(UnreadableEvidenceError):
            remembered.parse(a_file(b""))

    assert reader.asked == 2


def test_the_oldest_is_forgotten_first() -> None:
    reader = CountingReader()
    remembered = Remembered(reader)
    for number in range(MOST_REMEMBERED + 1):
        remembered.parse(a_file(str(number).encode()))
    asked = reader.asked

    remembered.parse(a_file(b"1"))
    remembered.parse(a_file(b"0"))

    assert reader.asked == asked + 1
