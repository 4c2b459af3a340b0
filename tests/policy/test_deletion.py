"""Deleting any one field or element of an input never helps a release.

Each check is tried alone, so that it does not lean on what others happen to notice, and all
of them together on what is allowed, pending and denied.
"""

from __future__ import annotations

import pytest

from tests.policy.cases import Case, cases
from tests.policy.deletion import deletions
from tests.policy.inputs import Document, a_seat, an_input, edited
from tests.policy.opa import Policies

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


def _outcomes(policies: Policies, document: Document, data: Document) -> tuple[str, dict[str, str]]:
    """Decide a document as it is, and without each of its fields in turn."""
    without = list(deletions(document))
    items = [(document, data), *((changed, data) for _, changed in without)]
    whole, *rest = [verdict["outcome"] for verdict in policies.brought(items)]
    return whole, {pointer: outcome for (pointer, _), outcome in zip(without, rest, strict=True)}


def _alone(case: Case, data: Document) -> Document:
    check = case.code.split(".")[0]
    alone = {} if check == "gate" else {"production": {"high": {"checks": [check]}}}
    return {"profiles": alone, **data} if alone else data


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.code)
def test_a_deletion_never_betters_what_is_broken(case: Case, policies: Policies) -> None:
    data = _alone(case, case.broken_data)

    whole, without = _outcomes(policies, edited(an_input(), case.broken), data)

    assert whole == ("pending" if case.is_pending else "deny")
    assert {at: better for at, better in without.items() if RANK[better] > RANK[whole]} == {}


@pytest.mark.parametrize(
    "case",
    [case for case in cases() if case.code.split(".")[0] in PENDING],
    ids=lambda case: case.code,
)
def test_a_deletion_never_makes_people_wait_for_what_was_allowed(
    case: Case, policies: Policies
) -> None:
    data = _alone(case, case.neighbour_data)

    whole, without = _outcomes(policies, edited(an_input(), case.neighbour), data)

    assert whole == "allow"
    assert [at for at, outcome in without.items() if outcome == "pending"] == []


@pytest.mark.parametrize(
    ("edits", "outcome"),
    [
        ({}, "allow"),
        ({"/approvals/seats/1": a_seat("governance_lead", [], 1)}, "pending"),
        ({"/evaluations": {"submitted": 0, "reports": []}}, "pending"),
        ({"/release/change_note/chars": 0}, "deny"),
        ({"/approvals/vetoes": {"count": 2, "by": ["gus", "pia"]}}, "deny"),
    ],
    ids=["allowed", "a seat is open", "not evaluated", "no note", "vetoed"],
)
def test_a_deletion_never_betters_what_all_checks_say(
    edits: Document, outcome: str, policies: Policies
) -> None:
    whole, without = _outcomes(policies, edited(an_input(), edits), {})

    assert whole == outcome
    assert {at: better for at, better in without.items() if RANK[better] > RANK[whole]} == {}


def test_only_what_no_rule_reads_can_be_deleted(policies: Policies) -> None:
    _, without = _outcomes(policies, an_input(), {})

    still_allowed = {at for at, outcome in without.items() if outcome == "allow"}
    assert {at for at in still_allowed if not at.endswith(UNREAD)} == set()
