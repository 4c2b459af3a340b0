"""BUILD INPUT: from all that is known to the one document that policy reads."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from app.domain.approvals import written
from app.domain.approvals.held import Held
from app.domain.caller import Caller
from app.domain.digest import Digest
from app.domain.evidence import CardReading, ReportReading
from app.domain.finding import Finding
from app.domain.models.mark import Marks
from app.domain.precedent import Compared, Precedent
from app.domain.release import Evidence, Release
from app.domain.told import evidence, facts, signing

SCHEMA = "countersign.dev/policy-input/v1"
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def policy_input(  # noqa: PLR0913, PLR0917 - everything that policy may know, by name
    release: Release,
    card: CardReading | None,
    reports: Sequence[ReportReading],
    compared: Sequence[Compared],
    findings: Sequence[Finding],
    held: Held,
    caller: Caller,
    precedent: Precedent,
    marks: Marks,
    now: datetime,
) -> dict[str, Any]:
    """From findings, readings and what people said to the policy input (schemas/policy_input.json).

    Lists are restated as counts, so that a rule notices an element that went missing.
    What is absent is left out: no rule meets a null.
    """
    return {
        "schema": SCHEMA,
        "now": int(now.timestamp()),
        "calendar": _calendar(now),
        "release": _release(release, held, caller, precedent)
        | {
            "marks": facts.marks(marks),
            "residences_count": len(precedent.residences),
            "residences": [facts.residence(one, now) for one in precedent.residences],
        },
        "signatures": signing.signatures(release, findings),
        **signing.provenance(release, findings),
        "model_card": _card(release, card, reports, findings),
        "evaluations": {
            "submitted": len(release.evaluations),
            "reports": [
                _report(release, submitted, reading, findings, int(now.timestamp()))
                for submitted, reading in zip(release.evaluations, reports, strict=True)
            ],
            "comparisons_count": len(compared),
            "comparisons": [facts.comparison(one) for one in compared],
        },
        "approvals": written.approvals(held),
        **written.waivers(held),
    }


def _calendar(now: datetime) -> dict[str, Any]:
    # Policies know no time zones: the hour and the day are told in the zone of the clock.
    return {
        "utc": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "zone": str(now.tzinfo),
        "weekday": WEEKDAYS[now.weekday()],
        "time": now.strftime("%H:%M"),
    }


def _release(release: Release, held: Held, caller: Caller, precedent: Precedent) -> dict[str, Any]:
    document: dict[str, Any] = {
        "digest": release.digest,
        "model": {
            "namespace": release.model.namespace,
            "name": release.model.name,
            "version": release.model.version,
        },
        "stage": release.stage,
        "risk_tier": release.risk_tier,
        "files": {
            "count": len(release.files),
            "size": sum(file.size for file in release.files),
        },
        "submitted_by": caller.subject,
        "is_first": precedent.is_first,
    }
    if release.change_note is not None:
        note = release.change_note.strip()
        document["change_note"] = {"chars": len(note), "sha256": Digest.of(note.encode())}
    if release.rollback is not None:
        document["rollback"] = {
            "version": release.rollback.version,
            "release_digest": release.rollback.release_digest,
            "is_released": precedent.is_rollback_released,
        }
    if held.people:
        document["people"] = written.people(held)
    if release.change_plan is not None:
        plan = release.change_plan
        document["change_plan"] = {"sha256": plan.sha256, "kind": plan.kind}
    return document


def _card(
    release: Release,
    reading: CardReading | None,
    reports: Sequence[ReportReading],
    findings: Sequence[Finding],
) -> dict[str, Any]:
    told = evidence.card(reading)
    if reading is None or release.model_card is None:
        return told
    told["statements"] = signing.about(release, release.model_card, findings)
    return told | facts.contradictions(reading, reports)


def _report(
    release: Release,
    submitted: Evidence,
    reading: ReportReading,
    findings: Sequence[Finding],
    now: int,
) -> dict[str, Any]:
    told = evidence.report(reading)
    told["statements"] = signing.about(release, submitted, findings)
    return told | facts.of_report(reading, now)
