"""Deleting any one field or element of an input never helps a release.

Each check is tried alone, so that it does not lean on what others happen to notice, and all
of them together on what is allowed, pending and denied.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest

from tests.policy.cases import Case, cases
from tests.policy.deletion import deletions
from tests.policy.inputs import Document, a_seat, an_input, edited
from tests.policy.opa import Policies, policies_with

RANK = {"deny": 0, "pending": 1, "allow": 2}
PENDING = {case.code.split(".")[0] for case in cases() if case.is_pending}
"""Checks that have a reason that pends; from the others people never wait."""
UNREAD = (
    "/approvals/not_counted",
    "/at",
    "/changed/paths",
    "/ci_high",  # a demand of at least reads the lower bound
    "/computed_by",
    "/contradictions/found",  # for people; the count beside it decides
    "/direction",
    "/files",
    "/files/count",
    "/files/size",
    "/format",
    "/is_aggregate",
    "/method",
    "/missing/paths",
    "/release/residences",  # read where a soak is demanded
    "/release/residences/0",
    "/release/residences/0/seconds",
    "/release/residences/0/stage",
    "/release/residences/0/verification",
    "/release/residences_count",
    "/model/version",
    "/model_card/datasets",
    "/model_card/languages",
    "/model_card/reported_results",
    "/native_metric",
    "/params/filter",  # no shipped demand names a filter
    "/quality",
    "/sha256",
    "/stderr",
    "/subject",
    "/tool",
    "/tool_version",
    "/trust_root_sha256",
    "/value",  # likewise
)
"""What no shipped rule decides on; whoever adds a rule that does takes it out here."""


WHOLE: dict[str, tuple[Document, str]] = {
    "allowed": ({}, "allow"),
    "a seat is open": ({"/approvals/seats/1": a_seat("governance_lead", [], 1)}, "pending"),
    "not evaluated": ({"/evaluations": {"submitted": 0, "reports": []}}, "pending"),
    "no note": ({"/release/change_note/chars": 0}, "deny"),
    "vetoed": ({"/approvals/vetoes": {"count": 2, "by": ["gus", "pia"]}}, "deny"),
}
"""Edits of what is allowed, and what all checks together say of them."""
Tried = tuple[Document, Document]
"""A document, and the policy data that decides it."""


def _alone(case: Case, data: Document) -> Document:
    check = case.code.split(".")[0]
    alone = {} if check == "gate" else {"production": {"high": {"checks": [check]}}}
    return {"profiles": alone, **data} if alone else data


def _broken(case: Case) -> Tried:
    return edited(an_input(), case.broken), _alone(case, case.broken_data)


def _neighbour(case: Case) -> Tried:
    return edited(an_input(), case.neighbour), _alone(case, case.neighbour_data)


PENDING_CASES = [case for case in cases() if case.code.split(".")[0] in PENDING]


@cache
def _by_data() -> dict[str, dict[str, Document]]:
    """All documents that are tried, by the policy data that they are tried with."""
    tried: list[Tried] = [(edited(an_input(), edits), {}) for edits, _ in WHOLE.values()]
    tried += [_broken(case) for case in cases()]
    tried += [_neighbour(case) for case in PENDING_CASES]
    found: dict[str, dict[str, Document]] = {}
    for document, data in tried:
        found.setdefault(json.dumps(data), {})[json.dumps(document)] = document
    return found


class Outcomes:
    """How documents are decided, as they are and without each field: one process a data."""

    def __init__(self, opa: Path, scratch: Path) -> None:
        self._opa = opa
        self._scratch = scratch
        self._known: dict[str, dict[str, dict[str, str]]] = {}

    def of(self, tried: Tried) -> tuple[str, dict[str, str]]:
        """Tell how a document is decided as it is, and without each of its fields in turn."""
        document, data = json.dumps(tried[0]), json.dumps(tried[1])
        if data not in self._known:
            self._known[data] = self._decide(_by_data()[data], tried[1])
        outcomes = dict(self._known[data][document])
        return outcomes.pop(""), outcomes

    def _decide(self, documents: dict[str, Document], data: Document) -> dict[str, dict[str, str]]:
        places = [
            (name, pointer, changed)
            for name, document in documents.items()
            for pointer, changed in (("", document), *deletions(document))
        ]
        policies = policies_with(self._scratch / str(len(self._known)), data)
        items = [{"input": changed, "data": {}} for _, _, changed in places]
        verdicts = Policies(policies, self._opa).evaluated(items)
        told: dict[str, dict[str, str]] = {name: {} for name in documents}
        for (name, pointer, _), verdict in zip(places, verdicts, strict=True):
            told[name][pointer] = verdict["outcome"]
        return told


@pytest.fixture(scope="module")
def outcomes(opa_binary: Path, tmp_path_factory: pytest.TempPathFactory) -> Outcomes:
    return Outcomes(opa_binary, tmp_path_factory.mktemp("deletions"))


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.code)
def test_a_deletion_never_betters_what_is_broken(case: Case, outcomes: Outcomes) -> None:
    whole, without = outcomes.of(_broken(case))

    assert whole == ("pending" if case.is_pending else "deny")
    assert {at: better for at, better in without.items() if RANK[better] > RANK[whole]} == {}


@pytest.mark.parametrize("case", PENDING_CASES, ids=lambda case: case.code)
def test_a_deletion_never_makes_people_wait_for_what_was_allowed(
    case: Case, outcomes: Outcomes
) -> None:
    whole, without = outcomes.of(_neighbour(case))

    assert whole == "allow"
    assert [at for at, outcome in without.items() if outcome == "pending"] == []


@pytest.mark.parametrize("name", WHOLE)
def test_a_deletion_never_betters_what_all_checks_say(name: str, outcomes: Outcomes) -> None:
    edits, expected = WHOLE[name]

    whole, without = outcomes.of((edited(an_input(), edits), {}))

    assert whole == expected
    assert {at: better for at, better in without.items() if RANK[better] > RANK[whole]} == {}


def test_only_what_no_rule_reads_can_be_deleted(outcomes: Outcomes) -> None:
    _, without = outcomes.of((an_input(), {}))

    still_allowed = {at for at, outcome in without.items() if outcome == "allow"}
    assert {at for at in still_allowed if not at.endswith(UNREAD)} == set()
