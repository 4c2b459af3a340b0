"""The real OPA for tests that need it, and a loud word where it is missing.

A test that takes the fixture `opa_binary`, or bears the marker `needs_opa`, runs on the real
OPA of the version that tools/go.mod pins, at `.tools/bin/opa`, where `make tools` builds it.
Without it such tests cannot run; the run then ends with how many there were, and fails where
CI is set.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.plugins.counted import CountedOut

ROOT = Path(__file__).parents[2]
BINARY = ROOT / ".tools" / "bin" / "opa"
OPA = pytest.StashKey[Path | None]()


def find_opa(binary: Path, version: str) -> Path | None:
    """Give the binary back if it is OPA of exactly this version."""
    return binary if version_of(binary) == version else None


def pinned_version(go_mod: str) -> str:
    """Read the version of OPA that tools/go.mod pins."""
    pinned = re.search(r"github\.com/open-policy-agent/opa v(\S+)", go_mod)
    if pinned is None:
        message = "tools/go.mod pins no version of OPA"
        raise pytest.UsageError(message)
    return pinned[1]


def version_of(binary: Path) -> str | None:
    """Ask a binary for its version; None if it is no OPA or not there."""
    try:
        told = subprocess.run(  # noqa: S603 - the binary under test, without a shell
            [binary, "version"], capture_output=True, text=True, timeout=120, check=False
        )
    except OSError:
        return None
    version = re.match(r"Version: (\S+)", told.stdout)
    return version[1] if version else None


def needs_opa(item: pytest.Item) -> bool:
    """Tell whether a test can run only with the real OPA."""
    is_marked = item.get_closest_marker("needs_opa") is not None
    return is_marked or "opa_binary" in getattr(item, "fixturenames", ())


def pytest_configure(config: pytest.Config) -> None:
    """Name the marker and look for OPA, once."""
    config.addinivalue_line("markers", "needs_opa: runs on the real OPA only")
    version = pinned_version((ROOT / "tools" / "go.mod").read_text())
    config.stash[OPA] = found = find_opa(BINARY, version)
    counted = CountedOut(
        "THE REAL OPA IS MISSING",
        "tests need OPA and could not run: make tools",
        needs_opa,
        is_there=found is not None,
    )
    config.pluginmanager.register(counted, "counted_opa")


@pytest.fixture(scope="session")
def opa_binary(pytestconfig: pytest.Config) -> Path:
    """The real OPA, of the pinned version."""
    binary = pytestconfig.stash[OPA]
    assert binary is not None, "a test that needs OPA was not taken out"

    return binary
