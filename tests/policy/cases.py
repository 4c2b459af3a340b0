"""Reads the three cases of each reason code from tests/policy/cases/<check>.yaml."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.policy.inputs import GONE, Document, Edits

CASES = Path(__file__).with_name("cases")


@dataclass(frozen=True, slots=True)
class Case:
    """The cases of one code: edits of the smallest allowed input, and of policy data."""

    code: str
    broken: Edits
    broken_data: Document
    neighbour: Edits
    neighbour_data: Document
    gone: str
    is_pending: bool
    also: frozenset[str]
    """Codes of other rules that what is broken cannot help but break too."""


@cache
def cases() -> tuple[Case, ...]:
    """Read all cases, in the order of their files."""
    return tuple(
        _case(code, table)
        for path in sorted(CASES.glob("*.yaml"))
        for code, table in yaml.safe_load(path.read_text(encoding="utf-8")).items()
    )


def _case(code: str, table: dict[str, Any]) -> Case:
    return Case(
        code=code,
        broken=_edits(table.pop("broken", {})),
        broken_data=table.pop("broken_data", {}),
        neighbour=_edits(table.pop("neighbour", {})),
        neighbour_data=table.pop("neighbour_data", {}),
        gone=table.pop("gone"),
        is_pending=table.pop("pending", False),
        also=frozenset(table.pop("also", ())),
    )


def _edits(table: dict[str, Any]) -> Edits:
    return {pointer: GONE if value == "GONE" else value for pointer, value in table.items()}
