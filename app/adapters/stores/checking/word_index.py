"""The index of words of SQLite, held against what the entries say.

FTS5 keeps an index here and no text. So another index is made, by the same rules and in a file
that nobody else sees, of the words that the entries say: each word has to find the same
entries in both.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from itertools import groupby
from operator import itemgetter
from typing import cast

from sqlalchemy import Connection

from app.adapters.stores import dialect

Differences = dict[int, list[str]]
"""Words by the place of the entry that they are about."""

MOST_NAMED = 8
"""Words that are named of one entry."""
_MADE = (
    f"CREATE VIRTUAL TABLE words USING {dialect.FTS5}",
    "CREATE VIRTUAL TABLE standing USING fts5vocab(words, instance)",
    "CREATE VIRTUAL TABLE known USING fts5vocab(words, row)",
)
_TOLD = "CREATE VIRTUAL TABLE temp.told USING fts5vocab(main, words, row)"
_FOUND = "SELECT rowid FROM main.words WHERE words MATCH ?"


class WordIndex:
    """Takes the words of all entries, then tells which of them the store does not find so."""

    def __init__(self) -> None:
        """Begin an empty index in a file of its own, which goes when it is closed."""
        self._made = sqlite3.connect("")
        self._looked_at = bytearray()
        for statement in _MADE:
            self._made.execute(statement)

    def close(self) -> None:
        """Let go of the index that was made."""
        self._made.close()

    def add(self, high: int, places: Collection[int], said: Collection[tuple[int, str]]) -> None:
        """Take what the entries of a piece that ends at `high` say, and which could be read."""
        self._looked_at.extend(bytes(high - len(self._looked_at)))
        for place in places:
            self._looked_at[place] = 1
        self._made.executemany("INSERT INTO words (rowid, text) VALUES (?, ?)", said)

    def faults(self, connection: Connection) -> Iterator[str]:
        """Tell what the kept index finds otherwise, once all entries were taken."""
        kept = cast("sqlite3.Connection", connection.connection.driver_connection)
        lacks: Differences = {}
        has: Differences = {}
        try:
            self._compare(kept, lacks, has)
            with _vocabulary(kept):
                self._compare_others(kept, has)
        except sqlite3.DatabaseError as error:
            yield f"the table words cannot be read: {error}"
        if any(place not in self for place in has):
            yield "the table words has rows of entries that are not in the log"
        for place in sorted(lacks.keys() | has.keys()):
            if place in lacks:
                yield f"entry {place}: the table words lacks {_named(lacks[place])}"
            if place in has and place in self:
                said = _named(has[place])
                yield f"entry {place}: the table words has {said}, which it does not say"

    def __contains__(self, place: int) -> bool:
        """Tell whether the log has an entry at this place."""
        return 0 <= place < len(self._looked_at)

    def _compare(self, kept: sqlite3.Connection, lacks: Differences, has: Differences) -> None:
        standing = self._made.execute("SELECT term, doc FROM standing")
        for word, rows in groupby(standing, key=itemgetter(0)):
            wanted, found = [row[1] for row in rows], _found(kept, word)
            if wanted != found:
                _note(lacks, word, set(wanted) - set(found))
                _note(has, word, self._known(set(found) - set(wanted)))

    def _compare_others(self, kept: sqlite3.Connection, has: Differences) -> None:
        for (word,) in kept.execute("SELECT term FROM temp.told"):
            if self._made.execute("SELECT 1 FROM known WHERE term = ?", (word,)).fetchone() is None:
                _note(has, word, self._known(_found(kept, word)))

    def _known(self, places: Collection[int]) -> list[int]:
        # Of an entry whose body is elsewhere nobody can tell here what it says.
        return [place for place in places if place not in self or self._looked_at[place]]


@contextmanager
def _vocabulary(kept: sqlite3.Connection) -> Iterator[None]:
    # It stands in the temporary database of this connection, which reads and does not write.
    kept.execute("PRAGMA query_only=OFF")
    try:
        kept.execute(_TOLD)
        yield
        kept.execute("DROP TABLE temp.told")
    finally:
        kept.execute("PRAGMA query_only=ON")


def _found(kept: sqlite3.Connection, word: str) -> list[int]:
    return [place for (place,) in kept.execute(_FOUND, (f'"{word}"',))]


def _note(differences: Differences, word: str, places: Collection[int]) -> None:
    for place in places:
        words = differences.setdefault(place, [])
        if len(words) < MOST_NAMED:
            words.append(word)


def _named(words: list[str]) -> str:
    return repr(" ".join(words)[:120])
