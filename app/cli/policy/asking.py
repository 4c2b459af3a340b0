"""Asks a folder of policies about many input documents at once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from app.bootstrap import engines
from app.cli import exits
from app.cli.policy.deletion import Document
from app.domain.canonical import canonical_json, read_json
from app.domain.decision import Point, Verdict
from app.domain.errors import GateError, PolicyEngineError

Ask = Callable[[Sequence[Document]], Sequence[Verdict | PolicyEngineError]]


@contextmanager
def asking(binary: Path, policies: Path) -> Iterator[Ask]:
    """Start the policies, to be asked; exit when they do not compile."""
    try:
        with engines.candidate(binary, policies) as engine:
            yield lambda documents: engine.evaluate_all([canonical_json(one) for one in documents])
    except GateError as error:
        exits.could_not(f"{error.message}: {error.detail}" if error.detail else error.message)


def outcome(answer: Verdict | PolicyEngineError) -> str:
    """Name the outcome; an error is one of its own."""
    return str(answer.outcome) if isinstance(answer, Verdict) else f"error ({answer.message})"


def by_point(answer: Verdict | PolicyEngineError) -> list[str]:
    """Name the outcome at each point, in their order."""
    stated = dict(answer.points) if isinstance(answer, Verdict) else {}
    return [str(stated.get(point, outcome(answer))) for point in Point]


def codes(answer: Verdict | PolicyEngineError) -> frozenset[str]:
    """Collect the reason codes of an answer."""
    reasons = answer.reasons if isinstance(answer, Verdict) else ()
    return frozenset(reason.code for reason in reasons)


def inputs(folder: Path) -> dict[str, Document]:
    """Read the policy inputs of a folder (*.json) by name; exit when there is none."""
    found = {file.stem: read_input(file) for file in sorted(folder.glob("*.json"))}
    if not found:
        exits.could_not(f"no policy input (*.json) in {folder}")
    return found


def read_input(file: Path) -> Document:
    """Read one policy input; exit when it is no JSON object."""
    if exits.may_never_end(file):
        exits.could_not(f"{file}: no file")
    try:
        document = read_json(file.read_bytes())
    except (OSError, GateError, json.JSONDecodeError) as error:
        exits.could_not(f"{file}: {error}")
    if not isinstance(document, dict):
        exits.could_not(f"{file}: not a JSON object")
    return document
