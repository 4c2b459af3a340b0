"""SPDX 3 AI packages: JSON-LD documents with one `ai_AIPackage`, read as a plain graph."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.adapters.cards.described import must_read, sections_of
from app.domain.canonical import pointer
from app.domain.errors import UnreadableEvidenceError
from app.domain.evidence import BaseModel, Dataset, License, ModelCard
from app.domain.reading.files import sole_json
from app.domain.reading.measuring import Observation, measure
from app.domain.reading.quantity import text
from app.domain.reading.shape import mapping, members
from app.domain.release import Document

_CONTEXT = "https://spdx.org/rdf/3."
_LICENSES = "https://spdx.org/licenses/"
_PACKAGE = "ai_AIPackage"
_ROLES = {"trainedOn": "train", "testedOn": "test"}
_SECTIONS = {
    "intended_use": ("ai_informationAboutApplication", "ai_domain"),
    "limitations": ("ai_limitation",),
    "training_data": ("ai_informationAboutTraining",),
    "ethical_considerations": ("ai_safetyRiskAssessment", "ai_useSensitivePersonalInformation"),
    "evaluation": ("ai_metric",),
}


class SPDXCardReader:
    """Reads the one AI package and what the graph relates to it."""

    format = "spdx3"

    def sniff(self, files: Sequence[Document]) -> bool:
        """Tell whether the one file is an SPDX 3 graph with an AI package."""
        document = mapping(sole_json(files, "@context", "@graph", "spdxId"))
        return _is_graph(document) and bool(_packages(document))

    def parse(self, files: Sequence[Document]) -> ModelCard:
        """Read the graph. Raises UnreadableEvidenceError, and nothing else."""
        document = must_read(files)
        packages = _packages(document) if _is_graph(document) else []
        if len(packages) != 1:
            raise UnreadableEvidenceError(
                f"{len(packages)} AI packages in an SPDX 3 graph, not one"
            )
        index, package = packages[0]
        graph = _Graph(document)
        own = {text(package.get("spdxId")), *graph.to(package.get("spdxId"), "contains")}
        reported, flags = measure(_metrics(package, index), scale=None)
        return ModelCard(
            format=self.format,
            name=text(package.get("name")),
            version=text(package.get("software_packageVersion")),
            license=_license(graph, package),
            owners=tuple(_owners(graph, package)),
            base_models=tuple(_base_models(graph, package)),
            datasets=tuple(dict.fromkeys(_datasets(graph, own))),
            languages=(),
            task=None,
            library=None,
            sections=sections_of(
                {
                    key: {pointer("@graph", index, name): package.get(name) for name in names}
                    for key, names in _SECTIONS.items()
                }
            ),
            reported_results=reported,
            quality=flags,
        )


class _Graph:
    def __init__(self, document: Mapping[str, object]) -> None:
        elements = [element for _, element in members(document.get("@graph"))]
        self.elements = {text(element.get("spdxId")): element for element in elements}
        self._edges = [e for e in elements if isinstance(e.get("relationshipType"), str)]

    def to(self, source: object, kind: str) -> Iterator[str]:
        """Yield the ids that a relationship of this kind leads to."""
        for edge in self._edges:
            if edge.get("from") == source and edge["relationshipType"] == kind:
                targets = edge.get("to")
                for target in targets if isinstance(targets, list) else [targets]:
                    if named := text(target):
                        yield named

    def name(self, spdx_id: str) -> str:
        """Name an element, or give its id back when the graph does not hold it."""
        return text(self.elements.get(spdx_id, {}).get("name")) or spdx_id


def _is_graph(document: Mapping[str, object]) -> bool:
    context = document.get("@context")
    first = context[0] if isinstance(context, list) and context else context
    return isinstance(first, str) and first.startswith(_CONTEXT)


def _packages(document: Mapping[str, object]) -> list[tuple[int, Mapping[str, Any]]]:
    graph = members(document.get("@graph"))
    return [(index, element) for index, element in graph if element.get("type") == _PACKAGE]


def _license(graph: _Graph, package: Mapping[str, Any]) -> License | None:
    for kind in ("hasDeclaredLicense", "hasConcludedLicense"):
        for target in graph.to(package.get("spdxId"), kind):
            element = graph.elements.get(target, {})
            expression = text(element.get("simplelicensing_licenseExpression"))
            if expression or target.startswith(_LICENSES):
                return License(expression or target.removeprefix(_LICENSES), "spdx", None, None)
            return License("other", "custom", text(element.get("name")), target)
    return None


def _owners(graph: _Graph, package: Mapping[str, Any]) -> Iterator[str]:
    originated = package.get("originatedBy")
    listed = originated if isinstance(originated, list) else [originated]
    agents = (text(agent) for agent in (package.get("suppliedBy"), *listed))
    for agent in dict.fromkeys(agents):
        if agent is not None:
            yield graph.name(agent)


def _base_models(graph: _Graph, package: Mapping[str, Any]) -> Iterator[BaseModel]:
    for target in graph.to(package.get("spdxId"), "descendantOf"):
        element = graph.elements.get(target, {})
        revision = text(element.get("software_packageVersion"))
        license_ = _license(graph, element) if element else None
        yield BaseModel(graph.name(target), "ancestor", revision, license_.id if license_ else None)


def _datasets(graph: _Graph, own: set[str | None]) -> Iterator[Dataset]:
    for source in sorted(one for one in own if one is not None):
        for kind, role in _ROLES.items():
            for target in graph.to(source, kind):
                version = text(graph.elements.get(target, {}).get("software_packageVersion"))
                yield Dataset(graph.name(target), revision=version, role=role)


def _metrics(package: Mapping[str, Any], index: int) -> Iterator[Observation]:
    for place, entry in members(package.get("ai_metric")):
        yield Observation(
            native_metric=text(entry.get("key")) or "unknown",
            raw=entry.get("value"),
            at=pointer("@graph", index, "ai_metric", place, "value"),
            dataset=Dataset("unknown"),
        )
