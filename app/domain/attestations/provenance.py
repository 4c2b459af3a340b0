"""What a SLSA provenance says of where things come from: its builder and its source."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.attestations.statement import Statement

_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
V1 = "https://slsa.dev/provenance/v1"
V0 = "https://slsa.dev/provenance/v0.2"
TYPES = frozenset({V0, V1})


@dataclass(frozen=True, slots=True)
class Provenance:
    """The builder and the source that a statement names; None for what it does not name."""

    builder_id: str | None
    source_uri: str | None
    revisions: frozenset[str]
    """Git commits of what it was built from, in full."""


def stated(statement: Statement) -> Provenance:
    """Read builder, source and commits; a statement of another type names none."""
    predicate = statement.predicate
    if statement.predicate_type == V1:
        definition = predicate.get("buildDefinition")
        resolved = definition.get("resolvedDependencies") if isinstance(definition, dict) else None
        builder = _text(predicate, "runDetails", "builder", "id")
        return Provenance(builder, _source(predicate), _revisions(resolved))
    if statement.predicate_type == V0:
        source = _text(predicate, "invocation", "configSource", "uri")
        builder = _text(predicate, "builder", "id")
        return Provenance(builder, source, _revisions(predicate.get("materials")))
    return Provenance(None, None, frozenset())


def _source(predicate: Mapping[str, Any]) -> str | None:
    # GitHub's and GitLab's build types each name the repository in a parameter of their own.
    # Another build type is read by its one resolved dependency; of several, none is the source.
    parameters = ("buildDefinition", "externalParameters")
    named = _text(predicate, *parameters, "workflow", "repository") or _text(
        predicate, *parameters, "source"
    )
    if named is not None:
        return named
    definition = predicate.get("buildDefinition")
    resolved = definition.get("resolvedDependencies") if isinstance(definition, dict) else None
    if isinstance(resolved, list) and len(resolved) == 1 and isinstance(resolved[0], dict):
        return _text(resolved[0], "uri")
    return None


def _revisions(resources: object) -> frozenset[str]:
    # v0.2 names commits sha1; a short or symbolic revision names no one commit.
    found = (
        _text(resource, "digest", name)
        for resource in (resources if isinstance(resources, list) else ())
        if isinstance(resource, dict)
        for name in ("gitCommit", "sha1")
    )
    return frozenset(text for text in found if text is not None and _COMMIT.fullmatch(text))


def _text(value: Mapping[str, Any], *path: str) -> str | None:
    place: Any = value
    for step in path:
        place = place.get(step) if isinstance(place, dict) else None
    return place if isinstance(place, str) and place else None
