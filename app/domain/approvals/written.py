"""What is held for a release, as it is answered and as policy reads it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.domain.approvals.held import Held
from app.domain.approvals.standing import SetAside, Standing

MOST = 40
"""Members kept of a list that somebody could make long."""


def standing(held: Standing) -> dict[str, Any]:
    """Write who fills which seat, who vetoes, and whose approval does not count."""
    held_for = {(person, stead.role): stead.delegator for person, stead in held.instead_of}
    return {
        "seats": [
            {
                "role": seat.role,
                "required": seat.required,
                "people": [
                    present(subject=person, instead_of=held_for.get((person, seat.role)))
                    for person in seat.people
                ],
            }
            for seat in held.seats
        ],
        "vetoed_by": list(held.vetoed_by[:MOST]),
        "set_aside": [set_aside(one) for one in held.set_aside[:MOST]],
    }


def set_aside(one: SetAside) -> dict[str, Any]:
    """Write an approval that fills no seat of a role, and why."""
    return {
        "subject": one.subject,
        "role": one.role,
        "why": one.why.value,
        "what": list(one.what),
        "release_digest": one.release_digest,
    }


def seating(decision: Mapping[str, Any], held: Held) -> dict[str, Any]:
    """Write what votes on a release are given on, and what they come to."""
    on = held.on
    return {
        "decision_id": decision["decision_id"],
        "outcome": decision["outcome"],
        "model": on.model,
        "version": on.version,
        "stage": on.stage,
        "risk_tier": on.risk_tier,
        "components": {name.value: digest for name, digest in on.components.items()},
        **standing(held.standing),
    }


def approvals(held: Held) -> dict[str, Any]:
    """Write the part `approvals` of the policy input: lists with their counts beside them."""
    counted = held.standing
    return {
        "components": {name.value: digest for name, digest in held.on.components.items()},
        "is_quorum_known": counted.is_quorum_known,
        "seats": [
            {
                "role": seat.role,
                "required": seat.required,
                "filled": len(seat.people),
                "open": seat.open,
                "people": list(seat.people),
            }
            for seat in counted.seats
        ],
        "vetoes": {"count": len(counted.vetoed_by), "by": list(counted.vetoed_by)},
        "not_counted": list(counted.not_counted),
        "break_glass": {
            "count": len(held.glass),
            "opened": [
                {
                    "id": glass.glass_id,
                    "release_digest": glass.release_digest,
                    "stage": glass.stage,
                    "opened_by": glass.opened_by,
                    "opened_at": glass.opened_at,
                    "expires_at": glass.expires_at,
                }
                for glass in held.glass
            ],
        },
        "set_aside": [set_aside(one) for one in counted.set_aside],
        "instead_of": [
            {"subject": person, "role": stead.role, "delegator": stead.delegator}
            for person, stead in counted.instead_of
        ],
    }


def waivers(held: Held) -> dict[str, Any]:
    """Write the part `waivers` of the policy input, if there are any: one for each code."""
    if not held.waivers:
        return {}
    return {
        "waivers": [
            present(
                id=waiver.waiver_id,
                code=code,
                release_digest=waiver.asked.release_digest,
                model=None if waiver.asked.release_digest else waiver.asked.model,
                stage=waiver.asked.stage,
                requested_by=waiver.requested_by,
                approved_by=waiver.approved_by,
                approved_as=waiver.approved_as,
                not_before=waiver.asked.not_before,
                expires_at=waiver.asked.expires_at,
            )
            for waiver in held.waivers
            for code in waiver.asked.codes
        ]
    }


def people(held: Held) -> dict[str, Any]:
    """Write the part `people` of the policy input: who made and measured the model."""
    return {duty: {"count": len(who), "subjects": list(who)} for duty, who in held.people.items()}


def present(**members: object) -> dict[str, Any]:
    """Leave out the members that are None."""
    return {name: value for name, value in members.items() if value is not None}
