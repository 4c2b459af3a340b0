"""Replay recorded decisions on candidate policies: which would have come out otherwise?

Each is evaluated on its own stored input, with its own stored time. What cannot be known
is listed as not replayed, with the reason, and never guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from app.domain.decision import Outcome, Point, Reason, Verdict, outcome_at
from app.domain.digest import Digest
from app.domain.errors import InvalidDigestError, PolicyEngineError
from app.domain.rollout.replayed import Change, NotReplayed, Replay, Said
from app.gate.record import LONGEST_TEXT, MOST_REASONS
from app.ports import Candidate

PIECE = 512
"""Decisions held in memory at a time."""
SEATS_OUTDATED = "approvals.seats_outdated"
"""The votes in the input were counted against another quorum than the policies state."""

ReadInput = Callable[[Digest], bytes | None]


@dataclass(frozen=True, slots=True)
class _Recorded:
    decision_id: str
    release: str
    said: Said
    policy_input: bytes


def replay(
    decisions: Iterable[Mapping[str, Any]], read_input: ReadInput, candidate: Candidate
) -> Replay:
    """From recorded decisions to what the candidate says of each.

    `decisions` are bodies as they stand in the log, `read_input` gives a stored policy
    input. Raises StoreError, PolicyEngineError when the candidate answers nothing at all.
    """
    same = 0
    changes: list[Change] = []
    not_replayed: list[NotReplayed] = []
    remaining = iter(decisions)
    while piece := list(islice(remaining, PIECE)):
        found = [_recorded(body, read_input) for body in piece]
        recorded = [one for one in found if isinstance(one, _Recorded)]
        not_replayed += [one for one in found if isinstance(one, NotReplayed)]
        answers = candidate.evaluate_all([one.policy_input for one in recorded])
        for one, answer in zip(recorded, answers, strict=True):
            compared = _compared(one, answer)
            if compared is None:
                same += 1
            elif isinstance(compared, Change):
                changes.append(compared)
            else:
                not_replayed.append(compared)
    return Replay(candidate.revision, same, tuple(changes), tuple(not_replayed))


def _recorded(body: Mapping[str, Any], read_input: ReadInput) -> _Recorded | NotReplayed:
    decision_id = str(body.get("decision_id", "without an id"))
    try:
        release = _release(body["release"])
        said = _said(body)
        digest = Digest(body["input_sha256"])
    except (KeyError, TypeError, ValueError, InvalidDigestError):
        return NotReplayed(decision_id, "unknown", "the record is of an unknown form")
    policy_input = read_input(digest)
    if policy_input is None:
        return NotReplayed(decision_id, release, "its input is not stored")
    if Digest.of(policy_input) != digest:
        return NotReplayed(decision_id, release, "its stored input is not the recorded one")
    return _Recorded(decision_id, release, said, policy_input)


def _compared(
    recorded: _Recorded, answer: Verdict | PolicyEngineError
) -> Change | NotReplayed | None:
    if isinstance(answer, PolicyEngineError):
        why = f"the candidate gives no verdict: {answer.message}"
        return NotReplayed(recorded.decision_id, recorded.release, why)
    if SEATS_OUTDATED not in recorded.said.codes and _hangs_on_a_recount(answer):
        why = "the candidate states another quorum, and the votes were counted against the old one"
        return NotReplayed(recorded.decision_id, recorded.release, why)
    after = Said(
        answer.outcome,
        tuple(_kept(reason) for reason in answer.reasons[:MOST_REASONS]),
        len(answer.reasons),
        tuple(outcome for _, outcome in answer.points) if answer.is_scoped() else (),
    )
    if after == recorded.said:
        return None
    return Change(recorded.decision_id, recorded.release, recorded.said, after)


def _hangs_on_a_recount(verdict: Verdict) -> bool:
    others = [reason for reason in verdict.reasons if reason.code != SEATS_OUTDATED]
    is_outdated = len(others) < len(verdict.reasons)
    return is_outdated and all(reason.is_pending for reason in others)


def _kept(reason: Reason) -> tuple[str, str, str, str, str]:
    message, observed, required = (
        text[:LONGEST_TEXT]
        for text in (reason.message, reason.observed or "", reason.required or "")
    )
    return reason.code, reason.at, message, observed, required


def _said(body: Mapping[str, Any]) -> Said:
    return Said(
        Outcome(body["outcome"]),
        tuple(_reasons(body["reasons"])),
        body["reasons_total"],
        tuple(outcome_at(body, point) for point in Point) if "points" in body else (),
    )


def _reasons(stated: Iterable[Mapping[str, str]]) -> Iterator[tuple[str, str, str, str, str]]:
    for reason in stated:
        observed, required = reason.get("observed", ""), reason.get("required", "")
        yield reason["code"], reason["at"], reason["message"], observed, required


def _release(stated: Mapping[str, Any]) -> str:
    model = stated["model"]
    name = f"{model['namespace']}/{model['name']} {model['version']}"
    return f"{name}, {stated['stage']}, {stated['risk_tier']}"
