"""Tests that need the real OPA: they run, or their absence is said loudly, or it fails.

A test that asks for the fixture `opa_binary`, or is marked `needs_opa`, needs OPA. Without
OPA it is taken out of the run, the run ends with a notice of how many could not run, and
in CI that is a failure.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

_PROJECT = Path(__file__).parent.parent.parent
_NEED_OPA = pytest.StashKey[int]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a run insist on OPA."""
    parser.addoption(
        "--require-opa",
        action="store_true",
        default=bool(os.environ.get("CI")),
        help="fail when tests that need OPA could not run (default in CI)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark known."""
    config.addinivalue_line("markers", "needs_opa: the test needs the real OPA")


@pytest.fixture(scope="session")
def opa_binary() -> Path:
    """The real OPA: the project's own build, or the one on PATH."""
    found = _find()
    assert found is not None, "collected without OPA"
    return found


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Take the tests that need OPA out of a run without OPA, and count them."""
    if _find() is not None:
        return
    kept: list[pytest.Item] = []
    taken_out: list[pytest.Item] = []
    for item in items:
        asks_for_it = "opa_binary" in getattr(item, "fixturenames", ())
        needs_opa = asks_for_it or item.get_closest_marker("needs_opa") is not None
        (taken_out if needs_opa else kept).append(item)
    items[:] = kept
    config.stash[_NEED_OPA] = len(taken_out)
    config.hook.pytest_deselected(items=taken_out)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run that insists on OPA and could not run everything."""
    if session.config.stash.get(_NEED_OPA, 0) and session.config.getoption("--require-opa"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say how many tests could not run."""
    count = config.stash.get(_NEED_OPA, 0)
    if count:
        notice = f"{count} tests need OPA and could not run: make tools builds it"
        terminalreporter.section("OPA IS MISSING", sep="=", red=True, bold=True)
        terminalreporter.write_line(notice, red=True, bold=True)


def _find() -> Path | None:
    built = _PROJECT / ".tools" / "bin" / "opa"
    if built.is_file():
        return built
    on_path = shutil.which("opa")
    return Path(on_path) if on_path else None
