"""Google's Model Card Toolkit JSON, schemas 0.0.1 and 0.0.2. The library itself is dead."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from app.adapters.cards.described import must_read, sections_of
from app.domain.canonical import pointer
from app.domain.errors import UnreadableEvidenceError
from app.domain.evidence import Dataset, License, ModelCard, Section
from app.domain.reading.files import sole_json
from app.domain.reading.measuring import Interval, Observation, measure
from app.domain.reading.quantity import text
from app.domain.reading.shape import mapping, members
from app.domain.release import Document

_TOP = frozenset(
    (
        "schema_version",
        "model_details",
        "model_parameters",
        "quantitative_analysis",
        "considerations",
    )
)
_OVERALL = frozenset(("", "overall", "all"))


class ModelCardToolkitReader:
    """Reads the tree; its leaves are text in 0.0.2, and numbers too in 0.0.1."""

    format = "model_card_toolkit"

    def sniff(self, files: Sequence[Document]) -> bool:
        """Tell whether the one file has model details, and no key that the schema lacks."""
        return _is_card(mapping(sole_json(files, "model_details")))

    def parse(self, files: Sequence[Document]) -> ModelCard:
        """Read the card. Raises UnreadableEvidenceError, and nothing else."""
        card = must_read(files)
        if not _is_card(card):
            raise UnreadableEvidenceError("no Model Card Toolkit JSON")
        details = mapping(card["model_details"])
        version = details.get("version")
        reported, flags = measure(_metrics(card), scale=None)
        return ModelCard(
            format=self.format,
            name=text(details.get("name")),
            version=text(mapping(version).get("name")) or text(version),
            license=_license(details),
            owners=tuple(
                owner for _, o in members(details.get("owners")) if (owner := text(o.get("name")))
            ),
            base_models=(),
            datasets=tuple(_datasets(card)),
            languages=(),
            task=None,
            library=None,
            sections=_sections(card),
            reported_results=reported,
            quality=flags,
        )


def _is_card(card: Mapping[str, object]) -> bool:
    return isinstance(card.get("model_details"), dict) and card.keys() <= _TOP and len(card) > 1


def _license(details: Mapping[str, object]) -> License | None:
    named = text(details.get("license"))  # 0.0.1
    for _, license_ in members(details.get("licenses")):
        named = named or text(license_.get("identifier"))
        own = text(license_.get("custom_text"))
        if named is None and own is not None:
            return License("other", "custom", own, None)
    return License(named, "spdx", None, None) if named else None


def _datasets(card: Mapping[str, object]) -> Iterator[Dataset]:
    data = mapping(card.get("model_parameters")).get("data")
    for _, one in members(data):
        if name := text(one.get("name")):
            yield Dataset(name)
    for role, one in mapping(data).items():  # 0.0.1: train and eval
        if name := text(mapping(one).get("name")):
            yield Dataset(name, role="train" if role == "train" else "test")


def _metrics(card: Mapping[str, object]) -> Iterator[Observation]:
    metrics = mapping(card.get("quantitative_analysis")).get("performance_metrics")
    for index, metric in members(metrics):
        bounds = mapping(metric.get("confidence_interval"))
        part = text(metric.get("slice")) or ""
        threshold = metric.get("threshold")
        yield Observation(
            native_metric=text(metric.get("type")) or "unknown",
            raw=metric.get("value"),
            at=pointer("quantitative_analysis", "performance_metrics", index, "value"),
            dataset=Dataset("unknown"),
            interval=Interval(bounds.get("lower_bound"), bounds.get("upper_bound"), None),
            params={} if threshold is None else {"threshold": text(str(threshold)) or "unknown"},
            slice={} if part.lower() in _OVERALL else {"slice": part},
        )


def _sections(card: Mapping[str, object]) -> dict[str, Section]:
    considerations = mapping(card.get("considerations"))
    parameters = mapping(card.get("model_parameters"))
    analysis = mapping(card.get("quantitative_analysis"))

    def taken(*keys: str) -> dict[str, object]:
        return {pointer("considerations", key): considerations.get(key) for key in keys}

    return sections_of(
        {
            "intended_use": taken("use_cases", "users"),
            "limitations": taken("limitations", "tradeoffs"),
            "ethical_considerations": taken("ethical_considerations"),
            "training_data": {"/model_parameters/data": _without_graphics(parameters.get("data"))},
            "evaluation": {
                "/quantitative_analysis/performance_metrics": analysis.get("performance_metrics")
            },
        }
    )


def _without_graphics(data: object) -> object:
    # A picture in base64 is no description.
    if isinstance(data, list):
        return [_without_graphics(one) for one in data[:100]]
    if isinstance(data, dict):
        return {k: _without_graphics(v) for k, v in data.items() if k != "graphics"}
    return data
