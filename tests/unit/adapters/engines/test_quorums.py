from __future__ import annotations

import pytest

from app.adapters.engines import quorums
from app.domain.errors import PolicyEngineError


def test_quorums_are_read_by_stage_and_tier() -> None:
    stated = quorums.read_quorums({"production": {"high": {"risk_compliance": 2}}})

    assert stated == {"production": {"high": {"risk_compliance": 2}}}


@pytest.mark.parametrize("seats", [0, -1, 1.0, 1.5, "1", True, None, 101, [1]])
def test_seats_are_whole_numbers_above_nought(seats: object) -> None:
    with pytest.raises(PolicyEngineError, match="whole number"):
        quorums.read_quorums({"production": {"high": {"risk_compliance": seats}}})


@pytest.mark.parametrize("role", ["", "submitter", "operator", "Risk_Compliance", "anybody"])
def test_seats_are_for_roles_that_approve(role: str) -> None:
    with pytest.raises(PolicyEngineError, match="no approver role"):
        quorums.read_quorums({"production": {"high": {role: 1}}})


def test_a_quorum_of_nobody_is_refused() -> None:
    with pytest.raises(PolicyEngineError, match="no seat"):
        quorums.read_quorums({"production": {"high": {}}})


@pytest.mark.parametrize(
    "stated", [None, [], "all", {"production": None}, {"production": {"high": [1]}}, {1: {}}]
)
def test_what_is_no_mapping_is_refused(stated: object) -> None:
    with pytest.raises(PolicyEngineError, match="no mapping"):
        quorums.read_quorums(stated)


def test_policy_data_may_state_no_quorum_at_all() -> None:
    assert quorums.read_quorums({}) == {}
