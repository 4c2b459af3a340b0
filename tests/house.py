"""A gate over HTTP with the shipped rules, a clock to set, and the people of one organisation."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml
from flask.testing import FlaskClient
from prometheus_client import CollectorRegistry
from werkzeug.test import TestResponse

from app import shipped
from app.adapters.engines.opa_wasm import OpaWasm
from app.adapters.engines.verdict import VerdictReader
from app.demo import running_gate
from app.domain.caller import Role
from app.factory import build
from app.ports import SignatureVerifier
from app.settings import Settings
from tests.worlds import World, a_world

PEOPLE = {
    "sam": Role.SUBMITTER,
    "dora": Role.DATA_SCIENTIST,
    "tess": Role.DATA_SCIENTIST,
    "pia": Role.PRODUCT_OWNER,
    "rita": Role.RISK_COMPLIANCE,
    "rolf": Role.RISK_COMPLIANCE,
    "gus": Role.GOVERNANCE_LEAD,
    "bea": Role.BREAK_GLASS,
    "audrey": Role.AUDITOR,
    "dan": Role.DEPLOYER,
}
DATA: dict[str, dict[str, Any]] = {
    "profiles": {
        "production": {
            "limited": {
                "checks": ["approvals", "change", "change_plan", "separation"],
                "rules": {"change.note_missing": {"level": "soft"}},
            }
        }
    },
    "separation": {"production": {"limited": {"excluded": ["trained"]}}},
}
"""What the organisation states otherwise than we ship it."""
CARD, OTHER_CARD = "# Scorer\n\nScores.\n", "# Scorer\n\nScores well.\n"
REPORT = json.dumps({"results": {"sciq": {"acc,none": 0.9}}})


def an_engine(folder: Path, data: Mapping[str, Mapping[str, Any]] = DATA) -> OpaWasm:
    """Compile nothing, change only data: the shipped rules with an organisation's numbers."""
    running_gate.write_policies(folder, {}, {"floors": {"acme/scorer": "limited"}})
    for name, changes in data.items():
        file = folder / "gate" / name / "data.yaml"
        document = yaml.safe_load(file.read_text(encoding="utf-8"))
        file.write_text(yaml.safe_dump({**document, **changes}), encoding="utf-8")
    schemas = shipped.folder("schemas")
    verdicts = VerdictReader(json.loads((schemas / "verdict.json").read_bytes()))
    inputs = json.loads((schemas / "policy_input.json").read_bytes())
    return OpaWasm(folder, verdicts, input_schema=inputs, limit=timedelta(seconds=20))


@dataclass
class House:
    """The gate as the people of the organisation see it."""

    world: World
    client: FlaskClient
    tokens: dict[str, str] = field(default_factory=dict)

    def person(self, name: str, *roles: Role) -> str:
        """Give a person a token of these roles; their name is their subject."""
        self.tokens[name] = self.world.token(name, *roles)
        return name

    def ask(
        self, name: str, method: str, path: str, body: object = None, key: str = "", **also: str
    ) -> TestResponse:
        """Ask with a person's token, perhaps an idempotency key, and headers with _ for -."""
        headers = {"Authorization": f"Bearer {self.tokens[name]}"}
        headers |= {"Idempotency-Key": key} if key else {}
        headers |= {header.replace("_", "-"): value for header, value in also.items()}
        return self.client.open(path, method=method, headers=headers, json=body)

    def submit(self, name: str = "sam", **changes: Any) -> dict[str, Any]:
        """Submit a release that lacks nothing but people; the decision."""
        answer = self.ask(name, "POST", "/v1/decisions", a_submission(**changes))
        assert answer.status_code == 200, answer.get_json()
        decision: dict[str, Any] = answer.get_json()
        return decision

    def vote(self, name: str, release: str, said: str = "approve", **more: Any) -> TestResponse:
        """Vote on a release."""
        body = {"release_digest": release, "vote": said, **more}
        return self.ask(name, "POST", "/v1/approvals", body)

    def approve(self, release: str, *names: str) -> None:
        """Let people approve a release."""
        for name in names:
            answer = self.vote(name, release)
            assert answer.status_code == 201, answer.get_json()

    def rolls(self, **time: float) -> str:
        """Tell the moment that is this far from now, in RFC 3339."""
        return (self.world.clock.now() + timedelta(**time)).isoformat(timespec="seconds")


def a_house(engine: OpaWasm, folder: Path, signatures: SignatureVerifier | None = None) -> House:
    """Open the gate of an organisation whose people all have one role."""
    world = a_world()
    verifier = signatures or world.ports.signatures
    world.ports = replace(world.ports, engine=engine, signatures=verifier)
    settings = Settings.from_environment({"COUNTERSIGN_DATA_DIR": str(folder)})
    house = House(world, build(world.ports, settings, CollectorRegistry()).test_client())
    for name, role in PEOPLE.items():
        house.person(name, role)
    return house


def recorded(answer: TestResponse) -> dict[str, Any]:
    """Tell what was recorded of an act, without the decisions that followed it."""
    made: dict[str, Any] = answer.get_json()
    assert made.pop("again")["undecided"] == []
    return made


def a_submission(
    *, weights: str = "ab" * 32, card: str | None = CARD, report: str | None = REPORT, **more: Any
) -> dict[str, Any]:
    """Build a submission with a README among the files, which is the model card."""
    files = [{"path": "model.safetensors", "size": 7, "sha256": weights}]
    document: dict[str, Any] = {
        "model": {"namespace": "acme", "name": "scorer", "version": "1.4.0"},
        "stage": "production",
        "risk_tier": "limited",
        "change_note": "Trained on the mail of two more months, for the team of the north.",
        "people": {"trained": ["tess"]},
    }
    if card is not None:
        content = card.encode()
        sha256 = hashlib.sha256(content).hexdigest()
        files.append({"path": "README.md", "size": len(content), "sha256": sha256})
        document["model_card"] = {"files": [{"name": "README.md", "text": card}]}
    if report is not None:
        document["evaluations"] = [{"files": [{"name": "results.json", "text": report}]}]
    return {**document, "files": files, **more}
