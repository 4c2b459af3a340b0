"""The house rules of STYLE.md, held against every file of the project."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import PurePath

import pytest

from tests.repository import rules, tree

EMPTY_WORDS = {
    "base",
    "common",
    "data",
    "handler",
    "helper",
    "helpers",
    "info",
    "manager",
    "misc",
    "process",
    "result",
    "util",
    "utils",
}
CATCHES_EVERYTHING = (
    "app/api/errors.py",
    "app/gate/announce.py",
    "app/adapters/signatures/",
    "app/adapters/attestations/kms_key.py",
)
SERVICE = ("app/**/*.py", "bench/**/*.py", "tools/**/*.py")
PYTHON = (*SERVICE, "tests/**/*.py")
OF_A_WHOLE_FOLDER = {
    "tests/unit/adapters/evaluations/test_sample_values.py",
    "tests/unit/gate/approvals/test_lost.py",
}
"""Unit tests of what the modules of a folder do together; they stand in that folder."""
OFFENCES_AS_SAMPLES = ("tests/repository/rules.py", "tests/repository/test_rules.py")


def complaints(names: Iterable[str], rule: Callable[[str], list[str]]) -> list[str]:
    return [
        f"{name}:{complaint}"
        for name in names
        if name not in OFFENCES_AS_SAMPLES
        for complaint in rule(tree.read(name))
    ]


@pytest.mark.parametrize(
    ("patterns", "most"),
    [(SERVICE, 300), (("tests/**/*.py",), 500), (("policies/**/*.rego",), 120)],
    ids=["service", "tests", "rego"],
)
def test_a_file_is_short_enough_to_be_read_at_one_sitting(
    patterns: tuple[str, ...], most: int
) -> None:
    lengths = {
        name: len(tree.read(name).splitlines())
        for name in tree.matching(*patterns)
        if not name.endswith("_test.rego")
    }

    assert {name: length for name, length in lengths.items() if length > most} == {}


def test_a_function_body_is_at_most_40_lines() -> None:
    assert complaints(tree.matching(*PYTHON), rules.long_bodies) == []


def test_a_folder_of_the_service_holds_at_most_12_modules() -> None:
    modules = [PurePath(name) for name in tree.matching("app/**/*.py")]
    counts = Counter(str(m.parent) for m in modules if m.stem != "__init__")

    assert {folder: count for folder, count in counts.items() if count > 12} == {}


def test_a_name_says_what_the_thing_is() -> None:
    names = [PurePath(name) for name in tree.matching(*PYTHON, "policies/**/*.rego")]

    assert [str(n) for n in names if EMPTY_WORDS & {*n.parent.parts, n.stem}] == []
    assert complaints(tree.matching("app/**/*.py"), rules.empty_names) == []


def test_every_suppression_names_its_rule_and_its_reason() -> None:
    assert complaints(tree.matching(*PYTHON), rules.bare_suppressions) == []
    assert complaints(tree.matching("**/*.rego"), rules.bare_regal_ignores) == []


def test_every_rule_that_ruff_leaves_out_has_its_reason() -> None:
    lines = tree.read("pyproject.toml").splitlines()
    lint = tomllib.loads("\n".join(lines))["tool"]["ruff"]["lint"]
    left_out = {*lint["ignore"], *(r for found in lint["per-file-ignores"].values() for r in found)}

    reasoned = {line.split('"')[1] for line in lines if line.startswith('  "') and "# " in line}

    assert lint["select"] == ["ALL"]
    assert left_out - reasoned == set()


def test_only_listed_places_catch_everything_and_say_why() -> None:
    modules = tree.matching(*PYTHON)
    others = [name for name in modules if not name.startswith(CATCHES_EVERYTHING)]

    assert complaints(others, rules.broad_excepts) == []
    assert complaints(modules, rules.uncommented_excepts) == []


def test_nothing_is_left_to_be_done() -> None:
    names = tree.matching(*PYTHON, "**/*.rego", "**/*.sh", "Makefile", "Dockerfile", "**/*.toml")

    assert complaints(names, rules.unfinished) == []


def test_no_test_is_left_out_or_waits_or_talks_to_a_mock() -> None:
    assert complaints(tree.matching("tests/**/*.py"), rules.unsound_tests) == []


def test_no_file_knows_the_machine_it_was_written_on() -> None:
    samples = ("tests/samples/",)
    names = [name for name in tree.texts() if not name.startswith(samples)]

    assert complaints(names, rules.machine_paths) == []


def test_no_file_names_the_host_of_a_package_registry() -> None:
    samples = ("tests/samples/", "tools/go.sum")
    names = [name for name in tree.texts() if not name.startswith(samples)]

    assert complaints(names, rules.registry_hosts) == []


def test_unit_tests_mirror_the_service_path_for_path() -> None:
    tests = tree.matching("tests/unit/**/test_*.py")
    strangers = {name for name in tests if not _is_mirrored(PurePath(name))}

    assert strangers == OF_A_WHOLE_FOLDER


def _is_mirrored(test: PurePath) -> bool:
    # test_canonical.py, or test_canonical_tool_json.py for one aspect of canonical.py
    folder = tree.ROOT / "app" / test.relative_to("tests/unit").parent
    words = test.stem.removeprefix("test_").split("_")
    subjects = ["_".join(words[:count]) for count in range(1, len(words) + 1)]
    return any(
        (folder / f"{name}.py").is_file() or (folder / name / "__init__.py").is_file()
        for name in subjects
    )
