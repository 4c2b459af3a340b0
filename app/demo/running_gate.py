"""A gate of its own for the demo: a real server in a process, with data in a scratch folder."""

from __future__ import annotations

import atexit
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import requests
import yaml

from app import shipped

_START_SECONDS = 180.0
_POLL_SECONDS = 0.05


class DemoError(Exception):
    """The demo cannot go on; the message says why."""


def write_policies(folder: Path, trust: Mapping[str, object], tiers: Mapping[str, object]) -> None:
    """Copy the shipped policies, and say in their data whom to trust and how models rank.

    Only data changes: the rules are those that every gate runs.
    """
    shutil.copytree(shipped.folder("policies"), folder)
    for name, changes in (("trust", trust), ("tiers", tiers)):
        file = folder / "gate" / name / "data.yaml"
        document = yaml.safe_load(file.read_text(encoding="utf-8"))
        file.write_text(yaml.safe_dump({**document, **changes}), encoding="utf-8")


@contextmanager
def running_gate(environment: Mapping[str, str], log: Path) -> Iterator[str]:
    """Serve a gate and give its URL; it is stopped at the end, whatever happens."""
    url = f"http://127.0.0.1:{environment['COUNTERSIGN_PORT']}"
    kept = {k: v for k, v in os.environ.items() if not k.startswith("COUNTERSIGN_")}
    command = [sys.executable, "-c", "from app.cli import main; main(['serve'])"]
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - this interpreter, with our own arguments
            command, env={**kept, **environment}, stdout=output, stderr=output
        )
        try:
            _wait(url, process, log)
            yield url
        finally:
            process.terminate()
            try:
                process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def free_port() -> int:
    """Find a port on the loopback interface that nobody listens on.

    On Linux it is kept until this process ends: bound and not listening, the kernel gives it to
    nobody who asks for any port, and lets a server have it that names it (SO_REUSEADDR on both).
    """
    probe = socket.socket()
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    probe.bind(("127.0.0.1", 0))
    port: int = probe.getsockname()[1]
    if sys.platform == "linux":
        atexit.register(probe.close)
    else:
        probe.close()
    return port


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            if requests.get(url + "/readyz", timeout=5).ok:
                return
        except requests.RequestException:
            time.sleep(_POLL_SECONDS)  # not listening yet
    said = log.read_text(errors="replace").strip()[-2000:]
    raise DemoError(f"the gate did not become ready; it said:\n{said}")
