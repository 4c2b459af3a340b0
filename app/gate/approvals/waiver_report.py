"""Report on waivers: which were never used, run out soon, come back again and again."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from app.domain.approvals import waiver
from app.domain.approvals.waiver import DAY_SECONDS, IgnoredWaiver, Waiver, WaiverState
from app.domain.caller import Caller
from app.domain.entry import Kind
from app.domain.log.question import Field, Question, Term
from app.gate.approvals import waivers
from app.ports import Log, Ports

SOON_DAYS = 14
RENEWALS = 3
"""Approved waivers of one rule, model and stage from which on it is no exception any more."""
_PAGE = 500
_END = 2**53


@dataclass(frozen=True, slots=True)
class Renewed:
    """A rule that was waived again and again where it could have been kept or changed."""

    code: str
    model: str
    stage: str
    waivers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WaiverReport:
    """What somebody should look at, of the waivers that the caller sees."""

    unused: tuple[Waiver, ...]
    """Approved and begun, and no decision ever rested on it."""
    untold: tuple[Waiver, ...]
    """Like these, but decisions that may have rested on it are in an archive: it tells."""
    expiring: tuple[Waiver, ...]
    """In force, and over within 14 days."""
    renewed: tuple[Renewed, ...]
    ignored: tuple[IgnoredWaiver, ...]
    """Malformed, or approved and not over but covering nothing by the policy data of now."""


def report(caller: Caller, ports: Ports) -> WaiverReport:
    """Look through the waivers that the caller sees. Raises PolicyEngineError, StoreError."""
    practice = ports.engine.practice()
    now = int(ports.clock.now().timestamp())
    found = waivers.all_of(None, caller, ports)
    approved = [one for one in found.waivers if one.state is WaiverState.APPROVED]
    use = {model: _use(model, ports.log) for model in sorted({o.asked.model for o in approved})}
    unseen = [
        one
        for one in approved
        if one.asked.not_before <= now and one.waiver_id not in use[one.asked.model].waivers
    ]
    untold = [one for one in unseen if use[one.asked.model].may_hide(one)]
    ahead = [one for one in approved if now < one.asked.expires_at]
    faults = [(one, waiver.fault(one, practice, None)) for one in ahead]
    return WaiverReport(
        unused=tuple(one for one in unseen if one not in untold),
        untold=tuple(untold),
        expiring=tuple(
            one
            for one in ahead
            if one.asked.not_before <= now and one.asked.expires_at - now <= SOON_DAYS * DAY_SECONDS
        ),
        renewed=_renewed(one for one in found.waivers if one.approved_by is not None),
        ignored=(
            *found.malformed,
            *(IgnoredWaiver(one.waiver_id, why) for one, why in faults if why is not None),
        ),
    )


@dataclass(frozen=True, slots=True)
class _Use:
    waivers: set[str]
    """What decisions rested on."""
    archived: list[tuple[str | None, int]]
    """Stage and second of each decision that is in an archive."""

    def may_hide(self, one: Waiver) -> bool:
        """Tell whether a decision that is in an archive may have rested on the waiver."""
        asked = one.asked
        return any(
            stage == asked.stage and asked.not_before <= at < asked.expires_at
            for stage, at in self.archived
        )


def _use(model: str, log: Log) -> _Use:
    terms = (Term(Field.MODEL, model), Term(Field.KIND, Kind.DECISION))
    use = _Use(set(), [])
    low = 0
    while page := log.scan(Question(terms, is_for_archived=True), low, _END, _PAGE):
        for entry in page:
            body = json.loads(entry.body)
            if entry.is_archived:
                use.archived.append((body["entry"].get("stage"), entry.at // 1_000_000))
            for one in body.get("waived", ()):
                use.waivers.update(one["waivers"])
        low = page[-1].seq + 1
    return use


def _renewed(approved: Iterable[Waiver]) -> tuple[Renewed, ...]:
    ids: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for one in approved:
        for code in one.asked.codes:
            ids[one.asked.model, one.asked.stage, code].append(one.waiver_id)
    return tuple(
        Renewed(code, model, stage, tuple(sorted(found)))
        for (model, stage, code), found in sorted(ids.items())
        if len(found) >= RENEWALS
    )
