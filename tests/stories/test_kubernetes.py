"""A cluster asks a real gate: what is released comes in, and the reason is read by who waits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from app.cli import main
from app.demo.example_releases import flip_a_byte
from app.domain.digest import Digest
from tests.stories.conftest import Team, approve


@pytest.fixture
def reference(tmp_path: Path) -> str:
    return f"oci://registry.example/router@sha256:{Digest.of(str(tmp_path).encode())}"


@pytest.fixture
def manifest(tmp_path: Path, reference: str) -> Path:
    file = tmp_path / "inferenceservice.yaml"
    spec = {"predictor": {"model": {"storageUri": reference}}}
    members: dict[str, Any] = {"metadata": {"name": "router", "namespace": "team-a"}, "spec": spec}
    kind = {"apiVersion": "serving.kserve.io/v1beta1", "kind": "InferenceService"}
    file.write_text(json.dumps({**kind, **members}))
    return file


def admitted(team: Team, manifest: Path, *options: str) -> Result:
    environment = {
        "COUNTERSIGN_URL": team.gate.url,
        "COUNTERSIGN_TOKEN": team.gate.stage.tokens["submitter"],
    }
    arguments = ["admission", "check", "-f", str(manifest), "--stage", "production", *options]
    return CliRunner().invoke(main, arguments, env=environment)


def submitted(team: Team, reference: str) -> str:
    told = json.loads(team.check("--reference", reference, "--output", "json").stdout)
    digest: str = told["release"]["digest"]
    return digest


def test_what_nobody_submitted_is_not_let_in(team: Team, manifest: Path, reference: str) -> None:
    told = admitted(team, manifest)

    assert told.exit_code == 1
    assert "no release was submitted as" in told.output
    assert f"model: {reference}" in told.output


def test_what_waits_for_people_is_exit_2_and_says_for_whom(
    team: Team, manifest: Path, reference: str
) -> None:
    submitted(team, reference)

    told = admitted(team, manifest)

    assert told.exit_code == 2
    assert "pending: acme/support-router" in told.output
    assert "next: data_scientist" in told.output


def test_what_is_approved_is_let_in(team: Team, manifest: Path, reference: str) -> None:
    approve(team, submitted(team, reference))
    submitted(team, reference)

    assert admitted(team, manifest, "--cluster", "eu-1").exit_code == 0


def test_what_was_tampered_with_is_not_let_in(team: Team, manifest: Path, reference: str) -> None:
    flip_a_byte(team.model / "model.safetensors")
    submitted(team, reference)

    told = json.loads(admitted(team, manifest, "--output", "json").stdout)

    assert told["objects"][0]["outcome"] == "deny"
    assert "signatures.file_changed: files changed" in told["objects"][0]["message"]


def test_a_gate_that_is_down_is_exit_3(manifest: Path) -> None:
    arguments = ["admission", "check", "-f", str(manifest), "--stage", "production"]
    nowhere = ["--url", "http://127.0.0.1:1", "--token", "cs_x_" + "s" * 43]

    assert CliRunner().invoke(main, [*arguments, *nowhere]).exit_code == 3
