"""What is written for later readers keeps its form: changelog, ADRs and invariants."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import PurePath

import pytest

from tests.repository import tree

FRAGMENT = re.compile(r"changelog\.d/[0-9]+\.(added|changed|fixed|security)(-[a-z0-9-]+)?\.md")
ADRS = tree.matching("docs/adr/[0-9]*.md")
TEST = re.compile(r"`(tests/[\w/.-]+\.py)::(\w+)`|`(policies/[\w/.-]+_test\.rego)::(\w+)`")


def headings(text: str) -> list[str]:
    return re.findall(r"^## (.+)$", text, re.MULTILINE)


def test_a_changelog_fragment_is_named_for_its_issue_and_kind() -> None:
    fragments = [n for n in tree.matching("changelog.d/*") if n != "changelog.d/README.md"]

    assert [name for name in fragments if not FRAGMENT.fullmatch(name)] == []
    assert [name for name in fragments if not tree.read(name).strip()] == []


def test_there_are_decisions_and_each_has_its_number() -> None:
    numbers = Counter(PurePath(name).name[:4] for name in ADRS)

    assert len(numbers) > 1
    assert [number for number, count in numbers.items() if count > 1] == []


@pytest.mark.parametrize("name", ADRS)
def test_a_decision_follows_the_template(name: str) -> None:
    text = tree.read(name)
    number = PurePath(name).name[:4]

    assert re.match(rf"# {number}: \S", text)
    assert re.search(
        r"^Status: (proposed|accepted|superseded by \d{4}), \d{4}-\d{2}-\d{2}$", text, re.MULTILINE
    )
    assert headings(text) == headings(tree.read("docs/adr/0000-template.md"))


def test_every_invariant_names_a_test_that_exists() -> None:
    section = tree.read("ARCHITECTURE.md").split("\n## Invariants\n")[1].split("\n## ")[0]
    invariants = re.split(r"^\d+\. ", section, flags=re.MULTILINE)[1:]

    assert len(invariants) >= 10
    for invariant in invariants:
        named = [(a or c, b or d) for a, b, c, d in TEST.findall(invariant)]
        assert named, invariant
        assert [(file, test) for file, test in named if not _is_test(file, test)] == []


def _is_test(file: str, test: str) -> bool:
    if file not in tree.files():
        return False
    source = tree.read(file)
    if file.endswith(".rego"):
        return re.search(rf"^{test} ", source, re.MULTILINE) is not None
    functions = (n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.FunctionDef))
    return test in {function.name for function in functions}
