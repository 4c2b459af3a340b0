"""OPA and its WebAssembly say the same of every case, and of seeded random edits of inputs."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import astuple, fields
from datetime import timedelta
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from app.adapters.engines.opa_child import OpaChild
from app.adapters.engines.opa_wasm import OpaWasm
from app.adapters.engines.verdict import VerdictReader
from app.domain.errors import PolicyEngineError
from app.ports import PolicyEngine
from tests.policy.cases import Case, cases
from tests.policy.edits import random_edits
from tests.policy.inputs import GONE, Document, an_input, edited
from tests.policy.opa import policies_with

PROJECT = Path(__file__).resolve().parents[2]
VERDICTS = VerdictReader(json.loads((PROJECT / "schemas" / "verdict.json").read_text()))
INPUTS = json.loads((PROJECT / "schemas" / "policy_input.json").read_text())
VALIDATOR = jsonschema.Draft202012Validator(INPUTS)
LIMIT = timedelta(seconds=30)
EDITS = int(os.environ.get("COUNTERSIGN_PARITY_EDITS", "300"))
SEED = int(os.environ.get("COUNTERSIGN_PARITY_SEED", "20261124"))
Engines = tuple[PolicyEngine | str, PolicyEngine | str]
"""OPA and its WebAssembly on the same data; a text instead where one refused to start."""


class Pairs:
    """Both engines on the shipped policies with the data that a case brings, started once."""

    def __init__(self, opa_binary: Path, scratch: Path) -> None:
        self._opa_binary = opa_binary
        self._scratch = scratch
        self._started: dict[str, Engines] = {}

    def on(self, changes: Document) -> Engines:
        """Both engines on these changes of policy data."""
        key = json.dumps(changes, sort_keys=True)
        if key not in self._started:
            policies = policies_with(self._scratch / str(len(self._started)), changes)
            self._started[key] = (
                _started(partial(OpaChild, self._opa_binary, policies, VERDICTS, limit=LIMIT)),
                _started(partial(OpaWasm, policies, VERDICTS, input_schema=INPUTS, limit=LIMIT)),
            )
        return self._started[key]

    def close(self) -> None:
        """Stop all that were started."""
        for engine in chain.from_iterable(self._started.values()):
            if not isinstance(engine, str):
                engine.close()


@pytest.fixture(scope="module")
def pairs(opa_binary: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pairs]:
    started = Pairs(opa_binary, tmp_path_factory.mktemp("parity"))
    yield started
    started.close()


def _started(start: Callable[[], PolicyEngine]) -> PolicyEngine | str:
    try:
        return start()
    except PolicyEngineError as error:
        return error.message


def said(engine: PolicyEngine | str, document: Document) -> tuple[Any, ...]:
    """What an engine says: all of its verdict but its own name, or that it has none."""
    if isinstance(engine, str):
        return ("refused at start", engine)
    try:
        verdict = engine.evaluate(document)
    except PolicyEngineError:
        return ("error",)
    named = zip(fields(verdict), astuple(verdict), strict=True)
    return tuple(value for field, value in named if field.name != "engine")


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.code)
def test_both_say_the_same_of_the_three_cases_of_a_code(case: Case, pairs: Pairs) -> None:
    neighbour = edited(an_input(), case.neighbour)
    for document, changes in (
        (edited(an_input(), case.broken), case.broken_data),
        (neighbour, case.neighbour_data),
        (edited(neighbour, {case.gone: GONE}), case.neighbour_data),
    ):
        opa, wasm = pairs.on(changes)

        _must_agree(opa, wasm, document)


def test_both_say_the_same_of_random_edits(pairs: Pairs) -> None:
    opa, wasm = pairs.on({})
    start = [an_input(), an_input("production", "limited"), an_input("staging", "high")]
    start += [edited(an_input(), case.broken) for case in cases() if not case.broken_data]
    said_by_opa: Counter[str] = Counter()
    for document in random_edits(start, SEED):
        if is_typed(document):
            said_by_opa[_must_agree(opa, wasm, document)] += 1
        else:
            assert said(wasm, document) == ("error",)
        if said_by_opa.total() == EDITS:
            break

    # The comparison is worth something only if the edits reach all outcomes.
    assert min(said_by_opa[outcome] for outcome in ("allow", "pending", "deny")) > 0


def is_typed(document: Document) -> bool:
    """Whether the document fits the schema of the policy input, as every one of the gate does."""
    return VALIDATOR.is_valid(document)


def _must_agree(opa: PolicyEngine | str, wasm: PolicyEngine | str, document: Document) -> str:
    expected = said(opa, document)
    if is_typed(document):
        assert said(wasm, document) == expected, json.dumps(document)
        assert expected[0] != "error", json.dumps(document)
    else:
        # OPA may still say something of the part that it reads; the embedded engine may not.
        assert said(wasm, document)[0] in {"error", "refused at start"}
        assert expected[0] != "allow"
    return str(expected[0])
