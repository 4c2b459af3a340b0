"""From policy data to quorums: who must approve, by stage and risk tier."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from app.domain.caller import APPROVER_ROLES
from app.domain.errors import PolicyEngineError
from app.domain.quorum import Quorum

MOST_SEATS = 100

Quorums = Mapping[str, Mapping[str, Quorum]]
"""By stage, then by risk tier: data.gate.quorums, checked whole."""


def read_quorums(stated: object) -> Quorums:
    """Check policy data's quorums: every one has a seat, and seats are for approver roles.

    Raises PolicyEngineError, since a quorum that nobody can fill, or that asks for nobody,
    is a mistake of the author and not an answer.
    """
    return MappingProxyType(
        {
            stage: MappingProxyType(
                {
                    tier: _quorum(f"{stage}/{tier}", seats)
                    for tier, seats in _mapping(stage, tiers).items()
                }
            )
            for stage, tiers in _mapping("gate", stated).items()
        }
    )


def _quorum(where: str, stated: object) -> Quorum:
    seats = _mapping(where, stated)
    if not seats:
        raise PolicyEngineError(f"the quorum of {where} has no seat")
    for role, count in seats.items():
        if role not in APPROVER_ROLES:
            raise PolicyEngineError(f"the quorum of {where} names no approver role: {role!r}")
        if type(count) is not int or not 0 < count <= MOST_SEATS:
            raise PolicyEngineError(f"the quorum of {where} has no whole number of {role}")
    return MappingProxyType({role: int(str(count)) for role, count in seats.items()})


def _mapping(where: str, stated: object) -> Mapping[str, object]:
    if not isinstance(stated, Mapping) or not all(isinstance(key, str) for key in stated):
        raise PolicyEngineError(f"the quorums of {where} are no mapping")
    return stated
