"""One page of pictures: outcomes by day, frequent reasons, waiting for approvals, waivers."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from statistics import median

from flask import Blueprint, render_template

from app.domain.approvals.waiver import Waiver, WaiverState
from app.domain.caller import Action
from app.domain.decision import Outcome
from app.domain.entry import Entry, Kind, microseconds
from app.domain.log.question import Field, Found, Question, Term
from app.gate.approvals import waivers
from app.web import seeing, standing
from app.web.context import caller, permits, ports
from app.web.showing import charts, words

blueprint = Blueprint("dashboards", __name__)

DAYS = 30
SOON = timedelta(days=14)
MOST = 1000
"""Entries that are counted, the latest; the page says when there were more."""
_MOST_REASONS = 10


@blueprint.get("/dashboards")
@permits(Action.READ)
def page() -> str:
    """Draw the last days."""
    now = ports().clock.now().astimezone(UTC)
    decided, votes = _lately(Kind.DECISION, now), _lately(Kind.APPROVAL, now)
    counted = _count(decided.entries)
    return render_template(
        "dashboards.html",
        outcomes=charts.days(_by_day(counted, now)),
        reasons=charts.bars(_reasons(counted), words.decisions),
        waits=charts.bars(_waits(counted, votes.entries), words.lasting),
        expiring=_expiring(now),
        counted=len(decided.entries),
        is_whole=decided.cursor is None,
    )


@dataclass(frozen=True, slots=True)
class _Counted:
    """What is kept of decisions; their documents are let go one by one.

    A thousand of them at once make the collector of the interpreter walk everything it has.
    """

    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Of each day and outcome."""
    codes: Counter[str] = field(default_factory=Counter)
    came: dict[str, int] = field(default_factory=dict)
    """When each release first came, in microseconds since the epoch."""


def _lately(kind: Kind, now: datetime) -> Found:
    since = microseconds(now - timedelta(days=DAYS))
    return seeing.search(Question((Term(Field.KIND, kind),), since=since), standing.END, MOST)


def _count(decided: Iterable[Entry]) -> _Counted:
    counted = _Counted()
    for entry in decided:  # newest first: the last write is the earliest
        body = seeing.seen(entry).body
        counted.outcomes[str(body["at"])[:10], str(body["outcome"])] += 1
        counted.codes.update({str(reason["code"]) for reason in body["reasons"]})
        counted.came[str(body["release"]["digest"])] = entry.at
    return counted


def _by_day(counted: _Counted, now: datetime) -> list[tuple[str, dict[str, int]]]:
    days = [(now - timedelta(days=ago)).strftime("%Y-%m-%d") for ago in range(DAYS - 1, -1, -1)]
    kinds = [kind.value for kind in Outcome]
    return [(day, {kind: counted.outcomes[day, kind] for kind in kinds}) for day in days]


def _reasons(counted: _Counted) -> list[tuple[str, float]]:
    return [(code, float(count)) for code, count in counted.codes.most_common(_MOST_REASONS)]


def _waits(counted: _Counted, votes: Iterable[Entry]) -> list[tuple[str, float]]:
    # From when a release first came, of those that came within these days, to each approval.
    waited: defaultdict[str, list[float]] = defaultdict(list)
    for entry in votes:
        body = seeing.seen(entry).body
        came = counted.came.get(str(body.get("release_digest")))
        if body.get("vote") == "approve" and came is not None and came <= entry.at:
            for role in body["roles"]:
                waited[words.role(role)].append((entry.at - came) / 1_000_000)
    return [(role, median(seconds)) for role, seconds in sorted(waited.items())]


def _expiring(now: datetime) -> list[Waiver]:
    start, end = now.timestamp(), (now + SOON).timestamp()
    found = waivers.all_of(None, caller(), ports()).waivers
    return [
        one
        for one in found
        if one.state is WaiverState.APPROVED and start < one.asked.expires_at <= end
    ]
