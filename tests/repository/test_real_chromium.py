"""Tests without their Chromium are counted out loud, and fail the run where CI is set."""

from __future__ import annotations

import pytest

from tests.plugins import real_chromium
from tests.repository import tree

SUITE = """
def test_in_chromium(chromium): pass

def test_without(): pass
"""


@pytest.fixture
def outcome(pytester: pytest.Pytester) -> pytest.RunResult:
    pytester.makepyfile(SUITE)
    plugins = ("-p", "tests.plugins.real_chromium", "-p", "no:faulthandler")
    return pytester.runpytest_inprocess(*plugins)


@pytest.fixture
def no_chromium(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(real_chromium, "find_chromium", lambda: None)
    monkeypatch.delenv("CI", raising=False)


@pytest.fixture
def in_ci(no_chromium: None, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 - CI without
    monkeypatch.setenv("CI", "true")


@pytest.mark.usefixtures("no_chromium")
def test_without_chromium_the_run_says_how_many_tests_could_not_run(
    outcome: pytest.RunResult,
) -> None:
    outcome.stdout.fnmatch_lines(
        ["*CHROMIUM IS MISSING*", "1 tests need it and could not run: sh tools/chromium.sh"]
    )
    outcome.assert_outcomes(passed=1, deselected=1)

    assert outcome.ret == pytest.ExitCode.OK


@pytest.mark.usefixtures("in_ci")
def test_without_chromium_a_run_in_ci_fails(outcome: pytest.RunResult) -> None:
    assert outcome.ret == pytest.ExitCode.TESTS_FAILED


@pytest.mark.usefixtures("in_ci")
def test_workers_tell_how_many_tests_could_not_run(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Workers are processes of their own: what they do not find must not be there for them.
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("PYTHONPATH", str(tree.ROOT))
    pytester.makepyfile(SUITE)
    plugin = pytester.makepyfile(
        without_it="""
        from tests.plugins import real_chromium
        real_chromium.find_chromium = lambda *_: None
        """
    )
    monkeypatch.syspath_prepend(plugin.parent)
    plugins = ("-p", "without_it", "-p", "tests.plugins.real_chromium", "-p", "no:faulthandler")
    outcome = pytester.runpytest_subprocess("-n", "1", *plugins)

    outcome.stdout.fnmatch_lines(["*tests need * and could not run: *"])
    assert outcome.ret == pytest.ExitCode.TESTS_FAILED
