"""A model from registration to production and back, by people and jobs whom an issuer vouches for.

Everyone asks with a token that a real issuer signed; the gate keeps no secret of any of them.
Shown here alone: roles by the rules of an issuer, and a waiver on the way. test_release_control.py
has people with tokens of the gate, and what happens after the release: incidents, marks, races.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from app.demo import play
from app.demo.example_releases import Example
from app.demo.running_gate import running_gate
from tests.services.issuer import AUDIENCE, TestIssuer, serving
from tests.stories.conftest import Running

NOTE = "change.note_missing"
CAST = {
    "ci": ["submitter"],
    "dora": ["data_scientist"],
    "pia": ["product_owner"],
    "rita": ["risk_compliance"],
    "gwen": ["governance_lead"],
    "dave": ["deployer"],
    "axel": ["auditor"],
    "olga": ["operator"],
}
"""Who is on stage, in which roles, all in the project acme; the operator alone is everywhere."""
MODEL = "/v1/models/acme/support-router"
PRODUCTION = f"{MODEL}/stages/production"
GOOD, BETTER = Example.read().releases[:2]


@dataclass
class House:
    """A gate that trusts one issuer, and its cast."""

    gate: Running
    issuer: TestIssuer

    def ask(
        self, name: str, method: str, path: str, asked: object = None, **claims: Any
    ) -> requests.Response:
        """Ask as somebody, with a token signed for this request."""
        stated = {"sub": name, "repository_id": None, "environment": None, **claims}
        bearer = f"Bearer {self.issuer.token(datetime.now(UTC), **stated)}"
        with requests.Session() as session:
            session.trust_env = False
            headers = {"Authorization": bearer}
            return session.request(
                method, self.gate.url + path, json=asked, headers=headers, timeout=60
            )

    def told(self, name: str, method: str, path: str, asked: object = None) -> dict[str, Any]:
        """Ask what is permitted, and give the answer."""
        answer = self.ask(name, method, path, asked)
        assert answer.ok, answer.text
        document: dict[str, Any] = answer.json()
        return document

    def refused(self, name: str, method: str, path: str, asked: object = None) -> tuple[int, str]:
        """Ask what is not; give the status, and the reason that is told."""
        answer = self.ask(name, method, path, asked)
        return answer.status_code, answer.json()["detail"]

    def vote(self, name: str, release: str, said: str = "approve") -> dict[str, Any]:
        """Vote on a release."""
        asked = {"release_digest": release, "vote": said}
        return self.told(name, "POST", "/v1/approvals", asked)

    def release(self, submission: dict[str, Any], *names: str) -> dict[str, Any]:
        """Register and submit, let these people approve, and ask again."""
        first = self.told("ci", "POST", "/v1/decisions", submission)
        digest = first["release"]["digest"]
        version = submission["model"]["version"]
        asked = {"version": version, "release_digest": digest}
        self.told("ci", "POST", f"{MODEL}/versions", asked)
        for name in names:
            self.vote(name, digest)
        return self.told("ci", "POST", "/v1/decisions", submission)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with serving(TestIssuer()) as issuer:
        rules = [
            {
                "name": name,
                "when": {"sub": name, "repository_owner_id": "77"},
                "roles": roles,
                "projects": ["*" if name == "olga" else "acme"],
                "stages": ["*"],
            }
            for name, roles in CAST.items()
        ]
        stated = {
            "audience": AUDIENCE,
            "issuers": [
                {"issuer": issuer.url, "forge": "github", "identified_by": ["sub"], "rules": rules}
            ],
        }
        file = tmp_path / "identities.json"
        file.write_text(json.dumps(stated), encoding="utf-8")
        folder = tmp_path / "stage"
        folder.mkdir()
        stage = play.set_up(folder)
        let_the_note_be_waived(Path(stage.environment["COUNTERSIGN_POLICIES"]))
        environment = {**stage.environment, "COUNTERSIGN_IDENTITIES": str(file)}
        with running_gate(environment, tmp_path / "gate.log") as url:
            yield House(Running(url, stage), issuer)


def let_the_note_be_waived(policies: Path) -> None:
    file = policies / "gate" / "profiles" / "data.yaml"
    profiles = yaml.safe_load(file.read_text(encoding="utf-8"))
    profiles["production"]["limited"].setdefault("rules", {})[NOTE] = {"level": "soft"}
    file.write_text(yaml.safe_dump(profiles), encoding="utf-8")


def nobody_does_anothers_part(house: House, digest: str, good: dict[str, Any]) -> None:
    vote, to = {"release_digest": digest, "vote": "approve"}, {"version": "1.0.0"}
    for name, path, asked, reason in (
        ("ci", "/v1/approvals", vote, "ci may not approve: this needs the role data_scientist"),
        ("olga", "/v1/approvals", vote, "olga may not approve"),
        ("axel", "/v1/approvals", vote, "axel may not approve"),
        ("axel", "/v1/decisions", good, "axel may not submit: this needs the role submitter"),
        ("rita", f"{PRODUCTION}/promotions", to, "may not promote: this needs the role deployer"),
        ("dave", "/v1/tokens", {}, "may not administer: this needs the role operator"),
    ):
        status, told = house.refused(name, "POST", path, asked)
        assert (status, reason in told.replace(house.issuer.url + "#sub=", "")) == (403, True), told
    status, told = house.refused("dave", "POST", f"{PRODUCTION}/promotions", to)
    assert (status, "is pending" in told) == (409, True)
    assert house.ask("eve", "GET", "/v1/decisions").status_code == 401
    elsewhere = house.ask("rita", "GET", "/v1/decisions", repository_owner_id="78")
    assert (elsewhere.status_code, "no rule" in elsewhere.text) == (401, True)


def a_veto_stops_it_until_it_is_taken_back(house: House, digest: str, good: dict[str, Any]) -> None:
    house.vote("dora", digest)
    house.vote("pia", digest)
    veto = house.vote("rita", digest, "veto")
    vetoed = house.told("ci", "POST", "/v1/decisions", good)
    assert "approvals.vetoed" in [reason["code"] for reason in vetoed["reasons"]]
    house.told("rita", "POST", f"/v1/approvals/{veto['approval_id']}/withdraw")
    house.vote("rita", digest)
    house.vote("gwen", digest)
    assert house.told("ci", "POST", "/v1/decisions", good)["outcome"] == "allow"


def a_rule_is_waived_by_another_than_who_asks(house: House, unnoted: dict[str, Any]) -> None:
    denied = house.release(unnoted, "dora", "pia", "rita", "gwen")
    assert [reason["code"] for reason in denied["reasons"]] == [NOTE]
    asked = {
        "codes": [NOTE],
        "model": "acme/support-router",
        "release_digest": denied["release"]["digest"],
        "stage": "production",
        "reason": "the note is in the ticket",
        "ticket": "OPS-1",
        "expires_at": (datetime.now(UTC) + timedelta(days=2)).isoformat(timespec="seconds"),
    }
    hard = {**asked, "codes": ["approvals.seat_open"]}
    for name, body, expected, reason in (
        ("dave", asked, 403, "dave may not request_waiver"),
        ("axel", asked, 403, "axel may not request_waiver"),
        ("gwen", hard, 422, "is hard for production/limited, or unknown: nothing waives it"),
    ):
        status, told = house.refused(name, "POST", "/v1/waivers", body)
        assert (status, reason in told.replace(house.issuer.url + "#sub=", "")) == (expected, True)
    waiver = house.told("gwen", "POST", "/v1/waivers", asked)
    approve = f"/v1/waivers/{waiver['waiver_id']}/approve"
    for name, reason in (
        ("ci", "ci may not approve_waiver"),
        ("dora", "approving a waiver needs the role governance_lead, risk_compliance"),
        ("gwen", "nobody approves a waiver that they asked for"),
    ):
        status, told = house.refused(name, "POST", approve)
        assert (status, reason in told.replace(house.issuer.url + "#sub=", "")) == (403, True), told
    house.told("rita", "POST", approve)
    assert house.told("ci", "POST", "/v1/decisions", unnoted)["outcome"] == "allow"


def the_next_one_follows_and_is_rolled_back(house: House) -> None:
    a_rule_is_waived_by_another_than_who_asks(
        house, {**play.submission(BETTER, house.gate.stage), "change_note": ""}
    )
    house.told("dave", "POST", f"{PRODUCTION}/promotions", {"version": "1.1.0"})
    back = {"reason": "answers are late"}
    assert house.refused("rita", "POST", f"{PRODUCTION}/rollbacks", back)[0] == 403
    house.told("dave", "POST", f"{PRODUCTION}/rollbacks", back)
    history = house.told("axel", "GET", f"{PRODUCTION}/history")["pointers"]
    assert [one["version"] for one in history] == ["1.0.0", "1.1.0", "1.0.0"]


def test_the_cast_takes_a_model_to_production_and_back(house: House) -> None:
    good = play.submission(GOOD, house.gate.stage)
    first = house.told("ci", "POST", "/v1/decisions", good)
    digest = first["release"]["digest"]
    assert first["outcome"] == "pending"
    house.told("ci", "POST", f"{MODEL}/versions", {"version": "1.0.0", "release_digest": digest})

    nobody_does_anothers_part(house, digest, good)
    a_veto_stops_it_until_it_is_taken_back(house, digest, good)
    house.told("dave", "POST", f"{PRODUCTION}/promotions", {"version": "1.0.0"})
    the_next_one_follows_and_is_rolled_back(house)

    entries = house.told("axel", "GET", "/v1/log?limit=200")["entries"]
    actors = {entry["entry"]["actor"] for entry in entries}
    assert {f"{house.issuer.url}#sub={name}" for name in ("ci", "rita", "dave")} <= actors
    kept = house.told("olga", "GET", "/v1/tokens")["tokens"]
    assert not any(token["subject"].startswith(house.issuer.url) for token in kept)
