"""The second verifier, built from tools/verifier with Go's own transparency-log packages.

Whoever has the pinned OPA has the Go that built it: tests that take `go_verifier` bear the
marker `needs_opa` and are counted with those where Go is missing.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "tools" / "verifier"


@pytest.fixture(scope="session")
def go_verifier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the verifier, once."""
    go = shutil.which("go") or str(Path(sys.executable).with_name("go"))
    binary = tmp_path_factory.mktemp("verifier") / "verifier"
    subprocess.run(  # noqa: S603 - Go, on a program of our own
        [go, "build", "-mod=readonly", "-o", str(binary), "."], cwd=SOURCE, check=True, timeout=300
    )
    return binary
