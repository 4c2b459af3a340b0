"""The play: three real releases, signed, submitted, approved and decided over HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from app.adapters.model_files.listing import list_files
from app.adapters.system.identifiers import new_id, new_secret
from app.bootstrap import storage
from app.demo import running_gate
from app.demo.example_releases import (
    Example,
    ExampleRelease,
    flip_a_byte,
    write_model,
    write_results,
)
from app.demo.private_sigstore import PrivateSigstore
from app.domain.caller import APPROVER_ROLES, EVERYWHERE, Role
from app.domain.release import File, release_digest
from app.gate.issue_token import TokenRequest, issue_token
from app.settings import Settings

ISSUER = "https://ci.acme.example"
WORKFLOW = "https://ci.acme.example/support-router/release.yml@refs/heads/main"
TRUST_DOMAIN = "demo"
OTHERS = (Role.AUDITOR, Role.DEPLOYER, Role.POLICY_AUTHOR, Role.POLICY_ADMIN)
"""Who has no part in the decisions."""
_LIFETIME = timedelta(hours=1)
_TIER = "limited"

Ask = Callable[[str, str, Mapping[str, Any]], dict[str, Any]]
"""Asks the gate: the token, the path, the document; gives the answer."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One release of the play, and what the gate answered."""

    release: ExampleRelease
    decision: dict[str, Any]

    @property
    def is_as_expected(self) -> bool:
        """Whether outcome and reason codes are those that the example says."""
        codes = {reason["code"] for reason in self.decision["reasons"]}
        return self.decision["outcome"] == self.release.outcome and codes == self.release.codes


@dataclass(frozen=True, slots=True)
class Stage:
    """What is set up before the first scene: a sigstore, a trusting gate, and people."""

    folder: Path
    sigstore: PrivateSigstore
    tokens: Mapping[str, str]
    environment: Mapping[str, str]


def set_up(folder: Path) -> Stage:
    """Found a private sigstore, let a gate trust one workflow of it, and give people tokens."""
    example = Example.read()
    sigstore = PrivateSigstore(datetime.now(UTC) - timedelta(days=1))
    roots = folder / "trust_roots"
    roots.mkdir()
    (roots / f"{TRUST_DOMAIN}.json").write_text(json.dumps(sigstore.trusted_root()))
    signer = {
        "trust_domain": TRUST_DOMAIN,
        "issuer": ISSUER,
        "identity": {"type": "uri", "value": WORKFLOW},
        "claims": {},
    }
    floors = {f"{example.namespace}/{example.name}": _TIER}
    policies = folder / "policies"
    running_gate.write_policies(policies, {"signers": [signer]}, {"floors": floors})
    environment = {
        "COUNTERSIGN_DATA_DIR": str(folder / "data"),
        "COUNTERSIGN_POLICIES": str(policies),
        "COUNTERSIGN_TRUST_ROOTS": str(roots),
        "COUNTERSIGN_PORT": str(running_gate.free_port()),
        "COUNTERSIGN_LOG_LEVEL": "WARNING",
        "COUNTERSIGN_OPA_DEADLINE_SECONDS": "30",  # a busy machine is no reason for a 503
    }
    return Stage(folder, sigstore, _tokens(environment), environment)


def scene(release: ExampleRelease, stage: Stage, ask: Ask) -> Scene:
    """Sign one release, submit it, let people approve it, and ask again."""
    submitted = submission(release, stage)
    decision = ask(stage.tokens["submitter"], "/v1/decisions", submitted)
    for role in release.approved_by:
        vote = {"release_digest": decision["release"]["digest"], "vote": "approve"}
        ask(stage.tokens[role], "/v1/approvals", vote)
    return Scene(release, ask(stage.tokens["submitter"], "/v1/decisions", submitted))


def submission(release: ExampleRelease, stage: Stage) -> dict[str, Any]:
    """Make the model, sign it, tamper with it if the story says so, and say what to submit."""
    example, now = Example.read(), datetime.now(UTC)
    model = stage.folder / release.version
    write_model(release, model)
    signed = _listed(model)
    bundle = stage.sigstore.sign_model(
        signed, example.name, WORKFLOW, {"issuer": ISSUER}, now - timedelta(minutes=1)
    )
    if release.flip_a_byte_of:
        flip_a_byte(model / release.flip_a_byte_of)
    results = stage.folder / f"results-{release.version}.json"
    write_results(release, results, now)
    submitted: dict[str, Any] = {
        "model": {
            "namespace": example.namespace,
            "name": example.name,
            "version": release.version,
        },
        "files": [
            {"path": file.path, "size": file.size, "sha256": file.sha256} for file in _listed(model)
        ],
        "stage": example.stage,
        "risk_tier": example.risk_tier,
        "model_card": {"files": [_inline(model / "README.md")]},
        "evaluations": [{"files": [_inline(results)]}],
        "bundles": [{"name": "model.sigstore.json", "text": bundle.decode()}],
        "change_note": release.change_note,
    }
    if release.rollback_to:
        earlier = release_digest(_listed(stage.folder / release.rollback_to))
        submitted["rollback"] = {"version": release.rollback_to, "release_digest": earlier}
    return submitted


def _tokens(environment: Mapping[str, str]) -> dict[str, str]:
    people = {Role.SUBMITTER: "release-workflow@acme.example"}
    people |= {role: f"{role.value}@acme.example" for role in (*APPROVER_ROLES, *OTHERS)}
    tokens: dict[str, str] = {}
    with storage.opened_stores(Settings.from_environment(environment)) as stores:
        for role, subject in people.items():
            expires_at = datetime.now(UTC) + _LIFETIME
            asked = TokenRequest(subject, frozenset({role}), EVERYWHERE, expires_at)
            issued = issue_token(asked, "demo", stores.tokens, new_id, new_secret)
            tokens[role.value] = issued.token
    return tokens


def _inline(file: Path) -> dict[str, str]:
    return {"name": file.name, "text": file.read_text(encoding="utf-8")}


def _listed(model: Path) -> tuple[File, ...]:
    def silent(_done: int, _total: int) -> None:
        """Show nothing: the example's files are small."""

    return list_files(model, now=datetime.now(UTC), progress=silent, cache=None)
