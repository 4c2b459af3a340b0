from __future__ import annotations

from typing import Any

import pytest

from app.domain.attestations import provenance
from app.domain.attestations.provenance import Provenance
from app.domain.attestations.statement import Statement, Subject

BUILDER = "https://github.com/actions/runner/github-hosted"
SOURCE = "https://github.com/acme/models"

NONE: frozenset[str] = frozenset()


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

    assert v1(externalParameters=parameters) == Provenance(BUILDER, SOURCE, NONE)


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
    assert v1(**definition) == Provenance(BUILDER, None, NONE)


def test_the_older_version_names_both_elsewhere() -> None:
    predicate = {
        "builder": {"id": BUILDER},
        "invocation": {"configSource": {"uri": f"git+{SOURCE}@refs/heads/main"}},
    }

    found = stated("https://slsa.dev/provenance/v0.2", predicate)

    assert found == Provenance(BUILDER, f"git+{SOURCE}@refs/heads/main", NONE)


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
    assert stated(kind, predicate) == Provenance(None, None, NONE)


COMMIT = "c0ffee" * 6 + "c0ff"


@pytest.mark.parametrize("name", ["gitCommit", "sha1"])
def test_the_commits_it_was_built_from_are_told(name: str) -> None:
    resolved = [{"uri": SOURCE, "digest": {name: COMMIT}}]

    assert v1(resolvedDependencies=resolved).revisions == {COMMIT}
    older = stated("https://slsa.dev/provenance/v0.2", {"materials": resolved})
    assert older.revisions == {COMMIT}


@pytest.mark.parametrize("text", [COMMIT[:7], "main", COMMIT.upper(), 7, None])
def test_what_names_no_one_commit_is_none(text: object) -> None:
    resolved = [{"uri": SOURCE, "digest": {"gitCommit": text}}]

    assert v1(resolvedDependencies=resolved).revisions == NONE
