from __future__ import annotations

from typing import Any

import pytest

from app.domain.attestations import provenance
from app.domain.attestations.provenance import Provenance
from app.domain.attestations.statement import Statement, Subject

BUILDER = "https://github.com/actions/runner/github-hosted"
SOURCE = "https://github.com/acme/models"


def stated(predicate_type: str, predicate: dict[str, Any]) -> Provenance:
    subject = Subject("a", {"sha256": "0" * 64})
    return provenance.stated(Statement(predicate_type, (subject,), predicate))


def v1(**definition: Any) -> Provenance:
    return stated(
        "https://slsa.dev/provenance/v1",
        {"buildDefinition": definition, "runDetails": {"builder": {"id": BUILDER}}},
    )


def test_github_names_the_repository_of_the_workflow() -> None:
    parameters = {"workflow": {"repository": SOURCE, "ref": "refs/heads/main"}}

    assert v1(externalParameters=parameters) == Provenance(BUILDER, SOURCE)


def test_gitlab_names_the_source() -> None:
    assert v1(externalParameters={"source": SOURCE}).source_uri == SOURCE


def test_one_resolved_dependency_is_the_source() -> None:
    assert v1(resolvedDependencies=[{"uri": SOURCE}]).source_uri == SOURCE


@pytest.mark.parametrize(
    "definition",
    [
        {},
        {"resolvedDependencies": []},
        {"resolvedDependencies": [{"uri": SOURCE}, {"uri": "https://other.example"}]},
        {"resolvedDependencies": ["x"]},
        {"resolvedDependencies": {"uri": SOURCE}},
        {"externalParameters": [SOURCE]},
        {"externalParameters": {"workflow": SOURCE}},
        {"externalParameters": {"source": {"uri": SOURCE}}},
    ],
)
def test_a_source_that_is_not_plainly_named_is_none(definition: dict[str, Any]) -> None:
    assert v1(**definition) == Provenance(BUILDER, None)


def test_the_older_version_names_both_elsewhere() -> None:
    predicate = {
        "builder": {"id": BUILDER},
        "invocation": {"configSource": {"uri": f"git+{SOURCE}@refs/heads/main"}},
    }

    found = stated("https://slsa.dev/provenance/v0.2", predicate)

    assert found == Provenance(BUILDER, f"git+{SOURCE}@refs/heads/main")


@pytest.mark.parametrize(
    ("kind", "predicate"),
    [
        ("https://slsa.dev/provenance/v1", {}),
        ("https://slsa.dev/provenance/v1", {"runDetails": {"builder": {"id": 7}}}),
        ("https://slsa.dev/provenance/v0.2", {"builder": BUILDER}),
        ("https://example.org/other", {"builder": {"id": BUILDER}}),
    ],
)
def test_a_builder_that_is_not_named_is_none(kind: str, predicate: dict[str, Any]) -> None:
    assert stated(kind, predicate) == Provenance(None, None)
