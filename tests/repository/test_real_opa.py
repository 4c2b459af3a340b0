"""Tests without their OPA are counted out loud, and fail the run where CI is set."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.plugins import real_opa
from tests.repository import tree

SUITE = """
def test_on_opa(opa_binary): pass

import pytest

@pytest.mark.needs_opa
def test_marked(): pass

def test_without(): pass
"""


@pytest.fixture
def outcome(pytester: pytest.Pytester) -> pytest.RunResult:
    pytester.makepyfile(SUITE)
    # A second faulthandler would take away the signal handler by which wasmtime sees traps.
    return pytester.runpytest_inprocess("-p", "tests.plugins.real_opa", "-p", "no:faulthandler")


@pytest.fixture
def no_opa(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(real_opa, "find_opa", lambda *_: None)
    monkeypatch.delenv("CI", raising=False)


@pytest.mark.usefixtures("no_opa")
def test_without_opa_the_run_says_how_many_tests_could_not_run(
    outcome: pytest.RunResult,
) -> None:
    outcome.stdout.fnmatch_lines(
        ["*THE REAL OPA IS MISSING*", "2 tests need OPA and could not run: make tools"]
    )
    outcome.assert_outcomes(passed=1, deselected=2)

    assert outcome.ret == pytest.ExitCode.OK


@pytest.fixture
def in_ci(no_opa: None, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 - CI without OPA
    monkeypatch.setenv("CI", "true")


@pytest.mark.usefixtures("in_ci")
def test_without_opa_a_run_in_ci_fails(outcome: pytest.RunResult) -> None:
    assert outcome.ret == pytest.ExitCode.TESTS_FAILED


def test_another_version_of_opa_is_no_opa(tmp_path: Path) -> None:
    binary = tmp_path / "opa"
    binary.write_text("#!/bin/sh\necho Version: 1.0.0\n")
    binary.chmod(0o755)

    assert real_opa.find_opa(binary, "1.0.0") == binary
    assert real_opa.find_opa(binary, "1.0.1") is None


def test_what_is_no_opa_or_not_there_is_no_opa(tmp_path: Path) -> None:
    assert real_opa.find_opa(Path(sys.executable), "1.22.2") is None
    assert real_opa.find_opa(tmp_path / "opa", "1.22.2") is None


def test_the_pinned_version_is_read_from_the_go_module() -> None:
    assert real_opa.pinned_version(tree.read("tools/go.mod")) == "1.22.2"
    with pytest.raises(pytest.UsageError):
        real_opa.pinned_version("module countersign.dev/tools")


def test_the_command_that_the_notice_names_exists() -> None:
    told = subprocess.run(
        ["make", "-n", "tools"],  # noqa: S607 - whichever make the developer has
        cwd=tree.ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    assert "tools/build-opa.sh" in told.stdout


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
        from tests.plugins import real_opa
        real_opa.find_opa = lambda *_: None
        """
    )
    monkeypatch.syspath_prepend(plugin.parent)
    plugins = ("-p", "without_it", "-p", "tests.plugins.real_opa", "-p", "no:faulthandler")
    outcome = pytester.runpytest_subprocess("-n", "1", *plugins)

    outcome.stdout.fnmatch_lines(["*tests need * and could not run: *"])
    assert outcome.ret == pytest.ExitCode.TESTS_FAILED
