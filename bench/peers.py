"""Others' commands that the gate's are measured beside, and what a process takes."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
LOCKED = ROOT / "requirements" / "bench.txt"
PLACE = ROOT / ".tools" / "bench"


@dataclass(frozen=True, slots=True)
class Peak:
    """What one process took."""

    seconds: float
    megabytes: float


def countersign() -> str:
    """Find our own command, beside this interpreter."""
    return str(Path(sys.executable).with_name("countersign"))


def model_signing() -> str | None:
    """Find model signing's command; set it up once, apart from what the gate runs on.

    None, with a word on standard error, if it cannot be installed here.
    """
    version = hashlib.sha256(LOCKED.read_bytes()).hexdigest()[:16]
    folder = PLACE / version
    command = folder / "bin" / "model_signing"
    if not command.exists():
        venv.create(folder, clear=True, with_pip=True)
        pip = [str(folder / "bin" / "python"), "-m", "pip", "--quiet", "install", "--no-deps"]
        pip += ["--require-hashes", "--only-binary", ":all:", "--requirement", str(LOCKED)]
        if subprocess.run(pip, check=False).returncode:  # noqa: S603 - pip, on what is locked
            command.unlink(missing_ok=True)
            sys.stderr.write("model signing could not be installed, so it is not measured\n")
            return None
    return str(command)


def quiet(*command: str) -> None:
    """Run a command to its end. Raises CalledProcessError if it fails."""
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - the bench's own


def peak(*command: str) -> Peak:
    """Run a command, and tell how long it took and the most memory it had."""
    started = os.times().elapsed
    with subprocess.Popen(  # noqa: S603 - the bench's own
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Peak(os.times().elapsed - started, usage.ru_maxrss / 1024)
