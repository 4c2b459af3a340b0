from __future__ import annotations

from collections.abc import Sequence

from app.cli.policy.deletion import Document
from app.cli.policy.fuzz import Fault, faults

ALLOWED: Document = {"score": 0.9, "note": "why", "people": ["ann", "bob"]}


def _sound(documents: Sequence[Document]) -> list[str]:
    return ["allow" if d.get("score", 0) >= 0.8 and d.get("note") else "deny" for d in documents]


def _with_a_passing_default(documents: Sequence[Document]) -> list[str]:
    return ["allow" if d.get("score", 1) >= 0.8 and d.get("note") else "deny" for d in documents]


def _by_counting(documents: Sequence[Document]) -> list[str]:
    return ["allow" if len(d.get("people", [])) < 2 else "deny" for d in documents]


def test_a_sound_rule_has_no_faults() -> None:
    assert faults(ALLOWED, _sound) == ("allow", [])


def test_a_passing_default_is_found_from_an_allowed_input() -> None:
    outcome, found = faults(ALLOWED, _with_a_passing_default)

    assert outcome == "allow"
    assert [fault.at for fault in found] == ["/score"]


def test_a_passing_default_is_found_from_a_denied_input() -> None:
    outcome, found = faults({**ALLOWED, "score": 0.1}, _with_a_passing_default)

    assert (outcome, found) == ("deny", [Fault("/score", "without it, deny becomes allow")])


def test_an_element_that_went_missing_is_found() -> None:
    _, found = faults(ALLOWED, _by_counting)

    assert [fault.at for fault in found] == ["/people", "/people/0", "/people/1"]


def test_an_error_is_no_better_than_a_denial() -> None:
    outcome, found = faults(ALLOWED, lambda documents: ["error (slow)"] * len(documents))

    assert (outcome, found) == ("error (slow)", [])
