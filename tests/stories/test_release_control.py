"""The cast over HTTP: a model from registration to production, vetoed, doubted, rolled back.

Each step that somebody may not take is tried first, and refused with its reason. People bear tokens
of the gate here; in test_cast.py an issuer vouches for them, and a rule is waived.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from app.demo import play
from app.demo.example_releases import Example
from app.domain.release import release_digest
from tests.stories.conftest import Team, listed

NAMED = {"namespace": "acme", "name": "support-router"}
MODEL = "/v1/models/acme/support-router"
PRODUCTION = f"{MODEL}/stages/production"
PROMOTIONS = f"{PRODUCTION}/promotions"
APPROVERS = Example.read().releases[0].approved_by


class Cast:
    """The people of the story, each with an own token, before one gate."""

    def __init__(self, team: Team) -> None:
        self.team = team

    def ask(
        self, role: str, method: str, path: str, document: object = None, **headers: str
    ) -> requests.Response:
        bearer = {"Authorization": f"Bearer {self.team.gate.stage.tokens[role]}"}
        sent = bearer | {name.replace("_", "-"): value for name, value in headers.items()}
        url = self.team.gate.url + path
        return requests.request(method, url, json=document, headers=sent, timeout=60)

    def done(self, role: str, method: str, path: str, document: object = None) -> Any:
        answer = self.ask(role, method, path, document)
        assert answer.ok, answer.text
        return answer.json()

    def refused(self, role: str, method: str, path: str, document: object = None) -> str:
        answer = self.ask(role, method, path, document)
        assert not answer.ok, answer.text
        code: str = answer.json()["code"]
        return code

    def change(self, text: str) -> str:
        """Change the model; give its release digest."""
        (self.team.model / "run.txt").write_text(text)
        return release_digest(listed(self.team.model))

    def submission(self, version: str, **also: Any) -> dict[str, Any]:
        model = self.team.model
        return {
            "model": {**NAMED, "version": version},
            "files": [
                {"path": file.path, "size": file.size, "sha256": file.sha256}
                for file in listed(model)
            ],
            "stage": "production",
            "risk_tier": "limited",
            "model_card": {"files": [_document(model / "README.md")]},
            "change_note": "Better.",
            **also,
        }

    def evidence(self) -> dict[str, Any]:
        at, claims = datetime.now(UTC) - timedelta(minutes=1), {"issuer": play.ISSUER}
        sigstore, files = self.team.gate.stage.sigstore, listed(self.team.model)
        bundle = sigstore.sign_model(files, "m", play.WORKFLOW, claims, at)
        return {
            "evaluations": [{"files": [_document(self.team.results)]}],
            "bundles": [{"name": "model.sig", "text": bundle.decode()}],
        }

    def vote(self, role: str, release: str, said: str) -> Any:
        return self.done(role, "POST", "/v1/approvals", {"release_digest": release, "vote": said})

    def released(self, version: str, **also: Any) -> str:
        """Take a version to production, as people do who agree."""
        release = self.change(version)
        self.done("submitter", "POST", f"{MODEL}/versions", _registration(version, release))
        self.done("submitter", "POST", "/v1/submissions", self.submission(version, **also))
        self.done("submitter", "POST", additions(version), self.evidence())
        for role in APPROVERS:
            self.vote(role, release, "approve")
        decided = self.done("submitter", "POST", additions(version), {"change_note": "Agreed."})
        assert decided["outcome"] == "allow", decided["reasons"]
        self.done("deployer", "POST", PROMOTIONS, {"version": version})
        return release


@pytest.fixture
def cast(team: Team) -> Cast:
    return Cast(team)


def additions(version: str) -> str:
    return f"/v1/submissions/acme/support-router/{version}/production/additions"


def test_a_model_is_registered_vetoed_released_doubted_and_rolled_back(cast: Cast) -> None:
    first = _register(cast)
    _settle_a_veto(cast, first)
    _promote(cast)
    second = cast.released("1.1.0", rollback={"version": "1.0.0", "release_digest": first})
    _doubt(cast)
    _go_back(cast)
    _revoke(cast, second)

    # The auditor sees all of it, and when it was.
    history = cast.done("auditor", "GET", f"{PRODUCTION}/history")["pointers"]
    assert [one["version"] for one in history] == ["1.0.0", "1.1.0", "1.0.0"]
    then = cast.done("auditor", "GET", f"{PRODUCTION}?at={history[1]['at']}")
    state = cast.done("auditor", "GET", f"/v1/releases/{second}")
    assert (then["version"], state["state"]) == ("1.1.0", "revoked")
    assert [one["state"] for one in state["marks"]] == ["under_review", "revoked"]


def _register(cast: Cast) -> str:
    """Only who makes models registers them, and a version means the same bytes for good."""
    release = cast.change("1.0.0")
    registration = _registration("1.0.0", release)
    assert cast.refused("deployer", "POST", f"{MODEL}/versions", registration) == "forbidden"
    cast.done("submitter", "POST", f"{MODEL}/versions", registration)
    other = {**registration, "release_digest": "f" * 64}
    assert cast.refused("submitter", "POST", f"{MODEL}/versions", other) == "version_conflict"
    return release


def _settle_a_veto(cast: Cast, release: str) -> None:
    """Evidence comes later; only approvers vote, and a veto stops it until it is taken back."""
    submission = cast.submission("1.0.0")
    assert cast.refused("auditor", "POST", "/v1/submissions", submission) == "forbidden"
    early = cast.done("submitter", "POST", "/v1/submissions", submission)
    whole = cast.done("submitter", "POST", additions("1.0.0"), cast.evidence())
    assert (early["outcome"], whole["outcome"]) == ("deny", "pending")
    vote = {"release_digest": release, "vote": "approve"}
    assert cast.refused("deployer", "POST", "/v1/approvals", vote) == "forbidden"
    for role in APPROVERS:
        cast.vote(role, release, "approve")
    cast.vote("product_owner", release, "veto")
    vetoed = cast.done("submitter", "POST", additions("1.0.0"), {"change_note": "Agreed?"})
    assert "approvals.vetoed" in {reason["code"] for reason in vetoed["reasons"]}
    assert cast.refused("deployer", "POST", PROMOTIONS, {"version": "1.0.0"}) == "not_allowed"
    cast.vote("product_owner", release, "approve")
    allowed = cast.done("submitter", "POST", additions("1.0.0"), {"change_note": "Agreed."})
    assert allowed["outcome"] == "allow", allowed["reasons"]


def _promote(cast: Cast) -> None:
    """Who may have it decided may not promote it; who promotes says what was seen."""
    asked = {"version": "1.0.0"}
    assert cast.refused("submitter", "POST", PROMOTIONS, asked) == "forbidden"
    assert cast.ask("deployer", "POST", PROMOTIONS, asked, If_None_Match="*").ok
    assert cast.ask("deployer", "POST", PROMOTIONS, asked, If_None_Match="*").status_code == 412


def _doubt(cast: Cast) -> None:
    """Who runs it may report an alarm; the auditor only reads."""
    headers = {"Content_Type": "application/cloudevents+json"}
    for role, status in (("auditor", 403), ("deployer", 201)):
        answer = cast.ask(role, "POST", "/v1/incidents", _event("1.1.0"), **headers)
        assert answer.status_code == status


def _go_back(cast: Cast) -> None:
    """Back to what is known to be good: by the deployer, with a reason, and not twice."""
    rollbacks, reason = f"{PRODUCTION}/rollbacks", {"reason": "errors doubled"}
    assert cast.refused("governance_lead", "POST", rollbacks, reason) == "forbidden"
    assert cast.refused("deployer", "POST", rollbacks, {}) == "invalid_submission"
    back = cast.done("deployer", "POST", rollbacks, reason)
    assert (back["version"], back["previous"]) == ("1.0.0", "1.1.0")
    assert cast.refused("deployer", "POST", rollbacks, reason) == "rollback_refused"


def _revoke(cast: Cast, release: str) -> None:
    """What was doubted is judged by those who judge, and then it is gone for good."""
    mark = {"state": "revoked", "reason": "trained on leaked data"}
    marks = f"/v1/releases/{release}/marks"
    assert cast.refused("deployer", "POST", marks, mark) == "forbidden"
    cast.done("risk_compliance", "POST", marks, mark)
    assert cast.refused("deployer", "POST", PROMOTIONS, {"version": "1.1.0"}) == "release_marked"
    again = cast.done("submitter", "POST", additions("1.1.0"), {"change_note": "Once more."})
    assert "marks.release_revoked" in {reason["code"] for reason in again["reasons"]}


def _registration(version: str, release: str) -> dict[str, Any]:
    return {"version": version, "release_digest": release, "changelog": f"This is {version}."}


def _event(version: str) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": f"alarm-{version}",
        "source": "https://drift.acme.example",
        "type": "com.acme.drift.detected",
        "data": {"model": "acme/support-router", "version": version, "summary": "PSI is 0.31"},
    }


def _document(path: Path) -> dict[str, str]:
    return {"name": path.name, "text": path.read_text(encoding="utf-8")}
