"""A gate as it is served, in processes of its own, that tests may kill or starve."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import requests

from app.adapters.system.identifiers import new_id, new_secret
from app.bootstrap import storage
from app.demo.running_gate import free_port
from app.domain.caller import EVERYWHERE, Role
from app.gate.issue_token import TokenRequest, issue_token
from app.settings import Settings
from tests.services.processes import lives

_START_SECONDS = 180


@dataclass(frozen=True)
class Gate:
    """A gate that runs: where, as which processes, and a submitter's token."""

    url: str
    token: str
    process: subprocess.Popen[bytes]

    def kill(self) -> None:
        """Kill every process of it at once, as a machine that goes down does."""
        workers = self.workers()
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        while any(lives(worker) for worker in workers):
            threading.Event().wait(0.01)  # what it holds open is let go when it is gone

    def post(self, document: Mapping[str, object], key: str) -> requests.Response:
        """Ask for a decision with an idempotency key."""
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": key}
        url = f"{self.url}/v1/decisions"
        return requests.post(url, json=document, headers=headers, timeout=120)

    def limit_files(self, size: int) -> None:
        """Let its workers write no file beyond a size, as on a disk that is full."""
        for worker in self.workers():
            resource.prlimit(worker, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    def workers(self) -> list[int]:
        """List the processes that answer."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(worker) for worker in children.split()]


def environment_of(folder: Path, url: str | None) -> dict[str, str]:
    """Name a data folder, and a database if there is one."""
    made = {
        "COUNTERSIGN_DATA_DIR": str(folder / "data"),
        "COUNTERSIGN_PORT": str(free_port()),
        "COUNTERSIGN_LOG_LEVEL": "ERROR",
    }
    return made if url is None else {**made, "COUNTERSIGN_DATABASE_URL": url}


def a_token(environment: Mapping[str, str]) -> str:
    """Make a submitter's token before the gate starts."""
    asked = TokenRequest(
        "ci", frozenset({Role.SUBMITTER}), EVERYWHERE, datetime.now(UTC) + timedelta(days=1)
    )
    with storage.opened_stores(Settings.from_environment(environment)) as stores:
        return issue_token(asked, "test", stores.tokens, new_id, new_secret).token


@contextmanager
def served(
    environment: Mapping[str, str], token: str, log: Path, *, workers: int = 1
) -> Iterator[Gate]:
    """Serve a gate, by gunicorn if by several workers; what is left of it is killed at the end."""
    port = environment["COUNTERSIGN_PORT"]
    command = [sys.executable, "-c", "from app.cli import main; main(['serve'])"]
    if workers > 1:
        command = [
            *(sys.executable, "-m", "gunicorn", "app.wsgi:app", "--bind", f"127.0.0.1:{port}"),
            *("--workers", str(workers), "--worker-class", "gthread", "--threads", "16"),
            *("--no-control-socket", "--log-level", "error"),
        ]
    kept = {k: v for k, v in os.environ.items() if not k.startswith("COUNTERSIGN_")}
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603 - this interpreter, with our own arguments
            command,
            env={**kept, **environment},
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    gate = Gate(f"http://127.0.0.1:{port}", token, process)
    try:
        _wait(gate, log)
        yield gate
    finally:
        if process.poll() is None:
            gate.kill()


def _wait(gate: Gate, log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and gate.process.poll() is None:
        try:
            if requests.get(f"{gate.url}/livez", timeout=5).ok:
                return
        except requests.RequestException:
            threading.Event().wait(0.05)  # not listening yet
    raise AssertionError(f"the gate did not start: {log.read_text(errors='replace')[-2000:]}")
