"""A real gate on real parts: gunicorn, SQLite, sigstore bundles, the compiled policies."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.cli.client import Client
from app.demo import play
from app.demo.play import Stage
from app.demo.running_gate import running_gate


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
