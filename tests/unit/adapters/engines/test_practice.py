from __future__ import annotations

from typing import Any

import pytest

from app.adapters.engines import practice
from app.domain.approvals.components import Component
from app.domain.errors import PolicyEngineError
from tests.builders import a_practice

QUORUMS = {"production": {"high": {"risk_compliance": 2}}}


def test_a_practice_is_read_whole() -> None:
    found = practice.read(a_practice(QUORUMS), "r1")

    assert found.quorum("production", "high") == {"risk_compliance": 2}
    assert found.quorum("production", "low") is None
    assert found.quorum("staging", "high") is None
    assert found.approvers["risk_compliance"].judges == {Component.WEIGHTS}
    assert found.waivers.max_days == 90


@pytest.mark.parametrize("part", ["quorums", "approvers", "separation", "waivers"])
def test_a_practice_without_a_part_is_an_error(part: str) -> None:
    stated = a_practice(QUORUMS)
    del stated[part]

    with pytest.raises(PolicyEngineError):
        practice.read(stated, "r1")


@pytest.mark.parametrize("stated", [None, [], "practice"])
def test_what_is_no_practice_is_an_error(stated: object) -> None:
    with pytest.raises(PolicyEngineError, match="state no practice"):
        practice.read(stated, "r1")


def test_a_quorum_of_a_role_that_nobody_describes_is_an_error() -> None:
    stated = a_practice(QUORUMS)
    del stated["approvers"]["roles"]["risk_compliance"]

    with pytest.raises(PolicyEngineError, match=r"production/high .*'risk_compliance'"):
        practice.read(stated, "r1")


def test_data_that_does_not_fit_its_schema_is_named() -> None:
    stated = a_practice(QUORUMS, waivers={"roles": ["governance_lead"], "max_days": 0})

    with pytest.raises(PolicyEngineError, match="at /gate/waivers/max_days: "):
        practice.read(stated, "r1")


@pytest.mark.parametrize(
    "profiles",
    [
        None,
        {"production": ["size"]},
        {"production": {"high": ["size"]}},
        {"production": {"high": {"rules": {"a.b": {"level": "sfot"}}}}},
        {"production": {"high": {"rules": {"a.b": {"effective_on": "2027-01-01T00:00:00Z"}}}}},
        {"production": {"high": {"rules": {"a.b": "soft"}}}},
        {"production": {"high": {"rules": {"a.c": {"level": "soft"}}}}},
    ],
    ids=str,
)
def test_what_is_not_plainly_soft_is_hard(profiles: Any) -> None:
    found = practice.read(a_practice(QUORUMS, profiles=profiles), "r1")

    assert not found.is_soft("a.b", "production", "high")


def test_a_soft_rule_is_soft_where_it_is_attached_so() -> None:
    profiles = {"production": {"high": {"rules": {"a.b": {"level": "soft"}}}}}

    found = practice.read(a_practice(QUORUMS, profiles=profiles), "r1")

    assert found.is_soft("a.b", "production", "high")
    assert found.is_soft("a.b", "production", None)
    assert not found.is_soft("a.b", "production", "low")
    assert not found.is_soft("a.b", "staging", None)
