"""CycloneDX 1.5 to 1.7 machine-learning BOMs, validated by the official schemas.

The CycloneDX library validates but drops `modelCard` when it reads, so the plain document
is read. A model component without a card is read as far as it goes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cyclonedx.exception import MissingOptionalDependencyException
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from app.adapters.cards.described import must_read, sections_of
from app.domain.canonical import pointer
from app.domain.errors import UnreadableEvidenceError
from app.domain.evidence import (
    BaseModel,
    Dataset,
    License,
    ModelCard,
    QualityFlag,
    Section,
)
from app.domain.reading.files import sole_json
from app.domain.reading.measuring import Interval, Observation, measure
from app.domain.reading.quantity import text
from app.domain.reading.shape import mapping, members
from app.domain.release import Document

_VERSIONS = {"1.5": SchemaVersion.V1_5, "1.6": SchemaVersion.V1_6, "1.7": SchemaVersion.V1_7}
_MODEL = "machine-learning-model"


class CycloneDXCardReader:
    """Reads the one model component of a BOM."""

    format = "cyclonedx"

    def sniff(self, files: Sequence[Document]) -> bool:
        """Tell whether the one file is a CycloneDX BOM with a model in it."""
        bom = mapping(sole_json(files, "bomFormat", "specVersion"))
        return bom.get("bomFormat") == "CycloneDX" and bool(_models(bom))

    def parse(self, files: Sequence[Document]) -> ModelCard:
        """Read the BOM. Raises UnreadableEvidenceError, and nothing else."""
        bom = must_read(files)
        _validate(bom, files[0])
        at, model = _model(bom)
        card = mapping(model.get("modelCard"))
        parameters = mapping(card.get("modelParameters"))
        reported, flags = measure(_metrics(card, at), scale=None)
        told = [] if card else [QualityFlag("CARD_MISSING", at, "the component has no modelCard")]
        return ModelCard(
            format=self.format,
            name=_name(model),
            version=text(model.get("version")),
            license=_license(model),
            owners=tuple(dict.fromkeys(_owners(model))),
            base_models=tuple(_ancestors(model)),
            datasets=tuple(dict.fromkeys(_datasets(bom, model, parameters))),
            languages=(),
            task=text(parameters.get("task")),
            library=None,
            sections=_sections(card, at),
            reported_results=reported,
            quality=(*told, *flags),
        )


def _validate(bom: Mapping[str, object], file: Document) -> None:
    version = _VERSIONS.get(text(bom.get("specVersion")) or "")
    if version is None:
        known = ", ".join(_VERSIONS)
        raise UnreadableEvidenceError(f"no CycloneDX BOM of a version that is read: {known}")
    try:
        error = JsonStrictValidator(version).validate_str(file.content.decode("utf-8"))
    except MissingOptionalDependencyException as missing:
        raise UnreadableEvidenceError("the CycloneDX schemas are not installed") from missing
    if error is not None:
        problem = text(str(error).partition("\n")[0], 200) or "unknown problem"
        raise UnreadableEvidenceError(f"not valid by the CycloneDX schema: {problem}")


def _models(bom: Mapping[str, object]) -> list[tuple[str, Mapping[str, Any]]]:
    described = mapping(mapping(bom.get("metadata")).get("component"))
    if described.get("type") == _MODEL:
        return [("/metadata/component", described)]
    listed = members(bom.get("components"))
    return [(pointer("components", i), one) for i, one in listed if one.get("type") == _MODEL]


def _model(bom: Mapping[str, object]) -> tuple[str, Mapping[str, Any]]:
    models = _models(bom)
    if len(models) != 1:
        message = f"the BOM describes {len(models)} models; which one is released is not said"
        raise UnreadableEvidenceError(message)
    return models[0]


def _name(component: Mapping[str, Any]) -> str | None:
    parts = [text(component.get(key)) for key in ("group", "name")]
    return "/".join(part for part in parts if part) or None


def _license(component: Mapping[str, Any]) -> License | None:
    for _, entry in members(component.get("licenses")):
        expression, license_ = text(entry.get("expression")), mapping(entry.get("license"))
        if expression:
            return License(expression, "spdx", None, None)
        link = text(license_.get("url"))
        if identifier := text(license_.get("id")):
            return License(identifier, "spdx", None, link)
        if name := text(license_.get("name")):
            return License("other", "custom", name, link)
    return None


def _owners(component: Mapping[str, Any]) -> Iterator[str]:
    named = [mapping(component.get(key)).get("name") for key in ("manufacturer", "supplier")]
    people = [author.get("name") for _, author in members(component.get("authors"))]
    for raw in (*named, *people, component.get("publisher"), component.get("author")):
        if owner := text(raw):
            yield owner


def _ancestors(component: Mapping[str, Any]) -> Iterator[BaseModel]:
    for _, ancestor in members(mapping(component.get("pedigree")).get("ancestors")):
        if name := _name(ancestor):
            license_ = _license(ancestor)
            revision = text(ancestor.get("version"))
            yield BaseModel(name, "ancestor", revision, license_.id if license_ else None)


def _datasets(
    bom: Mapping[str, object], model: Mapping[str, Any], parameters: Mapping[str, Any]
) -> Iterator[Dataset]:
    components = {text(one.get("bom-ref")): one for _, one in members(bom.get("components"))}
    references = [one.get("ref") for _, one in members(parameters.get("datasets"))]
    for _, inline in members(parameters.get("datasets")):
        if name := text(inline.get("name")):
            yield Dataset(name)
    for _, entry in members(bom.get("dependencies")):
        depends = entry.get("dependsOn")
        if entry.get("ref") == model.get("bom-ref") and isinstance(depends, list):
            references.extend(depends)
    for reference in references:
        one = components.get(text(reference)) if text(reference) else None
        if one is not None and one.get("type") == "data" and (name := text(one.get("name"))):
            hashes = [text(h.get("content")) for _, h in members(one.get("hashes"))]
            yield Dataset(name, revision=hashes[0] if hashes else text(one.get("version")))


def _metrics(card: Mapping[str, Any], at: str) -> Iterator[Observation]:
    metrics = mapping(card.get("quantitativeAnalysis")).get("performanceMetrics")
    for index, metric in members(metrics):
        bounds = mapping(metric.get("confidenceInterval"))
        part = text(metric.get("slice"))
        path = ("modelCard", "quantitativeAnalysis", "performanceMetrics", index, "value")
        yield Observation(
            native_metric=text(metric.get("type")) or "unknown",
            raw=metric.get("value"),
            at=at + pointer(*path),
            dataset=Dataset("unknown"),
            interval=Interval(bounds.get("lowerBound"), bounds.get("upperBound"), None),
            slice={"slice": part} if part else {},
        )


def _sections(card: Mapping[str, Any], at: str) -> dict[str, Section]:
    considerations = mapping(card.get("considerations"))
    here = at + "/modelCard"

    def taken(*keys: str) -> dict[str, object]:
        return {here + pointer("considerations", key): considerations.get(key) for key in keys}

    analysis = mapping(card.get("quantitativeAnalysis"))
    parameters = mapping(card.get("modelParameters"))
    metrics = here + "/quantitativeAnalysis/performanceMetrics"
    return sections_of(
        {
            "intended_use": taken("useCases", "users"),
            "limitations": taken("technicalLimitations", "performanceTradeoffs"),
            "ethical_considerations": taken("ethicalConsiderations", "fairnessAssessments"),
            "training_data": {here + "/modelParameters/datasets": parameters.get("datasets")},
            "evaluation": {metrics: analysis.get("performanceMetrics")},
        }
    )
