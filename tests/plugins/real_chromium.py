"""A real Chromium for tests that need it, and a loud word where it is missing.

A test that takes the fixture `chromium` drives Debian's browser through Playwright. Without
it such tests cannot run; the run then ends with how many there were, and fails where CI is
set. `sh tools/chromium.sh` installs it.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.plugins.counted import CountedOut

CHROMIUM = pytest.StashKey[str | None]()
PATIENCE_MS = 60_000


def find_chromium() -> str | None:
    """Find the browser on the PATH."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


def needs_chromium(item: pytest.Item) -> bool:
    """Tell whether a test can run only in the real browser."""
    return "chromium" in getattr(item, "fixturenames", ())


def pytest_configure(config: pytest.Config) -> None:
    """Look for Chromium, once."""
    # What a page will show may take a busy machine as long as a click may.
    expect.set_options(timeout=PATIENCE_MS)
    config.stash[CHROMIUM] = found = find_chromium()
    counted = CountedOut(
        "CHROMIUM IS MISSING",
        "tests need it and could not run: sh tools/chromium.sh",
        needs_chromium,
        is_there=found is not None,
    )
    config.pluginmanager.register(counted, "counted_chromium")


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
