"""The real OPA for tests that need it, and a loud word where it is missing.

A test that takes the fixture `opa_binary`, or bears the marker `needs_opa`, runs on the real
OPA of the version that tools/go.mod pins, at `.tools/bin/opa`, where `make tools` builds it.
Without it such tests cannot run; the run then ends with how many there were, and fails where
CI is set.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
BINARY = ROOT / ".tools" / "bin" / "opa"
COULD_NOT_RUN = pytest.StashKey[int]()
WORKERS_COUNT = "opa_could_not_run"
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
            [binary, "version"], capture_output=True, text=True, timeout=30, check=False
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
    config.stash[OPA] = find_opa(BINARY, version)
    config.stash[COULD_NOT_RUN] = 0


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Take out the tests that cannot run for want of OPA, and count them."""
    if config.stash[OPA] is not None:
        return
    could_not_run = [item for item in items if needs_opa(item)]
    config.stash[COULD_NOT_RUN] = len(could_not_run)
    config.hook.pytest_deselected(items=could_not_run)
    items[:] = [item for item in items if not needs_opa(item)]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take over the count of a worker: all of them collect the same tests."""
    told = getattr(node, "workeroutput", {}).get(WORKERS_COUNT, 0)
    node.config.stash[COULD_NOT_RUN] = max(told, node.config.stash[COULD_NOT_RUN])


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Fail in CI when a test could not run; a worker tells its count to who started it."""
    could_not_run = session.config.stash[COULD_NOT_RUN]
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput[WORKERS_COUNT] = could_not_run
    if could_not_run and os.environ.get("CI") and exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say how many tests could not run, and what would let them."""
    could_not_run = config.stash[COULD_NOT_RUN]
    if could_not_run:
        terminalreporter.section("THE REAL OPA IS MISSING", red=True, bold=True)
        terminalreporter.line(
            f"{could_not_run} tests need OPA and could not run: make tools", red=True, bold=True
        )


@pytest.fixture(scope="session")
def opa_binary(pytestconfig: pytest.Config) -> Path:
    """The real OPA, of the pinned version."""
    binary = pytestconfig.stash[OPA]
    assert binary is not None, "a test that needs OPA was not taken out"

    return binary
