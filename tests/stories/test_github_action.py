"""A job of GitHub Actions asks by what action.yml runs, and people read why on its pages."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from junitparser import JUnitXml

from tests.repository import tree
from tests.stories import test_ask as ask
from tests.stories.conftest import Team, approve

ACTION: dict[str, Any] = yaml.safe_load(tree.read("action.yml"))
REFERENCE = f"git+https://github.example/acme/router@{'1f' * 20}"
STEP: dict[str, Any] = ACTION["runs"]["steps"][-1]


@dataclass
class Job:
    """A job's folder, and what the step of the action leaves in it."""

    team: Team
    folder: Path

    def run(self, **inputs: str) -> subprocess.CompletedProcess[str]:
        """Run the last step as a runner would, with these inputs over those of the team."""
        given = {
            "url": self.team.gate.url,
            "token": self.team.gate.stage.tokens["submitter"],
            "model-dir": str(self.team.model),
            "model": "acme/support-router",
            "version": "1.0.0",
            "stage": "production",
            "tier": "limited",
            "card": str(self.team.model / "README.md"),
            "evaluations": f"{self.team.results}\n",
            "bundles": f"\n{self.team.bundle}\n",
            "change-note": "First release.",
            **inputs,
        }
        variables = {name: _filled(expression, given) for name, expression in STEP["env"].items()}
        kept = {"PATH": os.environ["PATH"], "COVERAGE_CORE": "ctrace"}
        files = {
            "GITHUB_STEP_SUMMARY": str(self.folder / "summary.md"),
            "GITHUB_OUTPUT": str(self.folder / "output"),
        }
        return subprocess.run(  # noqa: S603 - our own script
            ["/bin/sh", str(tree.ROOT / "deploy" / "github" / "check.sh")],
            cwd=self.folder,
            env={**kept, **variables, **files},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def outputs(self) -> dict[str, str]:
        """Read the outputs of the step."""
        lines = (self.folder / "output").read_text().splitlines()
        return dict(line.split("=", 1) for line in lines)


def _filled(expression: str, given: dict[str, str]) -> str:
    # What the runner puts in the place of its expressions.
    if expression.startswith("${{ runner.temp"):
        return sys.executable
    if expression.startswith("${{ github.action_path"):
        return str(tree.ROOT)
    if expression.startswith("git+${{ github.server_url"):
        return REFERENCE
    name = expression.removeprefix("${{ inputs.").removesuffix(" }}")
    return given.get(name) or str(ACTION["inputs"][name].get("default", ""))


@pytest.fixture
def job(team: Team, tmp_path: Path) -> Job:
    folder = tmp_path / "job"
    (folder / "app").mkdir(parents=True)
    (folder / "app" / "__init__.py").write_text("raise SystemExit(0)  # a trap\n")
    return Job(team, folder)


def test_a_denied_release_fails_the_job_and_says_why_in_every_place(job: Job) -> None:
    ran = job.run(bundles="")

    assert ran.returncode == 1, ran.stderr
    assert "::error file=" in ran.stdout
    assert "signatures." in (job.folder / "summary.md").read_text()
    assert job.outputs()["outcome"] == "deny"
    run = json.loads((job.folder / "countersign.sarif").read_text())["runs"][0]
    assert any(result["ruleId"].startswith("signatures.") for result in run["results"])
    (suite,) = JUnitXml.fromfile(str(job.folder / "countersign.xml"))
    assert suite.failures > 0


def test_a_release_that_waits_for_people_fails_the_job_with_a_warning(job: Job) -> None:
    ran = job.run()

    assert ran.returncode == 2, ran.stdout
    assert "::warning file=" in ran.stdout
    assert job.outputs()["outcome"] == "pending"


def test_an_approved_release_lets_the_job_go_on(job: Job) -> None:
    job.run()
    approve(job.team, job.outputs()["release-digest"])

    ran = job.run()

    assert ran.returncode == 0, ran.stdout
    assert job.outputs()["outcome"] == "allow"
    token = job.team.gate.stage.tokens["submitter"]
    told = ask.run(REFERENCE, "--stage", "production", url=job.team.gate.url, token=token)
    assert told.exit_code == 0, "the release is found by the commit that it was made of"
    assert job.outputs()["decision-id"]


@pytest.mark.parametrize(
    ("inputs", "told"),
    [
        ({"url": "http://127.0.0.1:9"}, "no answer from the gate"),
        ({"token": "cs_unknown_" + "s" * 43}, "unauthenticated"),
        ({"token": ""}, "nothing says who asks"),
        ({"token": "", "audience": "gate"}, "id-token: write"),
    ],
)
def test_a_job_that_gets_no_answer_fails_and_never_passes(
    job: Job, inputs: dict[str, str], told: str
) -> None:
    ran = job.run(**inputs)

    assert ran.returncode == 3
    assert "::error title=Countersign could not decide::" in ran.stdout
    assert told in ran.stderr
    assert job.outputs() == {"outcome": "could_not_decide"}
    (suite,) = JUnitXml.fromfile(str(job.folder / "countersign.xml"))
    assert (suite.errors, suite.failures) == (1, 0)


def test_every_input_reaches_the_script_as_a_variable_and_none_as_its_text() -> None:
    told = {value for value in STEP["env"].values() if "inputs." in value}

    assert told == {f"${{{{ inputs.{name} }}}}" for name in ACTION["inputs"]}
    assert "inputs." not in "".join(step.get("run", "") for step in ACTION["runs"]["steps"])
