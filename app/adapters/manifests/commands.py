"""From a command line to the models that it names."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from app.adapters.manifests import tables, values
from app.adapters.manifests.values import Surroundings
from app.domain.enforcement.manifest import Role

_SHELL_COMMAND = re.compile(r"-[a-z]{0,4}c[a-z]{0,4}")
_NAME = re.compile(r"[A-Za-z_]\w*")
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
            found += [Named(place, n.uri, n.role) for n in named_in_text(word, around)]
            found += [Named(place, u, Role.MODEL) for u in _of_code(word, around)]
        elif place and words[place - 1] == "-c":
            found += [Named(place, u, Role.MODEL) for u in _of_code(word, around)]
    if not found:
        found = _of_line(words, around)
    return found


def named_in_text(text: str, around: Surroundings) -> list[Named]:
    """List the models that a command line in one string names; every place is 0."""
    found: list[Named] = []
    for line in split(values.expanded(text, around.variables)):
        set_here = dict(_assignments(line, around))
        around = replace(around, variables={**around.variables, **set_here})
        found += [Named(0, one.uri, one.role) for one in _of_line(line, around)]
    return found


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
    before = list(words[:place])
    while before and before[-1] == "--":
        before.pop()
    is_flag = bool(before) and _SHELL_COMMAND.fullmatch(before[-1]) is not None
    return is_flag and any(word.rpartition("/")[2] in _SHELLS for word in before)


def _assignments(line: Sequence[str], around: Surroundings) -> Iterator[tuple[str, str]]:
    # NAME=value before a command holds for that command; alone, or exported, for what follows
    for word in line[1:] if line[0] in {"export", "declare", "local"} else line:
        name, equals, value = word.partition("=")
        if not equals or not _NAME.fullmatch(name):
            return
        known = values.expanded(value, around.variables)
        if "$" not in known:  # else a template, filled in elsewhere, would name its variables
            yield name, known


def _of_line(words: Sequence[str], around: Surroundings) -> list[Named]:
    words = [values.expanded(word, around.variables) for word in words]
    is_engine = around.takes_bare_names or any(tables.ENGINES.search(w) for w in words)
    around = replace(around, takes_bare_names=is_engine)
    found = list(_of_flags(words, around))
    has_model = any(one.role is Role.MODEL for one in found)
    found += _of_position(words, around, goes_behind_flags=not has_model)
    revision = _revision(words)
    if revision:
        found = [_at_revision(one, revision) for one in found]
    if not found:
        found = list(_of_fetcher(words, around))
    if not any(word.rpartition("/")[2] in tables.FETCHERS for word in words):
        known = {one.place for one in found}
        found += [one for one in _of_uris(words, around) if one.place not in known]
    return sorted(found, key=lambda one: one.place)


def _of_uris(words: Sequence[str], around: Surroundings) -> Iterator[Named]:
    # A flag that is in no table, with a value that can be nothing but a model.
    for place, word in enumerate(words):
        name, equals, given = word.partition("=")
        if not equals or "://" in name:
            name, given = (words[place - 1] if place else ""), word
            name = name if name.startswith("-") else ""
        if uri := values.model_uri(name, given, around):
            yield Named(place, uri, Role.MODEL)


def _of_flags(words: Sequence[str], around: Surroundings) -> Iterator[Named]:
    place = 0
    while place < len(words):
        flag, equals, given = words[place].partition("=")
        role = _role(flag, words[:place])
        if flag == "-m" and "/" in given:
            role = Role.MODEL
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


def _of_position(
    words: Sequence[str], around: Surroundings, *, goes_behind_flags: bool
) -> Iterator[Named]:
    plain = [word.rpartition("/")[2] for word in words]
    for start in range(len(words)):
        given = (c for c in tables.POSITIONAL if tuple(plain[start : start + len(c)]) == c)
        command = max(given, key=len, default=())
        scheme, place = tables.POSITIONAL.get(command, ""), start + len(command)
        if not scheme or place >= len(words):
            continue
        if words[place].startswith("-"):
            place = _behind_flags(words, place) if goes_behind_flags else len(words)
        uri = values.uri(words[place], around, bare=scheme) if place < len(words) else None
        if uri:
            yield Named(place, uri, Role.MODEL)


def _behind_flags(words: Sequence[str], start: int) -> int:
    # A flag may take the word behind it: only a second one, with a slash, is an argument.
    for place in range(start + 1, len(words)):
        before, word = words[place - 1], words[place]
        is_argument = not before.startswith("-") or "=" in before
        if is_argument and "/" in word and not word.startswith(("-", "/", "{")):
            return place
    return len(words)


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
