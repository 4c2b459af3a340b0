"""Facts that follow from evidence, as policy reads them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from app.domain.entry import microseconds
from app.domain.evidence import Binding, CardReading, Measurement, ReportReading, Unread
from app.domain.facts import attack_success, fairness
from app.domain.facts import contradiction as card_claims
from app.domain.facts.contradiction import Contradiction
from app.domain.facts.fairness import Gap
from app.domain.facts.freshness import age_seconds
from app.domain.models.mark import Marks
from app.domain.models.pointer import Residence
from app.domain.precedent import Compared
from app.domain.told.members import present, rounded

MOST_LISTED = 20
"""Contradictions listed for people; the count beside them is what rules decide on."""


def marks(found: Marks) -> dict[str, Any]:
    """Tell what people said of a release, and of what it was made from."""
    return present(
        release=found.release.value,
        rollback=found.rollback.value if found.rollback else "none",
        is_whole=found.is_whole,
        ancestors_count=len(found.ancestors),
        ancestors=[{"label": one.label, "state": one.state.value} for one in found.ancestors],
    )


def residence(one: Residence, now: datetime) -> dict[str, Any]:
    """Tell for how long a release has been on a stage, and how it was verified there."""
    return {
        "stage": one.stage,
        "seconds": max(0, microseconds(now) - one.since) // 1_000_000,
        "verification": one.check.value if one.check else "none",
    }


def of_report(reading: ReportReading, now: int) -> dict[str, Any]:
    """Tell how old a report is, and how far the groups in it lie apart."""
    report = reading.report
    if isinstance(report, Unread):
        return {}
    gaps = fairness.gaps(report.results, least_n=1)
    return present(
        age_seconds=age_seconds(report.run, now),
        gaps_count=len(gaps),
        gaps=[_gap(gap) for gap in gaps],
    )


def attack(measurement: Measurement) -> dict[str, Any] | None:
    """Tell how often attacks may succeed at most; None for another metric, or without n."""
    bounds = attack_success.bounds([measurement])
    if not bounds:
        return None
    (bound,) = bounds
    return {
        "attempts": bound.attempts,
        "hits": bound.hits,
        "unscored": bound.unscored,
        "upper": rounded(bound.upper),
        "worst_case": rounded(bound.worst_case),
        "worst_case_upper": rounded(bound.worst_case_upper),
        "level": rounded(bound.level),
    }


def contradictions(card: CardReading, reports: Sequence[ReportReading]) -> dict[str, Any]:
    """Tell which numbers of the card the reports do not bear out; nothing of an unread card."""
    if isinstance(card.card, Unread):
        return {}
    measured = [
        reading.report
        for reading in reports
        if not isinstance(reading.report, Unread) and reading.binding is not Binding.NONE
    ]
    found = card_claims.contradictions(card.card, measured)
    listed = [_contradiction(one) for one in found[:MOST_LISTED]]
    return {"contradictions": {"count": len(found), "found": listed}}


def comparison(compared: Compared) -> dict[str, Any]:
    """Tell how one result compares with that of the released version; more is better."""
    one = compared.comparison
    return present(
        report=compared.report,
        baseline_release_digest=compared.baseline.release_digest,
        baseline_version=compared.baseline.version,
        dataset=one.candidate.dataset.id,
        metric=one.candidate.metric.id,
        params=dict(one.candidate.metric.params),
        slice=dict(one.candidate.slice),
        slice_count=len(one.candidate.slice),
        slice_role=one.candidate.slice_role.value,
        is_comparable=one.is_comparable,
        why="; ".join(one.incomparable) or None,
        is_paired=one.pairs > 0,
        pairs=one.pairs,
        method=one.method,
        candidate_value=rounded(one.candidate.value),
        baseline_value=rounded(one.baseline.value),
        diff=rounded(one.difference),
        diff_low=rounded(one.ci_low),
        diff_high=rounded(one.ci_high),
        level=rounded(one.level),
        p_value=rounded(one.p_value),
    )


def _gap(gap: Gap) -> dict[str, Any]:
    return present(
        dataset=gap.dataset,
        metric=gap.metric,
        params=dict(gap.worst.metric.params),
        unit=gap.worst.metric.unit.value,
        attributes=list(gap.attributes),
        groups=gap.groups,
        smallest_n=gap.smallest_n,
        is_whole=not gap.is_insufficient,
        worst=present(slice=dict(gap.worst.slice), value=rounded(gap.worst.value), n=gap.worst.n),
        difference=rounded(gap.difference),
        ratio=rounded(gap.ratio),
        ci_low=rounded(gap.ci_low),
        ci_high=rounded(gap.ci_high),
        level=rounded(gap.level),
    )


def _contradiction(one: Contradiction) -> dict[str, Any]:
    spread = one.measured.uncertainty
    return present(
        dataset=one.claimed.dataset.id,
        metric=one.claimed.metric.id,
        claimed=rounded(one.claimed.value),
        claimed_at=one.claimed.at,
        measured=rounded(one.measured.value),
        measured_at=one.measured.at,
        ci_low=rounded(spread.ci_low) if spread else None,
        ci_high=rounded(spread.ci_high) if spread else None,
    )
