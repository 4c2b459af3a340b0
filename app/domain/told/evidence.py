"""Model cards and evaluation reports, as policy reads them."""

from __future__ import annotations

from typing import Any

from app.domain.evidence import CardReading, Measurement, ModelCard, ReportReading, Run, Unread
from app.domain.told.facts import attack
from app.domain.told.members import present, rounded


def card(reading: CardReading | None) -> dict[str, Any]:
    """Tell what the model card says, or why it says nothing."""
    if reading is None:
        return {"status": "missing"}
    told = reading.card
    if isinstance(told, Unread):
        return {"status": told.status.value, "sha256": reading.sha256, "message": told.message}
    return {"status": "read", "sha256": reading.sha256, **_card_content(told)}


def _card_content(card: ModelCard) -> dict[str, Any]:
    license_ = card.license
    return present(
        format=card.format,
        name=card.name,
        version=card.version,
        license=license_
        and present(id=license_.id, scheme=license_.scheme, name=license_.name, link=license_.link),
        owners=list(card.owners),
        base_models=[
            present(id=b.id, relation=b.relation, revision=b.revision, license=b.license)
            for b in card.base_models
        ],
        base_models_count=len(card.base_models),
        datasets=[
            present(id=d.id, split=d.split, revision=d.revision, role=d.role) for d in card.datasets
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


def report(reading: ReportReading) -> dict[str, Any]:
    """Tell what a report says, and how it is bound, or why it says nothing."""
    told = reading.report
    if isinstance(told, Unread):
        return {"status": told.status.value, "sha256": reading.sha256, "message": told.message}
    subject = told.subject
    return present(
        status="read",
        sha256=reading.sha256,
        format=told.format,
        tool=told.tool,
        tool_version=told.tool_version,
        binding=reading.binding.value,
        subject=present(name=subject.name, revision=subject.revision, sha256=subject.sha256),
        run=_run(told.run),
        judge=told.judge,
        results_count=len(told.results),
        results=[_measurement(m) for m in told.results],
        quality=sorted({flag.code for flag in told.quality}),
    )


def _run(run: Run) -> dict[str, Any]:
    return present(
        status=run.status.value,
        started_at=run.started_at,
        finished_at=run.finished_at,
        samples_expected=run.samples_expected,
        samples_scored=run.samples_scored,
        samples_errored=run.samples_errored,
    )


def _measurement(measurement: Measurement) -> dict[str, Any]:
    spread = measurement.uncertainty
    return present(
        dataset=measurement.dataset.id,
        dataset_split=measurement.dataset.split,
        dataset_revision=measurement.dataset.revision,
        metric=measurement.metric.id,
        native_metric=measurement.metric.native_name,
        params=dict(measurement.metric.params),
        unit=measurement.metric.unit.value,
        direction=measurement.metric.direction.value,
        status=measurement.status.value,
        value=rounded(measurement.value),
        n=measurement.n,
        uncertainty=spread
        and present(
            method=spread.method,
            computed_by=spread.computed_by,
            stderr=rounded(spread.stderr),
            ci_low=rounded(spread.ci_low),
            ci_high=rounded(spread.ci_high),
            level=rounded(spread.level),
        ),
        slice=dict(measurement.slice),
        slice_role=measurement.slice_role.value,
        is_aggregate=measurement.is_aggregate,
        attack=attack(measurement),
        at=measurement.at,
    )
