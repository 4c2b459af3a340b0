"""What is asked of the log: filters, as parameters or in one line, and where a page begins.

One line holds `field:value` terms, `-field:value` to leave out, `after:` and `before:` times,
and words: `model:acme/credit outcome:deny reason:signature.* after:2026-01-01 "licence"`.
Times without a zone are UTC. All terms must hold: of two `after:` the later one counts.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from app.domain.canonical import canonical_json
from app.domain.digest import Digest
from app.domain.entry import Entry, Kind, microseconds
from app.domain.errors import InvalidSubmissionError

LONGEST_LINE = 2000
MOST_TERMS = 20
LARGEST_PAGE = 1000
MOST_COUNTED = 10_000
_TERM = re.compile(r'(-?)(?:([a-z_]+):)?("[^"]*"|[^\s"]+)(?:\s+|$)')
_WORD = re.compile(r"[^\W_]+")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_CURSOR = re.compile(r"1\.(\d{1,18})\.(\d{1,18})\.([0-9a-f]{16})")


class Field(StrEnum):
    """What a term can be about, the most telling first."""

    DIGEST = "digest"
    REASON = "reason"
    VERSION = "version"
    ACTOR = "actor"
    MODEL = "model"
    PROJECT = "project"
    POLICY = "policy"
    STAGE = "stage"
    OUTCOME = "outcome"
    KIND = "kind"


_LOWER = frozenset({Field.DIGEST, Field.OUTCOME, Field.KIND})
"""Fields whose values are written in lower case, however they are asked for."""


@dataclass(frozen=True, slots=True)
class Term:
    """One filter: a field is of this value, or is not. A reason may end in `*`."""

    field: Field
    value: str
    is_excluded: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """Entries for which every term holds, within the times, with all of the words."""

    terms: tuple[Term, ...] = ()
    since: int | None = None
    """Microseconds since the epoch, included."""
    until: int | None = None
    """Microseconds since the epoch, not included."""
    words: tuple[str, ...] = ()
    projects: frozenset[str] | None = None
    """Only entries about models of these projects (namespaces); None is all entries."""
    is_for_archived: bool = False
    """Whether to find also those whose bodies are in an archive, which tell no more than that."""

    @property
    def fingerprint(self) -> str:
        """Tell one question from another, so that a cursor is not used for the wrong one."""
        terms = sorted([term.field, term.value, term.is_excluded] for term in self.terms)
        projects = None if self.projects is None else sorted(self.projects)
        asked = [terms, self.since, self.until, self.words, projects]
        return Digest.of(canonical_json(asked))[:16]


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the next page begins, in a log that for this question ends at `high`."""

    before: int
    high: int

    def text(self, question: Question) -> str:
        """Write the cursor for a caller."""
        plain = f"1.{self.before}.{self.high}.{question.fingerprint}"
        return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


@dataclass(frozen=True, slots=True)
class Found:
    """A page of what was asked for, newest first."""

    entries: tuple[Entry, ...]
    cursor: Cursor | None
    """None at the end."""
    high: int
    """The size of the log that was searched: what came later is in no page."""
    total: int | None
    """How many there are, at most MOST_COUNTED + 1; None but on the first page."""
    is_total_exact: bool = True
    """False when there are more than `total`, or may be: no more entries were looked at."""


def words(text: str) -> tuple[str, ...]:
    """Part a text into the words that it is found by."""
    return tuple(_WORD.findall(text.lower()))


def parse(line: str) -> Question:
    """Read a question in one line. Raises InvalidSubmissionError."""
    if len(line) > LONGEST_LINE:
        raise InvalidSubmissionError(f"q: longer than {LONGEST_LINE} characters")
    terms: list[Term] = []
    after: list[int] = []
    before: list[int] = []
    texts: list[str] = []
    at = len(line) - len(line.lstrip())
    while at < len(line):
        match = _TERM.match(line, at)
        if match is None:
            raise InvalidSubmissionError(f"q: cannot be read from {line[at : at + 40]!r} on")
        minus, name, quoted = match.groups()
        value = quoted.strip('"')
        at = match.end()
        if name in {"after", "before"} and not minus:
            (after if name == "after" else before).append(moment(value, name))
        elif name:
            terms.append(_term(name, value, is_excluded=bool(minus)))
        elif ":" in quoted and value == quoted:
            told = f"not a field and its value: {value[:40]!r}; in quotes it is words"
            raise InvalidSubmissionError(f"q: {told}")
        elif minus:
            raise InvalidSubmissionError("q: only a field can be left out, as in -stage:dev")
        else:
            texts.append(value)
    since, until = max(after, default=None), min(before, default=None)
    return _checked(Question(tuple(terms), since, until, _words(texts, "q")))


def of_parameters(given: Mapping[str, str]) -> Question:
    """Read a question from parameters: a line in `q`, `words`, and each field by its name.

    Raises InvalidSubmissionError for a name that is none.
    """
    question = parse(given.get("q", ""))
    terms, said = list(question.terms), question.words
    since, until = question.since, question.until
    for name, value in given.items():
        if name == "from":
            after = moment(value, name)
            since = after if since is None else max(since, after)
        elif name == "to":
            before = moment(value, name)
            until = before if until is None else min(until, before)
        elif name == "words":
            said += _words([value], name)
        elif name != "q":
            terms.append(_term(name, value))
    return _checked(Question(tuple(terms), since, until, said))


def cursor(text: str, question: Question) -> Cursor:
    """Read the cursor of an earlier page. Raises InvalidSubmissionError."""
    try:
        padded = text + "=" * (-len(text) % 4)
        plain = base64.urlsafe_b64decode(padded.encode("ascii")).decode("ascii")
    except (binascii.Error, UnicodeError) as error:
        raise InvalidSubmissionError("cursor: expected next_cursor of a page") from error
    match = _CURSOR.fullmatch(plain)
    if match is None:
        raise InvalidSubmissionError("cursor: expected next_cursor of a page")
    if match.group(3) != question.fingerprint:
        raise InvalidSubmissionError("cursor: this page belongs to another question")
    return Cursor(int(match.group(1)), int(match.group(2)))


def moment(text: str, name: str) -> int:
    """Read a date or a time in microseconds since the epoch. Raises InvalidSubmissionError."""
    return microseconds(time(text, name))


def time(text: str, name: str) -> datetime:
    """Read a date or a time, in UTC unless it says otherwise. Raises InvalidSubmissionError."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError as error:
        message = f"{name}: expected a time such as 2026-01-31 or 2026-01-31T12:00:00Z"
        raise InvalidSubmissionError(message) from error
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def _field(name: str) -> Field:
    try:
        return Field(name)
    except ValueError as error:
        known = ", ".join(field.value for field in Field)
        raise InvalidSubmissionError(f"{name[:40]}: not a field; there are {known}") from error


def _term(name: str, value: str, *, is_excluded: bool = False) -> Term:
    field = _field(name)
    if not value or len(value) > LONGEST_LINE or "\x00" in value:
        raise InvalidSubmissionError(f"{name}: expected a value")
    if field in _LOWER:
        value = value.lower()
    if field is Field.DIGEST:
        value = value.removeprefix("sha256:")
        if not _DIGEST.fullmatch(value):
            raise InvalidSubmissionError(f"{name}: expected the 64 hexadecimal digits of a release")
    if field is Field.KIND and value not in set(Kind):
        known = ", ".join(sorted(Kind))
        raise InvalidSubmissionError(f"{name}: no kind {value[:40]!r}; there are {known}")
    return Term(field, value, is_excluded)


def _words(texts: Sequence[str], name: str) -> tuple[str, ...]:
    said = tuple(word for text in texts for word in words(text))
    if texts and not said:
        told = f"no word to look for in {texts[0][:40]!r}: words are letters and digits"
        raise InvalidSubmissionError(f"{name}: {told}")
    return said


def _checked(question: Question) -> Question:
    if len(question.terms) + len(question.words) > MOST_TERMS:
        raise InvalidSubmissionError(f"more than {MOST_TERMS} terms in one question")
    since, until = question.since, question.until
    if since is not None and until is not None and since > until:
        raise InvalidSubmissionError("from (after) is later than to (before): nothing is between")
    return question
