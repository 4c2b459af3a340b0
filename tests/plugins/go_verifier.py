"""The second verifier, built from tools/verifier with the packages of Go, sigstore and in-toto.

Whoever has the pinned OPA has the Go that built it: tests that take `go_verifier` bear the
marker `needs_opa` and are counted with those where Go is missing.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "tools" / "verifier"
BUILT = ROOT / ".tools" / "verifier"


@pytest.fixture(scope="session")
def go_verifier() -> Path:
    """Build the verifier once for these sources and pins: workers wait for the first."""
    sources = sorted(path for path in SOURCE.iterdir() if path.suffix in {".go", ".mod", ".sum"})
    version = hashlib.sha256(b"\0".join(path.read_bytes() for path in sources)).hexdigest()[:16]
    binary = BUILT / version
    BUILT.mkdir(parents=True, exist_ok=True)
    with (BUILT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not binary.exists():
            _build(binary)
    return binary


def _build(binary: Path) -> None:
    go = shutil.which("go") or str(Path(sys.executable).with_name("go"))
    aside = binary.with_suffix(".new")
    subprocess.run(  # noqa: S603 - Go, on a program of our own
        [go, "build", "-mod=readonly", "-o", str(aside), "."],
        cwd=SOURCE,
        check=True,
        timeout=600,
        env={"HOME": str(Path.home()), **os.environ},  # where Go keeps what it fetched
    )
    aside.rename(binary)
