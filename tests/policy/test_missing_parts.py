"""A bundle that lacks any of its files allows nothing that the whole one denies."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from functools import cache, partial
from pathlib import Path

import pytest
import yaml

from app.adapters.engines import policy_folder, practice
from app.adapters.engines.delivery import sources
from app.adapters.engines.delivery.library import Library
from app.bootstrap import engines
from app.domain.errors import PolicyEngineError
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
ASKED_FIRST = "gate/practice.rego"
"""What the gate asks for before any decision: without it no engine answers at all."""
OF_THE_SERVICE = {"approvers", "break_glass"}
"""Data that the gate reads by way of it."""
OF_ACTIVATION = "activation"
DECIDING_NOTHING = {DESCRIBING, EXCUSING, INFORMING, OF_ACTIVATION, *OF_THE_SERVICE}


def _a_copy(folder: Path) -> Path:
    shutil.copytree(POLICIES, folder, ignore=shutil.ignore_patterns("*_test.rego"))
    for name, document in {"trust": TRUST, "tiers": TIERS}.items():
        (folder / "gate" / name / "data.yaml").write_text(yaml.safe_dump(document), "utf-8")
    return folder


def _outcomes(folder: Path, documents: list[Document]) -> list[str]:
    items = [{"input": document, "data": {}} for document in documents]
    return [verdict["outcome"] for verdict in Policies(folder).evaluated(items)]


@cache
def _broken() -> list[Document]:
    return [edited(an_input(), case.broken) for case in cases() if not case.broken_data]


def test_the_whole_copy_allows_what_is_allowed(tmp_path: Path) -> None:
    assert _outcomes(_a_copy(tmp_path / "policies"), [an_input()]) == ["allow"]


@pytest.mark.parametrize("missing", sorted({*RULES} - {ASKED_FIRST}))
def test_without_one_file_of_rules_nothing_is_allowed(missing: str, tmp_path: Path) -> None:
    folder = _a_copy(tmp_path / "policies")
    (folder / missing).unlink()

    try:
        outcomes = set(_outcomes(folder, [an_input(), *_broken()]))
    except BrokenPoliciesError:
        return  # it does not compile, so no engine starts with it
    assert outcomes == {"deny"}


@pytest.mark.parametrize("missing", sorted({*DOCUMENTS} - DECIDING_NOTHING))
def test_without_one_document_of_data_it_is_denied(missing: str, tmp_path: Path) -> None:
    folder = _a_copy(tmp_path / "policies")
    shutil.rmtree(folder / "gate" / missing)

    assert _outcomes(folder, [an_input()]) == ["deny"]


def test_without_its_catalogue_nothing_pends(tmp_path: Path) -> None:
    folder = _a_copy(tmp_path / "policies")
    shutil.rmtree(folder / "gate" / DESCRIBING)

    assert set(_outcomes(folder, _broken())) == {"deny"}


@pytest.mark.parametrize("missing", sorted(OF_THE_SERVICE))
def test_without_what_the_gate_counts_votes_by_no_engine_starts(
    missing: str, tmp_path: Path
) -> None:
    folder = _a_copy(tmp_path / "policies")
    shutil.rmtree(folder / "gate" / missing)

    with pytest.raises(PolicyEngineError):
        practice.of_data(policy_folder.read(folder).data, "revision")


def test_without_seats_for_an_activation_policies_cannot_be_proposed(tmp_path: Path) -> None:
    folder = _a_copy(tmp_path / "policies")
    whole = sources.pack(folder)
    shutil.rmtree(folder / "gate" / OF_ACTIVATION)
    library = Library(partial(engines.recorded, opa=None))

    assert library.read(whole).seats
    with pytest.raises(PolicyEngineError, match="who must agree"):
        library.read(sources.pack(folder))


def test_policies_whose_trust_leaves_claims_unsaid_cannot_be_proposed(tmp_path: Path) -> None:
    folder = _a_copy(tmp_path / "policies")
    file = folder / "gate" / "trust" / "data.yaml"
    identity = {"type": "email", "value": "ann@example.org"}
    signer = {"trust_domain": "acme", "issuer": "iss", "identity": identity, "claims": {}}
    unsaid = {name: value for name, value in signer.items() if name != "claims"}
    library = Library(partial(engines.recorded, opa=None))

    def proposed(one: Mapping[str, object]) -> bytes:
        file.write_text(yaml.safe_dump({**TRUST, "signers": [one]}), "utf-8")
        return sources.pack(folder)

    assert library.read(proposed(signer)).seats
    with pytest.raises(PolicyEngineError, match="/gate/trust/signers/0: 'claims' is a required"):
        library.read(proposed(unsaid))
