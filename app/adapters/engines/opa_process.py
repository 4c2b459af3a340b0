"""One OPA process that is kept alive: started, waited for, started again, stopped.

It listens on a unix socket in a private folder, takes a token that nobody else was told,
and answers on the paths of the gate alone.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path, PurePosixPath

from app.adapters.engines import policy_folder
from app.adapters.engines.policy_folder import PolicyFile, PolicyFolder
from app.domain.digest import Digest
from app.domain.errors import PolicyEngineError

FIRST_PAUSE = timedelta(seconds=0.1)
LONGEST_PAUSE = timedelta(seconds=5)
GRACE = timedelta(seconds=2)
LONGEST_LOG = 2_000
_POLL = timedelta(seconds=0.02)
_LONGEST_SOCKET_PATH = 100
# The shell dies with OPA, and OPA with the gate: when the gate is gone, however it went,
# its end of the pipe closes and `read` returns.
_LEASH = """
exec 3<&0
"$@" </dev/null 3<&- & opa=$!
{ read -r _ <&3; kill "$opa"; } & leash=$!
wait "$opa"
kill "$leash" 2>/dev/null
"""
_AUTHORISATION = """package system.authz

default allow := false

allow if {{
	input.method == "POST"
	input.path in [{paths}]
	crypto.sha256(input.identity) == "{token_sha256}"
}}
"""


class OpaProcess:
    """Runs `opa run --server` on staged policies and starts it again whenever it dies."""

    def __init__(  # noqa: PLR0913 - what OPA is started with, each by its name
        self,
        binary: Path,
        policies: PolicyFolder,
        token: str,
        paths: tuple[str, ...],
        more: tuple[PolicyFile, ...] = (),
        *,
        garbage: int = 400,
    ) -> None:
        """Start OPA on the policies, and on more Rego of the gate's own.

        It answers on these paths of `data` alone. `garbage` is Go's GOGC: by how many percent
        its memory may grow before it is collected. Raises PolicyEngineError when the binary or
        the temporary folder cannot be used.
        """
        self._owner = os.getpid()
        self._garbage = garbage
        self._folder = _private_folder()
        self.socket = self._folder / "opa.sock"
        self._log = self._folder / "opa.log"
        self._command = _command(binary, self._folder, self.socket)
        self._stopping = threading.Event()
        self._last_words: str | None = None
        try:
            own = (_authorisation(token, paths), *more)
            _stage(policies, self._folder / "bundle", own)
            self._process = self._started()
        except (OSError, PolicyEngineError) as error:
            shutil.rmtree(self._folder, ignore_errors=True)
            message = "OPA cannot be started"
            raise PolicyEngineError(message, detail=f"{binary}: {error}") from error
        self._keeper = threading.Thread(target=self._keep, name="countersign-opa", daemon=True)
        self._keeper.start()

    @property
    def pid(self) -> int:
        """The process id of the shell that holds OPA; another one after each restart."""
        return self._process.pid

    def wait_until(self, answers: Callable[[], object], limit: timedelta) -> None:
        """Wait until the question is answered.

        Raises PolicyEngineError at the limit, or as soon as OPA has ended, with what it said.
        """
        ends_at = time.monotonic() + limit.total_seconds()
        while True:
            try:
                answers()
            except PolicyEngineError as error:
                if self._last_words is not None:
                    message = "OPA does not run with these policies"
                    raise PolicyEngineError(message, detail=self._last_words) from error
                if time.monotonic() > ends_at:
                    message = "OPA was started and does not answer"
                    raise PolicyEngineError(message, detail=self._said()) from error
                time.sleep(_POLL.total_seconds())
            else:
                return

    def stop(self) -> None:
        """Stop OPA for good, if this process started it. A forked worker leaves it alone."""
        if os.getpid() != self._owner or self._stopping.is_set():
            return
        self._stopping.set()
        self._release(self._process)
        self._keeper.join(GRACE.total_seconds())
        shutil.rmtree(self._folder, ignore_errors=True)

    def _keep(self) -> None:
        pause = FIRST_PAUSE
        while not self._stopping.is_set():
            started_at = time.monotonic()
            self._process.wait()
            self._last_words = self._said()
            self._release(self._process)
            lasted = timedelta(seconds=time.monotonic() - started_at)
            # One that lived for a while is started again at once; one that cannot is not hurried.
            pause = FIRST_PAUSE if lasted > LONGEST_PAUSE else min(pause * 2, LONGEST_PAUSE)
            if not self._stopping.wait(pause.total_seconds()):
                self._restart()

    def _restart(self) -> None:
        try:
            self.socket.unlink(missing_ok=True)
            process = self._started()
        except OSError:
            return  # the binary is gone for now: the next round waits longer and tries again
        self._process = process
        if self._stopping.is_set():
            self._release(process)

    def _started(self) -> subprocess.Popen[bytes]:
        with self._log.open("wb") as log:
            return subprocess.Popen(  # noqa: S603 - a fixed command, no user text in it
                self._command,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                cwd=self._folder,
                env={"HOME": str(self._folder), "PATH": os.defpath, "GOGC": str(self._garbage)},
                start_new_session=True,
            )

    def _release(self, process: subprocess.Popen[bytes]) -> None:
        if process.stdin is not None:
            process.stdin.close()
        try:
            process.wait(GRACE.total_seconds())
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            process.wait()

    def _said(self) -> str:
        try:
            said = self._log.read_text(errors="replace")
        except OSError as error:
            return str(error)
        return said.replace(f"{self._folder}/bundle/", "")[-LONGEST_LOG:]


def _private_folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="countersign-opa-"))
    if len(str(folder)) > _LONGEST_SOCKET_PATH - len("/opa.sock"):
        folder.rmdir()
        raise PolicyEngineError("the temporary folder's path is too long for a unix socket")
    return folder


def _command(binary: Path, folder: Path, socket: Path) -> list[str]:
    # It runs in a folder of its own, where a relative path would lead nowhere.
    opa = [
        str(binary.absolute() if binary.exists() else binary),
        "run",
        "--server",
        "--bundle",
        f"--addr=unix://{socket}",
    ]
    safety = ["--authentication=token", "--authorization=basic", "--unix-socket-perm=600"]
    # Policies never write: data kept as OPA evaluates it, and GOGC above, halve the time.
    quick = ["--optimize-store-for-read-speed", "--log-level=error", "--skip-version-check"]
    return ["/bin/sh", "-c", _LEASH, "sh", *opa, *safety, *quick, str(folder / "bundle")]


def _stage(policies: PolicyFolder, bundle: Path, own: tuple[PolicyFile, ...]) -> None:
    bundle.mkdir()
    roots = tuple(str(file.path.parent) for file in own)
    policy_folder.stage(policies, bundle, extra_roots=roots)
    for file in own:
        (bundle / file.path.parent).mkdir(parents=True)
        (bundle / file.path).write_bytes(file.content)


def _authorisation(token: str, paths: tuple[str, ...]) -> PolicyFile:
    allowed = ", ".join(json.dumps(["v1", "data", *path.split("/")]) for path in paths)
    rego = _AUTHORISATION.format(paths=allowed, token_sha256=Digest.of(token.encode()))
    return PolicyFile(PurePosixPath("system/authz/authz.rego"), rego.encode())
