from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from app.cli.policy.lint import complaints, uncatalogued

PACKAGE = "package gate.checks.size\n"


def _rules(rego: str, opa: Path, folder: Path) -> list[str]:
    file = folder / "size.rego"
    file.write_text(PACKAGE + rego)
    parsed = subprocess.run(  # noqa: S603 - the pinned opa on a file of the test
        [opa, "parse", "--format=json", "--json-include=locations", file],
        capture_output=True,
        check=True,
    )
    return [complaint.rule for complaint in complaints("size.rego", json.loads(parsed.stdout))]


@pytest.mark.parametrize(
    ("rego", "rule"),
    [
        ("default allow := true", "passing-default"),
        ('default outcome := "allow"', "passing-default"),
        ('x if object.get(input.r, "value", 1) > 0.5', "passing-default"),
        ("x if not is_number(input.r.value)", "not-of-undefined"),
        ("x if not is_number(count(input.r))", "not-of-undefined"),
        ("x if not input.a.b in {1}", "not-of-undefined"),
        ("x if count(data.gate.checks.size.deny) == 0", "empty-denials"),
        ("x if time.now_ns() > 0", "impure"),
        ('x if http.send({"url": "a"}).status_code == 200', "impure"),
        ('deny contains {"code": "cost.high"} if input.a', "foreign-code"),
        ('deny contains {"code": sprintf("size.%s", [1])} if input.a', "code-no-literal"),
    ],
)
def test_what_a_check_may_not_do(rego: str, rule: str, opa_binary: Path, tmp_path: Path) -> None:
    assert _rules(rego, opa_binary, tmp_path) == [rule]


@pytest.mark.parametrize(
    "rego",
    [
        "default allow := false",
        'default outcome := "deny"',
        'x if object.get(input.r, "value", "none") == "some"',
        "x if not _y\n_y if is_number(input.r.value)",
        "x if {\n\ty := input.a.b\n\tnot y in {1}\n}",
        "x if not input.a.b",
        "x if count(input.vetoes) == 0",
        "x if input.now > 0",
        'deny contains {"code": "size.high"} if input.a',
    ],
)
def test_its_nearest_neighbours_may_be_done(rego: str, opa_binary: Path, tmp_path: Path) -> None:
    assert _rules(rego, opa_binary, tmp_path) == []


CUSTOM = {"code": "labels.missing", "remedy": "Label it.", "who": "submitter"}
ENTRY = {"how": "Label it.", "who": "submitter", "pending": False}


def catalogued(entry: object, **custom: object) -> list[tuple[str, str]]:
    tree = {"annotations": [{"scope": "package"}, {"custom": {**CUSTOM, **custom}}]}
    return list(uncatalogued({} if entry is None else {"labels.missing": entry}, [tree, {}]))


def test_a_catalogue_that_says_what_the_annotations_say_is_fine() -> None:
    assert catalogued(ENTRY) == []
    assert catalogued({"how": "Label it.", "who": "submitter"}) == []


@pytest.mark.parametrize(
    ("entry", "custom", "at"),
    [
        (None, {}, "labels.missing"),
        (ENTRY, {"code": "labels.absent"}, "labels.absent"),
        (ENTRY, {"code": "labels.absent"}, "labels.missing"),
        ({**ENTRY, "how": "Ask."}, {}, "labels.missing/how"),
        ({**ENTRY, "who": "operator"}, {}, "labels.missing/who"),
        ({**ENTRY, "pending": True}, {}, "labels.missing/pending"),
        (ENTRY, {"pending": True}, "labels.missing/pending"),
        ("Label it.", {}, "labels.missing/how"),
    ],
)
def test_one_that_says_something_else_is_told(
    entry: object, custom: dict[str, Any], at: str
) -> None:
    assert at in dict(catalogued(entry, **custom))
