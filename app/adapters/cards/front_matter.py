"""YAML front matter of Markdown cards, read strictly: what is ambiguous is refused.

Built on the parser's events, not on its loader: nothing is constructed but text, numbers,
true, false, null, lists and mappings. Aliases are refused (236 bytes of them grow without
end), so are tags, duplicate keys, and more than MOST_NODES or DEEPEST.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

MOST_NODES = 20_000
DEEPEST = 24
LONGEST = 1_000_000
"""Characters of front matter: model-index of the largest cards on the Hub has 400,000."""
_BLOCK = re.compile(r"\A\s*---[ \t]*\n(?P<yaml>.*?)(?<=\n)---[ \t]*(?:\n|\Z)", re.DOTALL)
_INTEGER = re.compile(r"[-+]?[0-9]{1,15}")
_REAL = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?")
_CONSTANTS: dict[str, object] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


class Real(float):
    """A number with the text it was written as: version 1.10 is not 1.1."""

    written: str


class FrontMatterError(ValueError):
    """The front matter is not YAML that every reader reads alike."""


def split(text: str) -> tuple[str | None, str]:
    """Part a card into its front matter (None without one) and its body; LF line ends."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    found = _BLOCK.match(unified)
    if found is None:
        return None, unified
    return found["yaml"].removesuffix("\n"), unified[found.end() :]


def load(source: str) -> Any:  # noqa: ANN401 - any YAML value of the kinds above
    """Read YAML by the YAML 1.2 core schema: `no` is text, and so is 2024-01-02.

    Raises FrontMatterError.
    """
    if len(source) > LONGEST:
        raise FrontMatterError(f"longer than {LONGEST} characters")
    try:
        return _Builder(_counted(yaml.parse(source, Loader=yaml.SafeLoader))).document()
    except (yaml.YAMLError, ValueError) as error:
        problem = getattr(error, "problem", None) or str(error)
        raise FrontMatterError(" ".join(str(problem).split())[:200]) from error


def _counted(events: Iterator[yaml.Event]) -> Iterator[yaml.Event]:
    for index, event in enumerate(events):
        if index > MOST_NODES:
            raise FrontMatterError(f"more than {MOST_NODES} nodes")
        if isinstance(event, yaml.AliasEvent):
            raise FrontMatterError("holds an alias")
        tag = getattr(event, "tag", None)
        if tag is not None and tag != "!":
            raise FrontMatterError(f"holds the tag {tag[:40]}")
        yield event


class _Builder:
    def __init__(self, events: Iterator[yaml.Event]) -> None:
        self._events = events
        self._depth = 0

    def document(self) -> Any:  # noqa: ANN401 - any YAML value
        value: Any = None
        documents = 0
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
            elif isinstance(event, yaml.NodeEvent):
                value = self._value(event)
        if documents > 1:
            raise FrontMatterError("holds several documents")
        return value

    def _value(self, event: yaml.Event) -> Any:  # noqa: ANN401 - any YAML value
        if isinstance(event, yaml.ScalarEvent):
            return _scalar(event)
        self._depth += 1
        if self._depth > DEEPEST:
            raise FrontMatterError(f"nested deeper than {DEEPEST} levels")
        value = self._mapping() if isinstance(event, yaml.MappingStartEvent) else self._sequence()
        self._depth -= 1
        return value

    def _sequence(self) -> list[Any]:
        members = []
        for event in self._events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            members.append(self._value(event))
        return members

    def _mapping(self) -> dict[str, Any]:
        members: dict[str, Any] = {}
        for event in self._events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            if not isinstance(event, yaml.ScalarEvent):
                raise FrontMatterError("a key is no plain text")
            if event.value in members:
                raise FrontMatterError(f"the key {event.value[:80]!r} stands twice")
            members[event.value] = self._value(next(self._events))
        return members


def _scalar(event: yaml.ScalarEvent) -> object:
    written: str = event.value
    if event.style is not None:
        return written
    if written in _CONSTANTS:
        return _CONSTANTS[written]
    if _INTEGER.fullmatch(written):
        return int(written)
    if not _REAL.fullmatch(written):
        return written  # so do `.nan` and `.inf`, which are no numbers to anybody
    real = Real(written)
    real.written = written
    return real
