"""What every policy engine keeps: OPA as a server, as a child, in WebAssembly, and the fake."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.adapters.engines.opa_child import OpaChild
from app.adapters.engines.opa_server import OpaServer
from app.adapters.engines.opa_wasm import OpaWasm
from app.adapters.engines.verdict import VerdictReader
from app.domain.decision import Outcome
from app.domain.errors import PolicyEngineError
from app.ports import PolicyEngine
from tests import opa
from tests.fakes.engine import FakeEngine
from tools import bundle

PROJECT = Path(__file__).parent.parent.parent
POLICIES = Path(__file__).parent / "policies"
VERDICTS = VerdictReader(json.loads((PROJECT / "schemas" / "verdict.json").read_text()))
INPUTS: dict[str, Any] = {
    "type": "object",
    "properties": {
        "release": {"type": "object", "properties": {"stage": {"type": "string"}}},
        "approvals": {"type": "object", "properties": {"seats": {"type": "array"}}},
    },
    "required": ["release", "approvals"],
}
TOKEN = "known-to-the-test-alone"
SERVER = pytest.param("opa_server", marks=pytest.mark.needs_opa)
ENGINES = [
    "fake",
    SERVER,
    pytest.param("opa_child", marks=pytest.mark.needs_opa),
    pytest.param("opa_wasm", marks=pytest.mark.needs_opa),
]


def a_document(
    *, stage: str = "production", tier: str = "high", size: object = 100, open_seats: int = 0
) -> dict[str, Any]:
    return {
        "release": {"stage": stage, "risk_tier": tier, "files": {"size": size}},
        "approvals": {"seats": [{"role": "risk_compliance", "open": open_seats}]},
    }


@contextmanager
def an_engine(
    name: str, request: pytest.FixtureRequest, scratch: Path, limit: timedelta
) -> Iterator[PolicyEngine]:
    """Start the engine of that name on the policies of the contract."""
    if name == "fake":
        yield a_fake()
        return
    binary: Path = request.getfixturevalue("opa_binary")
    with STARTERS[name](binary, scratch, limit) as engine:
        yield engine
        engine.close()


@contextmanager
def a_server(binary: Path, scratch: Path, limit: timedelta) -> Iterator[PolicyEngine]:
    with opa.serving(binary, POLICIES, scratch, TOKEN) as url:
        yield OpaServer(url, VERDICTS, token=TOKEN, limit=limit)


@contextmanager
def a_child(binary: Path, scratch: Path, limit: timedelta) -> Iterator[PolicyEngine]:  # noqa: ARG001 - a starter's signature
    yield OpaChild(binary, POLICIES, VERDICTS, limit=limit)


@contextmanager
def a_module(binary: Path, scratch: Path, limit: timedelta) -> Iterator[PolicyEngine]:
    bundle.wasm(binary, POLICIES, scratch / "compiled")
    compiled = scratch / "compiled"
    yield OpaWasm(POLICIES, VERDICTS, input_schema=INPUTS, limit=limit, compiled=compiled)


STARTERS = {"opa_server": a_server, "opa_child": a_child, "opa_wasm": a_module}


def a_fake() -> FakeEngine:
    stated = {"production": {"high": {"risk_compliance": 2, "governance_lead": 1}}}
    practice = {
        "quorums": stated,
        **{
            name: yaml.safe_load((POLICIES / "gate" / name / "data.yaml").read_text())
            for name in ("approvers", "separation", "waivers", "break_glass")
        },
    }
    return FakeEngine(_contract_policy, practice, VERDICTS)


@pytest.fixture(scope="module", params=ENGINES)
def engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[PolicyEngine]:
    scratch = tmp_path_factory.mktemp("engine")
    with an_engine(request.param, request, scratch, timedelta(seconds=30)) as started:
        yield started


def test_a_good_release_is_allowed_by_the_checks_of_its_profile(engine: PolicyEngine) -> None:
    verdict = engine.evaluate(a_document())

    assert verdict.outcome is Outcome.ALLOW
    assert verdict.reasons == ()
    assert verdict.checks == ("size", "vote")
    assert verdict.profile == "production/high"


def test_a_release_that_must_change_is_denied_with_the_reason(engine: PolicyEngine) -> None:
    verdict = engine.evaluate(a_document(size=101))

    assert verdict.outcome is Outcome.DENY
    (reason,) = verdict.reasons
    assert reason.code == "size.too_large"
    assert reason.message == "the release has 101 bytes"
    assert (reason.observed, reason.required) == ("101", "at most 100")


def test_a_release_that_only_lacks_people_is_pending(engine: PolicyEngine) -> None:
    verdict = engine.evaluate(a_document(open_seats=1))

    assert verdict.outcome is Outcome.PENDING
    assert [reason.code for reason in verdict.reasons] == ["vote.open"]
    assert verdict.reasons[0].observed is None


def test_one_reason_that_cannot_wait_makes_the_whole_a_deny(engine: PolicyEngine) -> None:
    verdict = engine.evaluate(a_document(size=101, open_seats=1))

    assert verdict.outcome is Outcome.DENY
    assert [reason.code for reason in verdict.reasons] == ["size.too_large", "vote.open"]


def test_a_profile_that_names_a_check_nobody_wrote_denies(engine: PolicyEngine) -> None:
    verdict = engine.evaluate(a_document(stage="staging", tier="misspelt"))

    assert verdict.outcome is Outcome.DENY
    assert [reason.code for reason in verdict.reasons] == ["gate.check_missing"]


def test_text_where_a_number_belongs_denies(engine: PolicyEngine) -> None:
    verdict = engine.evaluate(a_document(size="100"))

    assert verdict.outcome is Outcome.DENY


@pytest.mark.parametrize("tier", ["empty", "unknown"])
def test_a_profile_without_checks_gives_no_verdict(engine: PolicyEngine, tier: str) -> None:
    # This policy says deny without a reason then; that is no verdict.
    with pytest.raises(PolicyEngineError, match="contradicts itself"):
        engine.evaluate(a_document(stage="staging", tier=tier))


def test_an_empty_document_gives_no_verdict(engine: PolicyEngine) -> None:
    with pytest.raises(PolicyEngineError):
        engine.evaluate({})


def test_an_answer_of_another_shape_is_no_verdict(engine: PolicyEngine) -> None:
    with pytest.raises(PolicyEngineError, match="no verdict"):
        engine.evaluate({**a_document(), "mistake": "shape"})


def test_rules_that_conflict_give_no_verdict(engine: PolicyEngine) -> None:
    with pytest.raises(PolicyEngineError):
        engine.evaluate({**a_document(), "mistake": "conflict"})


def test_a_number_that_is_not_finite_is_not_evaluated(engine: PolicyEngine) -> None:
    with pytest.raises(PolicyEngineError):
        engine.evaluate(a_document(size=float("nan")))


def test_the_quorum_is_the_one_that_policy_data_states(engine: PolicyEngine) -> None:
    quorum = engine.practice().quorum("production", "high")

    assert quorum == {"risk_compliance": 2, "governance_lead": 1}


@pytest.mark.parametrize(
    ("stage", "tier"), [("production", "low"), ("moon", "high"), ("", ""), ("production/high", "")]
)
def test_no_quorum_is_none_and_not_an_empty_one(
    engine: PolicyEngine, stage: str, tier: str
) -> None:
    assert engine.practice().quorum(stage, tier) is None


def test_ping_tells_the_revision_that_verdicts_name(engine: PolicyEngine) -> None:
    assert engine.evaluate(a_document()).policy_revision == engine.ping()


def test_every_verdict_names_the_engine(engine: PolicyEngine) -> None:
    verdict = engine.evaluate(a_document())

    assert verdict.engine == engine.identity
    assert verdict.engine.version not in {"", "unknown"}


def test_threads_get_the_verdicts_of_their_own_documents(engine: PolicyEngine) -> None:
    def observed(size: int) -> str | None:
        return engine.evaluate(a_document(size=size)).reasons[0].observed

    sizes = list(range(101, 301))
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(observed, sizes))

    assert answers == [str(size) for size in sizes]


@pytest.mark.parametrize("name", [name for name in ENGINES if name != "fake"])
def test_an_endless_policy_ends_at_the_limit(
    request: pytest.FixtureRequest, tmp_path: Path, name: str
) -> None:
    limit = timedelta(seconds=2)
    with an_engine(name, request, tmp_path, limit) as engine:
        engine.evaluate(a_document())
        started_at = time.monotonic()
        with pytest.raises(PolicyEngineError) as refused:
            engine.evaluate({**a_document(), "mistake": "endless"})
        took = time.monotonic() - started_at

        # The policy has no end of its own; the slack is a busy machine's.
        assert limit.total_seconds() * 0.9 < took < limit.total_seconds() + 20
        assert "time" in refused.value.message + refused.value.detail
        assert engine.evaluate(a_document()).outcome is Outcome.ALLOW


@pytest.mark.parametrize("name", [name for name in ENGINES if name != SERVER])
def test_a_closed_engine_answers_nothing(
    request: pytest.FixtureRequest, tmp_path: Path, name: str
) -> None:
    with an_engine(name, request, tmp_path, timedelta(seconds=30)) as engine:
        engine.evaluate(a_document())
        engine.close()
        engine.close()

        with pytest.raises(PolicyEngineError):
            engine.evaluate(a_document())


def _contract_policy(document: Mapping[str, Any]) -> object:
    """What policies/gate says, in Python."""
    if not document or document.get("mistake") == "conflict":
        return None
    if document.get("mistake") == "shape":
        return "allow"
    release = document["release"]
    expected = PROFILES.get((release["stage"], release["risk_tier"]), [])
    ran = [check for check in expected if check in CHECKS]
    reasons = [reason for check in ran for reason in CHECKS[check](document)]
    reasons += [
        a_reason("gate.check_missing", f"the check {check} did not report")
        for check in expected
        if check not in ran
    ]
    return {
        "outcome": _outcome(reasons) if expected and ran == expected else "deny",
        "reasons": reasons,
        "warnings": [],
        "profile": f"{release['stage']}/{release['risk_tier']}",
        "checks": {"expected": expected, "ran": ran},
    }


def _outcome(reasons: list[dict[str, Any]]) -> str:
    if not reasons:
        return "allow"
    return "pending" if all(reason["is_pending"] for reason in reasons) else "deny"


def a_reason(code: str, message: str, **more: object) -> dict[str, Any]:
    stated = {"code": code, "at": "/release", "message": message, "is_pending": False}
    return {**stated, "who": "operator", "how": "mend it", **more}


def _size(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    size = document["release"]["files"]["size"]
    if isinstance(size, int) and size <= 100:
        return []
    message = f"the release has {size} bytes"
    return [a_reason("size.too_large", message, observed=str(size), required="at most 100")]


def _vote(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    seats = document["approvals"]["seats"]
    open_seats = [seat for seat in seats if seat["open"] != 0]
    return [a_reason("vote.open", "seats are open", is_pending=True) for _ in open_seats]


CHECKS: Mapping[str, Callable[[Mapping[str, Any]], list[dict[str, Any]]]] = {
    "size": _size,
    "vote": _vote,
}
PROFILES = {
    ("production", "high"): ["size", "vote"],
    ("staging", "low"): ["size"],
    ("staging", "misspelt"): ["size", "sise"],
}
