"""BUILD INPUT: from all that is known to the one document that policy reads."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from typing import Any

from app.domain.caller import Caller
from app.domain.digest import Digest
from app.domain.evidence import CardReading, Measurement, ModelCard, ReportReading, Run, Unread
from app.domain.finding import Coverage, Finding, RefusedBundle, VerifiedStatement, coverage
from app.domain.precedent import Precedent
from app.domain.release import Release
from app.domain.standing import Standing

SCHEMA = "countersign.dev/policy-input/v1"
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MOST_PATHS = 20
"""Paths listed for people; the counts beside them are what rules decide on."""


def policy_input(  # noqa: PLR0913, PLR0917 - everything that policy may know, by name
    release: Release,
    card: CardReading | None,
    reports: Sequence[ReportReading],
    findings: Sequence[Finding],
    standing: Standing,
    caller: Caller,
    precedent: Precedent,
    now: datetime,
) -> dict[str, Any]:
    """From findings, readings and standing to the policy input (schemas/policy_input.json).

    Lists are restated as counts, so that a rule notices an element that went missing.
    What is absent is left out: no rule meets a null.
    """
    return {
        "schema": SCHEMA,
        "now": int(now.timestamp()),
        "calendar": _calendar(now),
        "release": _release(release, caller, precedent),
        "signatures": _signatures(release, findings),
        **_provenance(release, findings),
        "model_card": _card(card),
        "evaluations": {
            "submitted": len(release.evaluations),
            "reports": [_report(reading) for reading in reports],
        },
        "approvals": _approvals(standing),
    }


def _calendar(now: datetime) -> dict[str, Any]:
    # Policies know no time zones: the hour and the day are told in the zone of the clock.
    return {
        "utc": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "zone": str(now.tzinfo),
        "weekday": WEEKDAYS[now.weekday()],
        "time": now.strftime("%H:%M"),
    }


def _release(release: Release, caller: Caller, precedent: Precedent) -> dict[str, Any]:
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
    return document


def _signatures(release: Release, findings: Sequence[Finding]) -> dict[str, Any]:
    refused = [finding for finding in findings if isinstance(finding, RefusedBundle)]
    return {
        "submitted": len(release.bundles),
        "verified": len(findings) - len(refused),
        "refused": [
            {"bundle_sha256": r.bundle_sha256, "code": r.code, "message": r.message}
            for r in refused
        ],
        "signers": [_signer(laid) for laid in coverage(release.files, findings)],
    }


def _signer(laid: Coverage) -> dict[str, Any]:
    signer = laid.signer
    return {
        "trust_domain": signer.trust_domain,
        "trust_root_sha256": signer.trust_root_sha256,
        "issuer": signer.issuer,
        "identity": {"type": signer.identity_type, "value": signer.identity},
        "claims": dict(signer.claims),
        "signed": {"count": len(laid.signed)},
        "changed": _paths(laid.changed),
        "unsigned": _paths(laid.unsigned),
        "missing": _paths(laid.missing),
        "ignored": _paths(laid.ignored),
    }


def _provenance(release: Release, findings: Sequence[Finding]) -> dict[str, Any]:
    stated = [finding for finding in findings if isinstance(finding, VerifiedStatement)]
    if not stated:
        return {}
    # A signature cannot be in the provenance of what it signs: it is made later.
    bundles = {f.bundle_sha256 for f in findings if not isinstance(f, RefusedBundle)}
    paths = {file.path for file in release.files if file.sha256 not in bundles}
    return {"provenance": {"statements": [_statement(one, paths) for one in stated]}}


def _statement(stated: VerifiedStatement, paths: AbstractSet[str]) -> dict[str, Any]:
    signer = stated.signer
    return _present(
        predicate_type=stated.predicate_type,
        signer={
            "trust_domain": signer.trust_domain,
            "issuer": signer.issuer,
            "identity": {"type": signer.identity_type, "value": signer.identity},
            "claims": dict(signer.claims),
        },
        builder_id=stated.builder_id,
        source_uri=stated.source_uri,
        covered={"count": len(paths & stated.covered)},
        uncovered={"count": len(paths - stated.covered)},
    )


def _paths(paths: Sequence[str]) -> dict[str, Any]:
    return {"count": len(paths), "paths": list(paths[:MOST_PATHS])}


def _card(reading: CardReading | None) -> dict[str, Any]:
    if reading is None:
        return {"status": "missing"}
    card = reading.card
    if isinstance(card, Unread):
        return {"status": card.status.value, "sha256": reading.sha256, "message": card.message}
    return {"status": "read", "sha256": reading.sha256, **_card_content(card)}


def _card_content(card: ModelCard) -> dict[str, Any]:
    license_ = card.license
    return _present(
        format=card.format,
        name=card.name,
        version=card.version,
        license=license_
        and _present(
            id=license_.id, scheme=license_.scheme, name=license_.name, link=license_.link
        ),
        owners=list(card.owners),
        base_models=[
            _present(id=b.id, relation=b.relation, revision=b.revision, license=b.license)
            for b in card.base_models
        ],
        base_models_count=len(card.base_models),
        datasets=[
            _present(id=d.id, split=d.split, revision=d.revision, role=d.role)
            for d in card.datasets
        ],
        languages=list(card.languages),
        task=card.task,
        library=card.library,
        sections={
            key: {"state": section.state.value, "chars": section.chars, "at": section.at}
            for key, section in card.sections.items()
        },
        reported_results=[_measurement(m) for m in card.reported_results],
        quality=sorted({flag.code for flag in card.quality}),
    )


def _report(reading: ReportReading) -> dict[str, Any]:
    report = reading.report
    if isinstance(report, Unread):
        return {
            "status": report.status.value,
            "sha256": reading.sha256,
            "message": report.message,
        }
    subject = report.subject
    return _present(
        status="read",
        sha256=reading.sha256,
        format=report.format,
        tool=report.tool,
        tool_version=report.tool_version,
        binding=reading.binding.value,
        subject=_present(name=subject.name, revision=subject.revision, sha256=subject.sha256),
        run=_run(report.run),
        judge=report.judge,
        results_count=len(report.results),
        results=[_measurement(m) for m in report.results],
        quality=sorted({flag.code for flag in report.quality}),
    )


def _run(run: Run) -> dict[str, Any]:
    return _present(
        status=run.status.value,
        started_at=run.started_at,
        finished_at=run.finished_at,
        samples_expected=run.samples_expected,
        samples_scored=run.samples_scored,
        samples_errored=run.samples_errored,
    )


def _measurement(measurement: Measurement) -> dict[str, Any]:
    spread = measurement.uncertainty
    return _present(
        dataset=measurement.dataset.id,
        dataset_split=measurement.dataset.split,
        dataset_revision=measurement.dataset.revision,
        metric=measurement.metric.id,
        native_metric=measurement.metric.native_name,
        params=dict(measurement.metric.params),
        unit=measurement.metric.unit.value,
        direction=measurement.metric.direction.value,
        status=measurement.status.value,
        value=_rounded(measurement.value),
        n=measurement.n,
        uncertainty=spread
        and _present(
            method=spread.method,
            computed_by=spread.computed_by,
            stderr=_rounded(spread.stderr),
            ci_low=_rounded(spread.ci_low),
            ci_high=_rounded(spread.ci_high),
            level=_rounded(spread.level),
        ),
        slice=dict(measurement.slice),
        slice_role=measurement.slice_role.value,
        is_aggregate=measurement.is_aggregate,
        at=measurement.at,
    )


def _approvals(standing: Standing) -> dict[str, Any]:
    return {
        "is_quorum_known": standing.is_quorum_known,
        "seats": [
            {
                "role": seat.role,
                "required": seat.required,
                "filled": len(seat.people),
                "open": seat.open,
                "people": list(seat.people),
            }
            for seat in standing.seats
        ],
        "vetoes": {"count": len(standing.vetoed_by), "by": list(standing.vetoed_by)},
        "not_counted": list(standing.not_counted),
    }


def _present(**members: object) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def _rounded(value: float | None) -> float | None:
    # OPA compares decimals exactly; ten significant digits keep binary tails out of rules.
    return None if value is None else float(f"{value:.10g}")
