"""One page of pictures: outcomes by day, frequent reasons, waiting for approvals, waivers."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from statistics import median

from flask import Blueprint, render_template

from app.domain.approvals.waiver import Waiver, WaiverState
from app.domain.caller import Action
from app.domain.decision import Outcome
from app.domain.entry import Kind, microseconds
from app.domain.log.question import Field, Question, Term
from app.gate.approvals import waivers
from app.web import seeing, standing
from app.web.context import caller, permits, ports
from app.web.seeing import Seen
from app.web.showing import charts

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
    decided, is_whole = _lately(Kind.DECISION, now)
    votes, _ = _lately(Kind.APPROVAL, now)
    return render_template(
        "dashboards.html",
        outcomes=charts.days(_by_day(decided, now)),
        reasons=charts.bars(_reasons(decided), "decisions"),
        waits=charts.bars(_waits(decided, votes), "hours"),
        expiring=_expiring(now),
        counted=len(decided),
        is_whole=is_whole,
    )


def _lately(kind: Kind, now: datetime) -> tuple[list[Seen], bool]:
    since = microseconds(now - timedelta(days=DAYS))
    question = Question((Term(Field.KIND, kind),), since=since)
    found = seeing.search(question, standing.END, MOST)
    return [seeing.seen(entry) for entry in found.entries], found.cursor is None


def _by_day(decided: Sequence[Seen], now: datetime) -> list[tuple[str, dict[str, int]]]:
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for one in decided:
        counts[str(one.body["at"])[:10]][str(one.body["outcome"])] += 1
    days = [(now - timedelta(days=ago)).strftime("%Y-%m-%d") for ago in range(DAYS - 1, -1, -1)]
    return [(day, {kind.value: counts[day][kind.value] for kind in Outcome}) for day in days]


def _reasons(decided: Sequence[Seen]) -> list[tuple[str, float]]:
    counts: Counter[str] = Counter()
    for one in decided:
        counts.update({str(reason["code"]) for reason in one.body["reasons"]})
    return [(code, float(count)) for code, count in counts.most_common(_MOST_REASONS)]


def _waits(decided: Sequence[Seen], votes: Sequence[Seen]) -> list[tuple[str, float]]:
    # From when a release first came, of those that came within these days, to each approval.
    first: dict[str, int] = {}
    for one in decided:  # newest first: the last write is the earliest
        first[str(one.body["release"]["digest"])] = one.entry.at
    waited: defaultdict[str, list[float]] = defaultdict(list)
    for vote in votes:
        came = first.get(str(vote.body.get("release_digest")))
        if vote.body.get("vote") == "approve" and came is not None and came <= vote.entry.at:
            for role in vote.body["roles"]:
                waited[role].append((vote.entry.at - came) / 3_600_000_000)
    return [(role, round(median(hours), 2)) for role, hours in sorted(waited.items())]


def _expiring(now: datetime) -> list[Waiver]:
    start, end = now.timestamp(), (now + SOON).timestamp()
    found = waivers.all_of(None, caller(), ports()).waivers
    return [
        one
        for one in found
        if one.state is WaiverState.APPROVED and start < one.asked.expires_at <= end
    ]
