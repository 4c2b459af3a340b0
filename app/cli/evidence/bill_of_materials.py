"""A model card as a CycloneDX 1.6 machine-learning BOM."""

from __future__ import annotations

from typing import Any

from app.domain.evidence import License, Measurement, ModelCard, SectionState

_CONSIDERATIONS = {
    "intended_use": "useCases",
    "limitations": "technicalLimitations",
}


def bom(card: ModelCard) -> dict[str, Any]:
    """Write what a card tells as a BOM of one component.

    A BOM holds texts, and the gate keeps none of a card's: sections are named by where
    they stand, so that a reader of the BOM finds them.
    """
    component: dict[str, Any] = {
        "type": "machine-learning-model",
        "bom-ref": "model",
        "name": card.name or "unknown",
        "modelCard": _model_card(card),
    }
    if card.version:
        component["version"] = card.version
    if card.owners:
        component["publisher"] = ", ".join(card.owners)
    if card.license is not None:
        component["licenses"] = [_license(card.license)]
    if card.base_models:
        component["pedigree"] = {
            "ancestors": [
                {
                    "type": "machine-learning-model",
                    "name": base.id,
                    **({"version": base.revision} if base.revision else {}),
                }
                for base in card.base_models
            ]
        }
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": component},
    }


def _model_card(card: ModelCard) -> dict[str, Any]:
    parameters: dict[str, Any] = {}
    if card.task:
        parameters["task"] = card.task
    if card.datasets:
        parameters["datasets"] = [{"type": "dataset", "name": d.id} for d in card.datasets]
    written: dict[str, Any] = {}
    if parameters:
        written["modelParameters"] = parameters
    metrics = [_metric(m) for m in card.reported_results if m.value is not None]
    if metrics:
        written["quantitativeAnalysis"] = {"performanceMetrics": metrics}
    considerations = {
        field: [f"see {card.sections[key].native_heading or key}"]
        for key, field in _CONSIDERATIONS.items()
        if key in card.sections and card.sections[key].state is SectionState.PRESENT
    }
    if considerations:
        written["considerations"] = considerations
    return written


def _license(license_: License) -> dict[str, Any]:
    if license_.scheme == "spdx":
        return {"expression": license_.id}
    named = {"name": license_.name or license_.id}
    return {"license": {**named, **({"url": license_.link} if license_.link else {})}}


def _metric(m: Measurement) -> dict[str, Any]:
    written: dict[str, Any] = {"type": m.metric.native_name, "value": repr(m.value)}
    part = [m.dataset.id, *(f"{key}={value}" for key, value in sorted(m.slice.items()))]
    written["slice"] = " ".join(part)
    spread = m.uncertainty
    if spread is not None and spread.ci_low is not None and spread.ci_high is not None:
        written["confidenceInterval"] = {
            "lowerBound": repr(spread.ci_low),
            "upperBound": repr(spread.ci_high),
        }
    return written
