"""The embedded engine: it runs what was compiled, on the folder's data, or not at all."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from app.adapters.engines.opa_wasm import OpaWasm
from app.domain.decision import Outcome
from app.domain.digest import Digest
from app.domain.errors import PolicyEngineError
from tests.contracts.test_policy_engine import INPUTS, POLICIES, VERDICTS, a_document
from tools import bundle

LIMIT = timedelta(seconds=30)


@pytest.fixture(scope="module")
def compiled(opa_binary: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("compiled")
    bundle.wasm(opa_binary, POLICIES, folder)
    return folder


@pytest.fixture
def policies(tmp_path: Path) -> Path:
    return shutil.copytree(POLICIES, tmp_path / "policies")


def an_engine(policies: Path, compiled: Path) -> OpaWasm:
    return OpaWasm(policies, VERDICTS, input_schema=INPUTS, limit=LIMIT, compiled=compiled)


@pytest.fixture
def engine(policies: Path, compiled: Path) -> Iterator[OpaWasm]:
    started = an_engine(policies, compiled)
    yield started
    started.close()


def test_a_changed_threshold_counts_without_compiling(policies: Path, compiled: Path) -> None:
    data = policies / "gate" / "profiles" / "data.yaml"
    data.write_text(data.read_text().replace("largest: 100", "largest: 50"))
    engine = an_engine(policies, compiled)
    verdict = engine.evaluate(a_document(size=100))
    engine.close()

    assert verdict.outcome is Outcome.DENY
    assert verdict.reasons[0].required == "at most 50"


@pytest.mark.parametrize("name", ["decision.rego", "checks/vote/vote.rego"])
def test_rego_that_was_edited_is_refused(policies: Path, compiled: Path, name: str) -> None:
    rego = policies / "gate" / name
    rego.write_text(rego.read_text() + "\n# one comment more\n")

    with pytest.raises(PolicyEngineError, match="editing Rego needs the opa binary"):
        an_engine(policies, compiled)


def test_rego_that_is_missing_is_refused(policies: Path, compiled: Path) -> None:
    (policies / "gate" / "checks" / "vote" / "vote.rego").unlink()

    with pytest.raises(PolicyEngineError, match="editing Rego needs the opa binary"):
        an_engine(policies, compiled)


def test_a_module_that_is_not_the_described_one_is_refused(
    policies: Path, compiled: Path, tmp_path: Path
) -> None:
    copied = shutil.copytree(compiled, tmp_path / "compiled")
    (copied / "gate.wasm").write_bytes((compiled / "gate.wasm").read_bytes() + b"\0")

    with pytest.raises(PolicyEngineError, match="not the module"):
        an_engine(policies, copied)


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"opa_version": 1}'])
def test_a_description_that_is_none_is_refused(
    policies: Path, compiled: Path, tmp_path: Path, content: str
) -> None:
    copied = shutil.copytree(compiled, tmp_path / "compiled")
    (copied / "gate.json").write_text(content)

    with pytest.raises(PolicyEngineError):
        an_engine(policies, copied)


def test_a_module_that_is_no_webassembly_is_refused(policies: Path, compiled: Path) -> None:
    about = json.loads((compiled / "gate.json").read_text())
    folder = policies.parent / "garbage"
    folder.mkdir()
    (folder / "gate.wasm").write_bytes(b"garbage")
    (folder / "gate.json").write_text(json.dumps({**about, "wasm_sha256": Digest.of(b"garbage")}))

    with pytest.raises(PolicyEngineError, match="cannot be loaded"):
        an_engine(policies, folder)


def test_a_policy_that_needs_an_unknown_builtin_is_refused(
    opa_binary: Path, policies: Path
) -> None:
    rego = policies / "gate" / "checks" / "vote" / "vote.rego"
    rego.write_text(
        "package gate.checks.vote\n\n"
        'deny contains {"code": "vote.open"} if semver.compare(input.a, "1.0.0") < 0\n'
    )
    bundle.wasm(opa_binary, policies, policies.parent / "compiled")

    with pytest.raises(PolicyEngineError, match=r"lacks the builtins semver\.compare"):
        an_engine(policies, policies.parent / "compiled")


@pytest.mark.parametrize(
    "wrong", [{"release": "production"}, {"approvals": None}, {"approvals": {"seats": "all"}}]
)
def test_an_input_of_other_types_is_an_error_as_in_opa(
    engine: OpaWasm, wrong: dict[str, object]
) -> None:
    with pytest.raises(PolicyEngineError, match="does not fit its schema"):
        engine.evaluate({**a_document(), **wrong})


def test_an_input_over_the_limit_is_an_error(engine: OpaWasm) -> None:
    with pytest.raises(PolicyEngineError):
        engine.evaluate({**a_document(), "more": "x" * (8 * 1024 * 1024)})


def test_a_forked_worker_gets_an_error_and_no_verdict(engine: OpaWasm) -> None:
    worker = os.fork()
    if worker == 0:
        try:
            engine.evaluate(a_document())
        except PolicyEngineError:
            os._exit(7)
        os._exit(0)
    _, status = os.waitpid(worker, 0)

    assert os.waitstatus_to_exitcode(status) == 7
