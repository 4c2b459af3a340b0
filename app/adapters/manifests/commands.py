"""From a command line to the models that it names."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.adapters.manifests import tables, values
from app.adapters.manifests.values import Surroundings
from app.domain.enforcement.manifest import Role

_OPERATOR = re.compile(r"[();<>|&\n]+")
_SHELLS = frozenset({"sh", "bash", "ash", "dash", "zsh"})
_MANY = frozenset({"lora_modules", "lora_paths", "models", "lora"})
"""Flags that take several values, up to the next flag."""


@dataclass(frozen=True, slots=True)
class Named:
    """A model that a word of a command line names."""

    place: int
    """Index of the word in which it was found."""
    uri: str
    role: Role


def named(words: Sequence[str], around: Surroundings) -> list[Named]:
    """List the models that the words of a container's command and arguments name."""
    found: list[Named] = []
    for place, word in enumerate(words):
        if place and _is_script(words, place):
            lines = (line for line in split(values.expanded(word, around.variables)))
            for line in lines:
                found += [Named(place, n.uri, n.role) for n in _of_line(line, around)]
            found += [Named(place, u, Role.MODEL) for u in _of_code(word, around)]
        elif place and words[place - 1] == "-c":
            found += [Named(place, u, Role.MODEL) for u in _of_code(word, around)]
    if not found:
        found = _of_line(words, around)
    return found


def named_in_text(text: str, around: Surroundings) -> list[Named]:
    """List the models that a command line in one string names; every place is 0."""
    return [
        Named(0, one.uri, one.role)
        for line in split(values.expanded(text, around.variables))
        for one in _of_line(line, around)
    ]


def split(script: str) -> list[list[str]]:
    """Part a shell script into its commands, and each into words."""
    lexer = shlex.shlex(script.replace("\\\n", " "), posix=True, punctuation_chars="();<>|&\n")
    lexer.whitespace = " \t\r"
    lexer.whitespace_split = True
    lexer.commenters = "#"
    try:
        words = list(lexer)
    except ValueError:
        words = script.split()  # quotes that do not close: the words are still there
    lines: list[list[str]] = [[]]
    for word in words:
        if _OPERATOR.fullmatch(word):
            lines.append([])
        else:
            lines[-1].append(word)
    return [line for line in lines if line]


def _is_script(words: Sequence[str], place: int) -> bool:
    flag = words[place - 1]
    program = words[place - 2].rpartition("/")[2] if place > 1 else ""
    is_flag = flag.startswith("-") and not flag.startswith("--") and flag.endswith("c")
    return is_flag and (
        program in _SHELLS or any(w.rpartition("/")[2] in _SHELLS for w in words[:place])
    )


def _of_line(words: Sequence[str], around: Surroundings) -> list[Named]:
    words = [values.expanded(word, around.variables) for word in words]
    is_engine = around.takes_bare_names or any(tables.ENGINES.search(w) for w in words)
    around = Surroundings(around.variables, around.volumes, around.mounts, is_engine)
    found = [*_of_flags(words, around), *_of_position(words, around)]
    revision = _revision(words)
    if revision:
        found = [_at_revision(one, revision) for one in found]
    if not found:
        found = list(_of_fetcher(words, around))
    return sorted(found, key=lambda one: one.place)


def _of_flags(words: Sequence[str], around: Surroundings) -> Iterator[Named]:
    place = 0
    while place < len(words):
        flag, equals, given = words[place].partition("=")
        role = _role(flag, words[:place])
        place += 1
        if role is None:
            continue
        name = _name(flag)
        if equals:
            yield from _values(place - 1, given, role, name, around)
            if name not in _MANY:
                continue
        while place < len(words) and not words[place].startswith("-"):
            yield from _values(place, words[place], role, name, around)
            place += 1
            if name not in _MANY:
                break


def _role(flag: str, before: Sequence[str]) -> Role | None:
    if flag.startswith("--"):
        name = _name(flag)
        if name == "speculative_config":
            return Role.DRAFT
        return Role.MODEL if name in tables.MODEL_FLAGS else tables.OTHER_FLAGS.get(name)
    if flag == "-m":
        program = before[-1].rpartition("/")[2] if before else ""
        is_llama = any("llama" in word for word in before) or not before
        return Role.MODEL if is_llama and not program.startswith("python") else None
    return tables.SHORT_FLAGS.get(flag)


def _name(flag: str) -> str:
    return flag.lstrip("-").replace("-", "_").lower()


def _values(place: int, text: str, role: Role, name: str, around: Surroundings) -> Iterator[Named]:
    for value in texts(text, name):
        if uri := values.uri(value, around):
            yield Named(place, uri, role)


def texts(text: str, name: str) -> list[str]:
    """Part the value of a flag or variable into references: `name=value`, lists and JSON."""
    if text.lstrip().startswith("{"):
        return _of_json(text)
    parts = text.split(",") if name in {*_MANY, "lora_adapters"} else [text]
    if name in _MANY or name == "lora_adapters":
        return [
            part.rpartition("=")[2] if "://" not in part.partition("=")[0] else part
            for part in parts
        ]
    return parts


def _of_json(text: str) -> list[str]:
    try:
        document = json.loads(text)
    except ValueError:
        return []
    if not isinstance(document, dict):
        return []
    found = (document.get(name) for name in ("model", "path", "model_source", "uri"))
    return [value for value in found if isinstance(value, str)]


def _of_position(words: Sequence[str], around: Surroundings) -> Iterator[Named]:
    plain = [word.rpartition("/")[2] for word in words]
    for command, scheme in tables.POSITIONAL.items():
        for start in range(len(words) - len(command)):
            if tuple(plain[start : start + len(command)]) != command or not scheme:
                continue
            place = start + len(command)
            is_flag = words[place].startswith("-")
            uri = None if is_flag else values.uri(words[place], around, bare=scheme)
            if uri:
                yield Named(place, uri, Role.MODEL)


def _revision(words: Sequence[str]) -> str | None:
    for place, word in enumerate(words):
        flag, equals, given = word.partition("=")
        if flag.startswith("--") and _name(flag) in tables.REVISIONS:
            return given if equals else next(iter(words[place + 1 : place + 2]), None)
    return None


def _at_revision(one: Named, revision: str) -> Named:
    if one.role is not Role.MODEL or not one.uri.startswith("hf://") or ":" in one.uri[5:]:
        return one
    return Named(one.place, f"{one.uri}:{revision}", one.role)


def _of_fetcher(words: Sequence[str], around: Surroundings) -> Iterator[Named]:
    plain = [word.rpartition("/")[2] for word in words]
    start = next((i for i, word in enumerate(plain) if word in tables.FETCHERS), None)
    if start is None or not any(tables.MODEL_WORD.search(word) for word in words[start + 1 :]):
        return
    if plain[start] in tables.COPIERS:
        verb = next((i for i in range(start + 1, len(words)) if plain[i] in tables.COPIES), None)
        if verb is None:
            return
        start = verb
    elif any(word in tables.UPLOADS for word in words):
        return
    arguments = [i for i in range(start + 1, len(words)) if not words[i].startswith("-")]
    # what is copied comes first: an URI that comes second is where something is put
    sources = arguments[:1] if plain[start] in tables.COPIES else arguments
    for place in sources:
        if "://" in words[place] and (uri := values.uri(words[place], around)):
            yield Named(place, uri, Role.MODEL)
            return


def _of_code(code: str, around: Surroundings) -> Iterator[str]:
    for text in tables.PYTHON_LOADS.findall(code):
        if uri := values.uri(text, around, bare="hf"):
            yield uri
