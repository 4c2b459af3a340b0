"""Tests that cannot run for want of a tool are counted out loud, and fail the run in CI."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest


@dataclass
class CountedOut:
    """Takes out the tests that need a tool which is missing, and tells how many there were."""

    title: str
    sentence: str
    """What is said after the number of tests: what they need, and what would let them run."""
    needs: Callable[[pytest.Item], bool]
    is_there: bool
    count: int = 0

    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        """Take out the tests that cannot run, and count them."""
        if self.is_there:
            return
        could_not_run = [item for item in items if self.needs(item)]
        self.count = len(could_not_run)
        config.hook.pytest_deselected(items=could_not_run)
        items[:] = [item for item in items if not self.needs(item)]

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take over the count of a worker: all of them collect the same tests."""
        told = getattr(node, "workeroutput", {}).get(self.title, 0)
        self.count = max(told, self.count)

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Fail in CI when a test could not run; a worker tells its count to who started it."""
        if hasattr(session.config, "workeroutput"):
            session.config.workeroutput[self.title] = self.count
        if self.count and os.environ.get("CI") and exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say how many tests could not run, and what would let them."""
        if self.count:
            terminalreporter.section(self.title, red=True, bold=True)
            terminalreporter.line(f"{self.count} {self.sentence}", red=True, bold=True)
