"""Try a draft of the policies: on one input, on their tests, on past decisions."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from app.domain.canonical import read_json
from app.domain.entry import Entry
from app.domain.errors import InvalidSubmissionError, MalformedDocumentError
from app.domain.rollout.draft import PolicyDraft, Tested, Trial
from app.domain.rollout.replayed import Replay
from app.gate.rollout.replay import replay
from app.ports import Ports

LARGEST = 200_000
"""Characters of a draft, and of an input beside it."""


def try_out(draft: PolicyDraft, document: str, ports: Ports) -> Trial:
    """Evaluate a draft on one policy input.

    Raises InvalidSubmissionError for an input that is no JSON object, PolicyEngineError.
    """
    _must_be_of_a_size(draft.text, "text")
    _must_be_of_a_size(document, "input")
    try:
        given = read_json(document.encode())
    except MalformedDocumentError as error:
        raise InvalidSubmissionError(f"input: {error.message}") from error
    if not isinstance(given, dict):
        raise InvalidSubmissionError("input: expected a JSON object")
    return ports.workbench.try_out(draft, document.encode())


def tested(draft: PolicyDraft, ports: Ports) -> Tested:
    """Run all tests of the policies on a draft. Raises PolicyEngineError."""
    _must_be_of_a_size(draft.text, "text")
    return ports.workbench.test(draft)


def replayed(draft: PolicyDraft, decisions: Iterable[Entry], ports: Ports) -> Replay:
    """Replay decisions on a draft.

    Raises InvalidSubmissionError for a draft that does not compile, PolicyEngineError, StoreError.
    """
    _must_be_of_a_size(draft.text, "text")
    with ports.workbench.running(draft) as candidate:
        return replay(_bodies(decisions), ports.documents.read, candidate)


def _bodies(decisions: Iterable[Entry]) -> Iterator[dict[str, Any]]:
    return (json.loads(entry.body) for entry in decisions)


def _must_be_of_a_size(text: str, name: str) -> None:
    if len(text) > LARGEST:
        raise InvalidSubmissionError(f"{name}: at most {LARGEST} characters")
