"""Set-up installs what is locked and nothing else, and the wheel carries what it needs."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from tests.repository import tree

LOCKS = tree.matching("requirements/*.txt")
PROJECT = tomllib.loads(tree.read("pyproject.toml"))


def locked(name: str) -> dict[str, str]:
    """Read a lock file: the version of each distribution."""
    pins = re.findall(r"^([a-z0-9-]+)==(\S+)", tree.read(name), re.MULTILINE)
    return dict(pins)


def wanted(requirements: list[str]) -> set[str]:
    """Name the distributions of a list of requirements, as a lock file names them."""
    return {re.split(r"[<>=~! ;\[]", name)[0].lower().replace("_", "-") for name in requirements}


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_distribution_has_its_digests(name: str) -> None:
    logical_lines = tree.read(name).replace("\\\n", "").splitlines()

    assert logical_lines
    for line in logical_lines:
        assert re.match(r"[a-z0-9-]+==\S+ .*--hash=sha256:[0-9a-f]{64}", line), line


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_index(name: str) -> None:
    assert not re.search(r"://|--index|--extra|--find-links", tree.read(name))


def test_the_runtime_lock_covers_the_dependencies() -> None:
    dependencies = wanted(PROJECT["project"]["dependencies"])

    assert dependencies - locked("requirements/runtime.txt").keys() == set()


def test_the_dev_lock_covers_the_groups_and_agrees_with_the_others() -> None:
    groups = PROJECT["dependency-groups"]
    group = wanted([need for need in groups["dev"] if isinstance(need, str)])
    dev = locked("requirements/dev.txt")

    assert group - dev.keys() == set()
    for name in ("runtime", "setup", "build"):
        assert locked(f"requirements/{name}.txt").items() <= dev.items()


def test_the_build_backend_is_the_locked_one() -> None:
    version = locked("requirements/build.txt")["hatchling"]

    assert PROJECT["build-system"]["requires"] == [f"hatchling=={version}"]


def test_help_lists_every_target() -> None:
    makefile = tree.read("Makefile")
    targets = re.findall(r"^([a-z]+):", makefile, re.MULTILINE)
    told = subprocess.run(
        ["make", "help"],  # noqa: S607 - whichever make the developer has
        cwd=tree.ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    assert re.findall(r"^  make ([a-z]+) +\S", told.stdout, re.MULTILINE) == targets
    assert set(re.findall(r"[a-z]+", makefile.split(".PHONY:")[1].split("\n")[0])) == set(targets)


def test_set_up_refuses_what_it_does_not_know() -> None:
    told = subprocess.run(
        ["sh", "tools/setup.sh", "everything"],  # noqa: S607 - the shell that make uses
        cwd=tree.ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert told.returncode == 2
    assert "usage: tools/setup.sh runtime|dev|go" in told.stderr


def test_ci_runs_the_commands_of_the_readme_and_ends_with_the_tests() -> None:
    commands = [line for line in tree.read(".ci/run").splitlines() if line.startswith("make ")]

    assert commands == ["make lint", "make test"]
    assert tree.read(".ci/run").rstrip().endswith("make test")


def test_the_wheel_ships_policies_and_schemas(tmp_path: Path) -> None:
    subprocess.run(  # noqa: S603 - the locked build backend
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=tree.ROOT,
        capture_output=True,
        check=True,
    )
    (wheel,) = tmp_path.iterdir()
    shipped = set(zipfile.ZipFile(wheel).namelist())

    assert {f"app/shipped/{name}" for name in tree.matching("schemas/**/*.json")} <= shipped
    assert {f"app/shipped/{name}" for name in tree.matching("policies/**/*.rego")} <= shipped
    assert set(tree.matching("app/**/*.py")) <= shipped
    assert set(tree.matching("app/web/templates/*", "app/web/static/**/*")) <= shipped
