"""A real OPA server on loopback, serving one policies folder for as long as a test needs it."""

from __future__ import annotations

import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.adapters.engines import policy_folder
from app.demo.running_gate import free_port

START_SECONDS = 90


@contextmanager
def serving(binary: Path, policies: Path, scratch: Path, token: str) -> Iterator[str]:
    """Serve the policies over TCP to whoever holds the token; give the address."""
    staged = scratch / "bundle"
    staged.mkdir()
    policy_folder.stage(policy_folder.read(policies), staged, extra_roots=("system/authz",))
    authorisation = staged / "system" / "authz" / "authz.rego"
    authorisation.parent.mkdir(parents=True)
    authorisation.write_text(
        f'package system.authz\n\ndefault allow := false\n\nallow if input.identity == "{token}"\n',
    )
    port = free_port()
    command = [str(binary), "run", "--server", "--bundle", f"--addr=127.0.0.1:{port}"]
    flags = ["--authentication=token", "--authorization=basic", "--log-level=error"]
    with subprocess.Popen(  # noqa: S603 - a fixed command on a folder of the test
        [*command, *flags, str(staged)], stderr=subprocess.DEVNULL
    ) as process:
        try:
            _wait_for(port, process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    ends_at = time.monotonic() + START_SECONDS
    while time.monotonic() < ends_at and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            threading.Event().wait(0.02)  # not listening yet
        else:
            return
    raise AssertionError("OPA did not start")
