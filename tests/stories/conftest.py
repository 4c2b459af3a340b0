"""A real gate on real parts: gunicorn, SQLite, sigstore bundles, the compiled policies."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from app.adapters.model_files.listing import list_files
from app.cli import main
from app.cli.client import Client
from app.demo import play
from app.demo.example_releases import Example, write_model, write_results
from app.demo.play import Stage
from app.demo.running_gate import running_gate
from app.domain.release import File

RELEASE = Example.read().releases[0]


@dataclass(frozen=True)
class Running:
    """A gate that runs, and what was set up for it."""

    url: str
    stage: Stage

    def ask(self, token: str, path: str, document: Mapping[str, Any]) -> dict[str, Any]:
        """Post a document with a token, as the play does."""
        return Client(self.url, token).post(path, document)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    stage = play.set_up(tmp_path_factory.mktemp("stage"))
    with running_gate(stage.environment, stage.folder / "gate.log") as url:
        yield Running(url, stage)


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[[Mapping[str, str]], Running]]:
    """Serve a gate with other settings than the demo's."""
    started: list[AbstractContextManager[str]] = []

    def start(environment: Mapping[str, str]) -> Running:
        folder = tmp_path / f"stage-{len(started)}"
        folder.mkdir()
        stage = play.set_up(folder)
        gate = running_gate({**stage.environment, **environment}, folder / "gate.log")
        started.append(gate)
        return Running(gate.__enter__(), stage)

    yield start
    for gate in started:
        gate.__exit__(None, None, None)


def listed(model: Path) -> tuple[File, ...]:
    def silent(_done: int, _total: int) -> None: ...

    return list_files(model, now=datetime.now(UTC), progress=silent, cache=None)


@dataclass
class Team:
    """A model folder with its evidence, and the gate to ask."""

    gate: Running
    model: Path
    results: Path
    bundle: Path

    def check(self, *options: str, url: str = "") -> Result:
        """Run `countersign check` as a pipeline would."""
        command = [
            *("check", str(self.model), "--model", "acme/support-router", "--version", "1.0.0"),
            *("--stage", "production", "--tier", "limited", "--change-note", "First release."),
            *("--card", str(self.model / "README.md"), "--eval", str(self.results)),
            *("--bundle", str(self.bundle), "--url", url or self.gate.url),
            *("--token", self.gate.stage.tokens["submitter"], *options),
        ]
        return CliRunner().invoke(main, command)


@pytest.fixture
def team(running: Running, tmp_path: Path) -> Team:
    model, results, bundle = tmp_path / "model", tmp_path / "results.json", tmp_path / "m.sigstore"
    write_model(RELEASE, model)
    (model / "run.txt").write_text(tmp_path.name)  # a release of its own for each test
    write_results(RELEASE, results, datetime.now(UTC))
    at = datetime.now(UTC) - timedelta(minutes=1)
    claims = {"issuer": play.ISSUER}
    bundle.write_bytes(
        running.stage.sigstore.sign_model(listed(model), "m", play.WORKFLOW, claims, at)
    )
    return Team(running, model, results, bundle)


def approve(team: Team, release: str) -> None:
    for role in RELEASE.approved_by:
        vote = {"release_digest": release, "vote": "approve"}
        team.gate.ask(team.gate.stage.tokens[role], "/v1/approvals", vote)
