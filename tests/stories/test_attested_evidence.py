"""Production at high risk takes a report of lm-evaluation-harness only if it is attested.

The report names no digest, so by itself it is bound by the submitter's word alone.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.adapters.system.identifiers import new_id, new_secret
from app.bootstrap import storage
from app.demo import play
from app.demo.example_releases import Example
from app.demo.running_gate import running_gate
from app.domain.attestations import covering
from app.domain.caller import EVERYWHERE, Role
from app.domain.digest import Digest
from app.domain.release import Document, File, release_digest
from app.gate.issue_token import TokenRequest, issue_token
from app.settings import Settings
from tests.stories.conftest import Running

EVALUATOR = "https://ci.acme.example/evaluations/run.yml@refs/heads/main"
VOTERS = {
    "dora": Role.DATA_SCIENTIST,
    "pia": Role.PRODUCT_OWNER,
    "rita": Role.RISK_COMPLIANCE,
    "rolf": Role.RISK_COMPLIANCE,
    "gus": Role.GOVERNANCE_LEAD,
}


@dataclasses.dataclass(frozen=True)
class Case:
    """A release that every role has approved, with an evaluation report; nothing is signed yet."""

    gate: Running
    submitted: dict[str, Any]

    @property
    def release(self) -> Digest:
        """The digest of the release."""
        return release_digest(
            File(f["path"], f["size"], Digest(f["sha256"])) for f in self.submitted["files"]
        )

    @property
    def report(self) -> Document:
        """The evaluation report, as submitted."""
        (file,) = self.submitted["evaluations"][0]["files"]
        content = file["text"].encode()
        return Document(file["name"], Digest.of(content), content)

    def decided(self, *bundles: bytes) -> tuple[str, set[str]]:
        """Ask with these statements beside the signature; give outcome and reason codes."""
        named = [{"name": "s.sigstore.json", "text": bundle.decode()} for bundle in bundles]
        submitted = {**self.submitted, "bundles": [*self.submitted["bundles"], *named]}
        decision = self.gate.ask(self.gate.stage.tokens["submitter"], "/v1/decisions", submitted)
        return decision["outcome"], {reason["code"] for reason in decision["reasons"]}

    def signed(self, statement: dict[str, Any], identity: str = EVALUATOR) -> bytes:
        """Sign a statement at the demo's sigstore."""
        at = datetime.now(UTC) - timedelta(minutes=1)
        return self.gate.stage.sigstore.sign_statement(
            json.dumps(statement).encode(), identity, {"issuer": play.ISSUER}, at
        )

    def statement(self, **changes: Any) -> dict[str, Any]:
        """State the report about the release."""
        stated = {
            "predicate_type": covering.EVALUATION,
            "name": "support-router",
            "release": self.release,
            "files": [self.report],
        }
        return covering.statement(**{**stated, **changes})


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    stage = play.set_up(tmp_path_factory.mktemp("stage"))
    data = Path(stage.environment["COUNTERSIGN_POLICIES"]) / "gate" / "trust" / "data.yaml"
    trust = yaml.safe_load(data.read_text())
    evaluator = {
        "trust_domain": play.TRUST_DOMAIN,
        "issuer": play.ISSUER,
        "identity": {"type": "uri", "value": EVALUATOR},
        "claims": {},
        "may_state": [covering.EVALUATION],
    }
    data.write_text(yaml.safe_dump({**trust, "signers": [*trust["signers"], evaluator]}))
    submitted = {**play.submission(Example.read().releases[0], stage), "risk_tier": "high"}
    tokens = {}
    with storage.opened_stores(Settings.from_environment(stage.environment)) as stores:
        for subject, role in VOTERS.items():
            expires_at = datetime.now(UTC) + timedelta(hours=1)
            asked = TokenRequest(subject, frozenset({role}), EVERYWHERE, expires_at)
            issued = issue_token(asked, "test", stores.tokens, new_id, new_secret)
            tokens[subject] = issued.token
    with running_gate(stage.environment, stage.folder / "gate.log") as url:
        case = Case(Running(url, stage), submitted)
        case.decided()
        for token in tokens.values():
            vote = {"release_digest": case.release, "vote": "approve"}
            case.gate.ask(token, "/v1/approvals", vote)
        yield case


UNBOUND = ("deny", {"evaluation.binding_not_accepted"})


def test_a_report_that_a_trusted_evaluator_states_is_enough(case: Case) -> None:
    assert case.decided(case.signed(case.statement())) == ("allow", set())


def test_a_report_that_nobody_states_is_not(case: Case) -> None:
    assert case.decided() == UNBOUND


def test_a_statement_may_hold_the_report_itself(case: Case) -> None:
    held = {**case.statement(), "predicate": json.loads(case.report.content)}

    assert case.decided(case.signed(held)) == ("allow", set())


def test_a_statement_that_holds_another_report_is_not_enough(case: Case) -> None:
    report = json.loads(case.report.content)
    report["results"]["sciq"]["acc,none"] = 0.99

    assert case.decided(case.signed({**case.statement(), "predicate": report})) == UNBOUND


def test_a_statement_that_names_another_report_is_not_enough(case: Case) -> None:
    other = Document("results.json", Digest.of(b"other"), b"other")

    assert case.decided(case.signed(case.statement(files=[other]))) == UNBOUND


def test_who_may_sign_releases_may_not_state_evaluations(case: Case) -> None:
    assert case.decided(case.signed(case.statement(), play.WORKFLOW)) == UNBOUND


def test_a_statement_of_another_type_is_not_enough(case: Case) -> None:
    stated = case.statement(predicate_type=covering.SAFETY_REPORT)

    assert case.decided(case.signed(stated)) == UNBOUND


def test_a_statement_about_one_file_is_not_about_the_release(case: Case) -> None:
    (readme,) = [f for f in case.submitted["files"] if f["path"] == "README.md"]

    assert case.decided(case.signed(case.statement(release=Digest(readme["sha256"])))) == UNBOUND


def test_a_statement_about_another_release_is_refused(case: Case) -> None:
    outcome, codes = case.decided(case.signed(case.statement(release=Digest.of(b"another"))))

    assert (outcome, codes) == (
        "deny",
        {"evaluation.binding_not_accepted", "signatures.bundle_refused"},
    )
