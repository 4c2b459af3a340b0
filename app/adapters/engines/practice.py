"""From policy data to the practice: who approves what, how votes count, who waives what."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from app.adapters.engines import policy_data, quorums
from app.domain.approvals.components import Component
from app.domain.approvals.practice import (
    ApproverRule,
    ApproverSigner,
    BreakGlassRule,
    Practice,
    WaiverRule,
)
from app.domain.errors import PolicyEngineError

PATH = "gate/practice"
"""Where an OPA states it: policies/gate/practice.rego."""
_CHECKED = ("approvers", "separation", "waivers", "break_glass")


def read(stated: object, revision: str) -> Practice:
    """Check what policies state under PATH, and read it.

    Raises PolicyEngineError for what does not fit its schema, and for a quorum with a role
    of which nobody says what it judges.
    """
    if not isinstance(stated, Mapping):
        raise PolicyEngineError("the policies state no practice: quorums, approvers, waivers")
    seats = quorums.read_quorums(stated.get("quorums"))
    for name in _CHECKED:
        policy_data.must_fit(name, stated.get(name))
    approvers = {role: _approver(rule) for role, rule in stated["approvers"]["roles"].items()}
    for stage, tiers in seats.items():
        for tier, quorum in tiers.items():
            if unknown := sorted(set(quorum) - set(approvers)):
                message = f"the quorum of {stage}/{tier} has a role that approvers lacks"
                raise PolicyEngineError(f"{message}: {unknown[0]!r}")
    return Practice(
        revision=revision,
        quorums=seats,
        approvers=MappingProxyType(approvers),
        beside_weights=frozenset(stated["approvers"]["beside_weights"]),
        signers=frozenset(ApproverSigner(**signer) for signer in stated["approvers"]["signers"]),
        delegation_max_days=stated["approvers"]["delegation_max_days"],
        excluded={
            stage: {tier: frozenset(rule["excluded"]) for tier, rule in tiers.items()}
            for stage, tiers in stated["separation"].items()
        },
        waivers=WaiverRule(frozenset(stated["waivers"]["roles"]), stated["waivers"]["max_days"]),
        break_glass=BreakGlassRule(
            int(stated["break_glass"]["max_hours"]),
            frozenset(stated["break_glass"]["review_roles"]),
        ),
        soft=_attached(stated.get("profiles"), "soft"),
        emergency=_attached(stated.get("profiles"), "emergency"),
    )


def of_data(data: Mapping[str, Any], revision: str) -> Practice:
    """Read it from a whole data document, as the rule of PATH does. Raises PolicyEngineError."""
    return read(data.get("gate"), revision)


def _approver(rule: Mapping[str, Any]) -> ApproverRule:
    return ApproverRule(
        judges=frozenset(Component(name) for name in rule["judges"]),
        needs=frozenset(Component(name) for name in rule["needs"]),
        valid_days=int(rule["valid_days"]),
        is_signed=rule.get("signed", False) is not False,
    )


def _attached(profiles: object, level: str) -> dict[str, dict[str, frozenset[str]]]:
    # Whatever is not plainly attached otherwise is hard, as it is to the rules.
    return {
        str(stage): {
            str(tier): frozenset(
                str(code)
                for code, rule in _members(_member(profile, "rules"))
                if _member(rule, "level") == level
            )
            for tier, profile in _members(tiers)
        }
        for stage, tiers in _members(profiles)
    }


def _members(value: object) -> list[tuple[object, object]]:
    return list(value.items()) if isinstance(value, Mapping) else []


def _member(value: object, name: str) -> object:
    return value.get(name) if isinstance(value, Mapping) else None
