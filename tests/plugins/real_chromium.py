"""A real Chromium for tests that need it, and a loud word where it is missing.

A test that takes the fixture `chromium` drives Debian's browser through Playwright. Without
it such tests cannot run; the run then ends with how many there were, and fails where CI is
set. `sh tools/chromium.sh` installs it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

COULD_NOT_RUN = pytest.StashKey[int]()
WORKERS_COUNT = "chromium_could_not_run"
CHROMIUM = pytest.StashKey[str | None]()
PATIENCE_MS = 15_000


def find_chromium() -> str | None:
    """Find the browser on the PATH."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


def pytest_configure(config: pytest.Config) -> None:
    """Look for Chromium, once."""
    # What a page will show may take a busy machine as long as a click may.
    expect.set_options(timeout=PATIENCE_MS)
    config.stash[CHROMIUM] = find_chromium()
    config.stash[COULD_NOT_RUN] = 0


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Take out the tests that cannot run for want of Chromium, and count them."""
    if config.stash[CHROMIUM] is not None:
        return
    could_not_run = [item for item in items if "chromium" in getattr(item, "fixturenames", ())]
    config.stash[COULD_NOT_RUN] = len(could_not_run)
    config.hook.pytest_deselected(items=could_not_run)
    items[:] = [item for item in items if item not in could_not_run]


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
        terminalreporter.section("CHROMIUM IS MISSING", red=True, bold=True)
        terminalreporter.line(
            f"{could_not_run} tests need it and could not run: sh tools/chromium.sh",
            red=True,
            bold=True,
        )


@pytest.fixture(scope="session")
def chromium(pytestconfig: pytest.Config) -> Iterator[Browser]:
    """Start the browser once for all tests."""
    path = pytestconfig.stash[CHROMIUM]
    assert path is not None, "a test that needs Chromium was not taken out"
    with sync_playwright() as playwright:
        # The sandbox needs rights that containers lack; only the gate under test is opened.
        arguments = ["--no-sandbox", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        yield browser
        browser.close()
