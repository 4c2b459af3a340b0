"""Tests without their Chromium are counted out loud, and fail the run where CI is set."""

from __future__ import annotations

import pytest

from tests.plugins import real_chromium

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
