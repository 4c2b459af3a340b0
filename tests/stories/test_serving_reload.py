"""A gate that is told by SIGHUP to read its files anew, while a request is under way."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import IO

import requests

from app.demo import play
from app.demo.running_gate import free_port

BODY = json.dumps({"not": "a submission"}).encode()
LOOKS = 600


def begun(port: int, token: str) -> socket.socket:
    """Ask, and hold the body back once the gate has begun to read it."""
    caller = socket.create_connection(("127.0.0.1", port), timeout=60)
    caller.sendall(
        f"POST /v1/decisions HTTP/1.1\r\nHost: gate\r\nAuthorization: Bearer {token}\r\n"
        "Content-Type: application/json\r\nConnection: close\r\nExpect: 100-continue\r\n"
        f"Content-Length: {len(BODY)}\r\n\r\n".encode()
    )
    assert caller.recv(1024).startswith(b"HTTP/1.1 100 Continue")
    return caller


def told(log: IO[bytes], what: bytes) -> bytes:
    """Read the gate's log up to a line with this."""
    read = b""
    while what not in read:
        line = log.readline()
        assert line, read
        read += line
    return read


def test_what_is_under_way_is_answered_and_the_gate_goes_on(tmp_path: Path) -> None:
    stage, port = play.set_up(tmp_path), free_port()
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith("COUNTERSIGN_")},
        **stage.environment,
        "COUNTERSIGN_PORT": str(port),
        "COUNTERSIGN_LOG_LEVEL": "INFO",
    }
    command = [sys.executable, "-c", "from app.cli import main; main(['serve'])"]
    process = subprocess.Popen(  # noqa: S603 - this interpreter, with our own arguments
        command, env=environment, stderr=subprocess.PIPE
    )
    assert process.stderr is not None
    try:
        told(process.stderr, b"Listening at")  # from then on callers wait in line
        with begun(port, stage.tokens["submitter"]) as caller:
            process.send_signal(signal.SIGHUP)
            told(process.stderr, b"Hang up")
            caller.sendall(BODY)
            answer = caller.makefile("rb").readline()
        between = told(process.stderr, b"Booting worker")
        again = requests.get(f"http://127.0.0.1:{port}/readyz", timeout=60)

        assert answer.startswith(b"HTTP/1.1 422")
        assert b"Worker exiting" in between  # two at once would want one store
        assert again.status_code == 200
    finally:
        process.terminate()
        process.communicate(timeout=60)
    assert process.returncode == 0
