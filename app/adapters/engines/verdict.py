"""From an engine's raw answer to a verdict that is whole and consistent, or an error.

Nothing here repairs or guesses: an answer that says allow and gives a reason, or that ran
other checks than the profile names, is not half a verdict but none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import jsonschema_rs

from app.domain.canonical import pointer
from app.domain.decision import EngineIdentity, Outcome, Point, Reason, Verdict, Waived
from app.domain.errors import PolicyEngineError


class VerdictReader:
    """Reads raw answers against the schema of a verdict (schemas/verdict.json)."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        """Take the schema. Raises PolicyEngineError when it is not JSON Schema."""
        try:
            self._validator = jsonschema_rs.Draft202012Validator(dict(schema))
        except ValueError as error:
            message = "the schema of a verdict is no JSON Schema"
            raise PolicyEngineError(message, detail=str(error)) from error

    def read(self, answer: object, revision: str, engine: EngineIdentity) -> Verdict:
        """Check an answer and turn it into a verdict.

        Raises PolicyEngineError for an answer that does not fit the schema, states
        something twice, or whose outcome does not follow from its reasons and checks.
        """
        fault = self._fault(answer)
        if fault is not None or not isinstance(answer, dict):
            detail = fault or type(answer).__name__
            raise PolicyEngineError("the policy engine's answer is no verdict", detail=detail)
        reasons = _reasons(answer["reasons"])
        expected = _names(answer["checks"]["expected"])
        ran = _names(answer["checks"]["ran"])
        outcome = Outcome(answer["outcome"])
        points = tuple((point, Outcome(o)) for point, o in _points(answer, outcome))
        _must_follow(outcome, reasons, expected, ran)
        for point, there in points:
            here = [reason for reason in reasons if point in reason.points]
            _must_follow(there, here, expected, ran)
        return Verdict(
            outcome=outcome,
            reasons=reasons,
            warnings=_reasons(answer["warnings"]),
            profile=answer["profile"],
            checks=ran,
            policy_revision=revision,
            engine=engine,
            waived=_covered(answer.get("waived", []), "waivers"),
            broken_glass=_covered(answer.get("broken_glass", []), "break_glass"),
            points=points,
        )

    def _fault(self, answer: object) -> str | None:
        try:
            fault = next(self._validator.iter_errors(answer), None)
        except ValueError as error:
            return str(error)  # nothing that JSON can say
        return None if fault is None else f"{pointer(*fault.instance_path)}: {fault.message[:500]}"


def _reasons(stated: Sequence[Mapping[str, Any]]) -> tuple[Reason, ...]:
    reasons = sorted((_reason(one) for one in stated), key=_order)
    for one, next_one in pairwise(reasons):
        if one == next_one:
            raise _contradiction(f"the reason {one.code} at {one.at} is stated twice")
    return tuple(reasons)


def _reason(stated: Mapping[str, Any]) -> Reason:
    return Reason(
        code=stated["code"],
        at=stated["at"],
        message=stated["message"],
        is_pending=stated["is_pending"],
        who=stated["who"],
        how=stated["how"],
        observed=stated.get("observed"),
        required=stated.get("required"),
        points=tuple(point for point in Point if point.value in stated.get("points", tuple(Point))),
    )


def _covered(stated: Sequence[Mapping[str, Any]], by: str) -> tuple[Waived, ...]:
    found = (Waived(one["code"], one["at"], tuple(sorted(one[by]))) for one in stated)
    return tuple(sorted(found, key=lambda one: (one.code, one.at, one.by)))


def _order(reason: Reason) -> tuple[str, ...]:
    # Sets come in no order of their own from some engines: ours must not depend on the engine.
    return (
        reason.code,
        reason.at,
        reason.message,
        reason.who,
        reason.how,
        reason.observed or "",
        reason.required or "",
        str(reason.is_pending),
        " ".join(reason.points),
    )


def _names(stated: Sequence[str]) -> tuple[str, ...]:
    if len(set(stated)) != len(stated):
        raise _contradiction("a check is named twice")
    return tuple(sorted(stated))


def _points(answer: Mapping[str, Any], outcome: Outcome) -> Iterator[tuple[Point, str]]:
    # Policies from before there were points say one outcome, which is so at all of them.
    stated = answer.get("points", dict.fromkeys(Point, outcome.value))
    return ((point, stated[point.value]) for point in Point)


def _must_follow(
    outcome: Outcome, reasons: Sequence[Reason], expected: Sequence[str], ran: Sequence[str]
) -> None:
    all_ran = bool(expected) and expected == ran
    match outcome:
        case Outcome.ALLOW:
            if reasons:
                raise _contradiction("an allow that gives reasons")
            if not all_ran:
                raise _contradiction("an allow although not every expected check ran")
        case Outcome.PENDING:
            if not reasons or not all(reason.is_pending for reason in reasons):
                raise _contradiction("pending without only pending reasons")
            if not all_ran:
                raise _contradiction("pending although not every expected check ran")
        case Outcome.DENY:
            if not reasons:
                raise _contradiction("a deny without a reason")


def _contradiction(what: str) -> PolicyEngineError:
    return PolicyEngineError("the policy engine's answer contradicts itself", detail=what)
