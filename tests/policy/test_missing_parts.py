"""A bundle that lacks any of its files allows nothing that the whole one denies."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from tests.policy.cases import cases
from tests.policy.inputs import TIERS, TRUST, Document, an_input, edited
from tests.policy.opa import POLICIES, BrokenPoliciesError, Policies

pytestmark = pytest.mark.needs_opa
RULES = sorted(
    str(path.relative_to(POLICIES))
    for path in POLICIES.rglob("*.rego")
    if not path.name.endswith("_test.rego")
)
DOCUMENTS = sorted(path.parent.name for path in POLICIES.rglob("data.yaml"))
DESCRIBING = "catalogue"
EXCUSING = "waivers"
INFORMING = "controls"


def _a_copy(folder: Path) -> Path:
    shutil.copytree(POLICIES, folder, ignore=shutil.ignore_patterns("*_test.rego"))
    for name, document in {"trust": TRUST, "tiers": TIERS}.items():
        (folder / "gate" / name / "data.yaml").write_text(yaml.safe_dump(document), "utf-8")
    return folder


def _outcomes(folder: Path, documents: list[Document]) -> list[str]:
    items = [{"input": document, "data": {}} for document in documents]
    return [verdict["outcome"] for verdict in Policies(folder).evaluated(items)]


def _broken() -> list[Document]:
    return [edited(an_input(), case.broken) for case in cases() if not case.broken_data]


def test_the_whole_copy_allows_what_is_allowed(tmp_path: Path) -> None:
    assert _outcomes(_a_copy(tmp_path / "policies"), [an_input()]) == ["allow"]


@pytest.mark.parametrize("missing", RULES)
def test_without_one_file_of_rules_nothing_is_allowed(missing: str, tmp_path: Path) -> None:
    folder = _a_copy(tmp_path / "policies")
    (folder / missing).unlink()

    try:
        outcomes = set(_outcomes(folder, [an_input(), *_broken()]))
    except BrokenPoliciesError:
        return  # it does not compile, so no engine starts with it
    assert outcomes == {"deny"}


@pytest.mark.parametrize("missing", sorted({*DOCUMENTS} - {DESCRIBING, EXCUSING, INFORMING}))
def test_without_one_document_of_data_it_is_denied(missing: str, tmp_path: Path) -> None:
    folder = _a_copy(tmp_path / "policies")
    shutil.rmtree(folder / "gate" / missing)

    assert _outcomes(folder, [an_input()]) == ["deny"]


def test_without_its_catalogue_nothing_pends(tmp_path: Path) -> None:
    folder = _a_copy(tmp_path / "policies")
    shutil.rmtree(folder / "gate" / DESCRIBING)

    assert set(_outcomes(folder, _broken())) == {"deny"}
