"""Seeded random edits of policy inputs: fields gone, other values, other lengths, other types."""

from __future__ import annotations

import copy
import random
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from tests.policy.inputs import Document

_STRANGE: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    0.5,
    "",
    "0",
    [],
    [1],
    {},
    {"a": 1},
    'é"\\\n',
)
_MOST_EDITS = 4


def random_edits(start: list[Document], seed: int) -> Iterator[Document]:
    """Give documents without end, each a starting one with one to four random edits."""
    chance = random.Random(seed)  # noqa: S311 - reproducible, no secret
    seen: dict[object, list[Any]] = defaultdict(list)
    for document in start:
        for container, key in _places(document):
            seen[key].append(container[key])
    while True:
        document = copy.deepcopy(chance.choice(start))
        for _ in range(chance.randint(1, _MOST_EDITS)):
            _edit(document, seen, chance)
        yield document


def _edit(document: Document, seen: dict[object, list[Any]], chance: random.Random) -> None:
    container, key = chance.choice(list(_places(document)) or [({"": 0}, "")])
    match chance.choices(("gone", "near", "seen", "strange"), (20, 40, 35, 5))[0]:
        case "gone":
            del container[key]
        case "near":
            container[key] = _near(container[key], chance)
        case "seen":
            container[key] = copy.deepcopy(chance.choice(seen[key] or [None]))
        case _:
            container[key] = copy.deepcopy(chance.choice(_STRANGE))


def _near(value: Any, chance: random.Random) -> Any:
    """Change a value a little, as a mistake would."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return max(0, value + chance.choice((-1, 1, 86400, -86400 * 40, 10)))
    if isinstance(value, float):
        return round(value + chance.choice((-0.01, 0.01, -0.5, 1e-9)), 12)
    if isinstance(value, list):
        return chance.choice((value[1:], [*value, *value], list(reversed(value)), []))
    return chance.choice((value.upper(), f"{value} ", "")) if isinstance(value, str) else value


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    keys = list(value) if isinstance(value, dict) else range(len(value))
    for key in keys:
        yield value, key
        if isinstance(value[key], dict | list):
            yield from _places(value[key])
