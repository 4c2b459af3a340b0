"""The host's builtins against OPA's own."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from app.adapters.engines.wasm_builtins import sprintf
from app.domain.errors import PolicyEngineError

VALUES: list[Any] = [
    0,
    1,
    -5,
    10**15,
    2**53 - 1,
    "a",
    "",
    'q"uote',
    "é\n\u2028\x01\x7f<&>",
    True,
    False,
    None,
    [],
    [1, "a", None, True, 1.5],
    {},
    {"b": [1], "a": {"c": 1.5, "é": "ü"}},
    [[[]]],
    0.0,
    1.0,
    0.1,
    1.5,
    -0.5,
    0.30000000000000004,
    100000.5,
    123456.0,
    999999.5,
    1000000.0,
    1000000.5,
    123456789.25,
    1e20,
    1e21,
    1.5e21,
    1e100,
    1e-4,
    0.00012345,
    1e-5,
    1.25e-7,
    5e-324,
]
CALLS: list[list[Any]] = [
    *[[f"<%{verb}>", [value]] for verb in "vsd" for value in VALUES],
    ["no verb", []],
    ["100%% of %s%%", ["it"]],
    ["%s and %v", ["a"]],
    ["%d", []],
    ["%s", ["a", "b", 3, 1.5, None, [1]]],
    ["%s%s%s", ["", "日本", "%s"]],
    ["é%vü", [{"k": ["%d"]}]],
]


def test_sprintf_says_what_opa_says(opa_binary: Path, tmp_path: Path) -> None:
    (tmp_path / "p.rego").write_text(
        "package p\n\nanswers := [text | some call in input; text := sprintf(call[0], call[1])]\n"
    )
    (tmp_path / "input.json").write_text(json.dumps(CALLS))
    command = [str(opa_binary), "eval", "--strict-builtin-errors", "--format=json"]
    files = [f"--data={tmp_path}/p.rego", f"--input={tmp_path}/input.json"]
    evaluated = subprocess.run(  # noqa: S603 - a fixed command on files of the test
        [*command, *files, "data.p.answers"], capture_output=True, check=True
    )
    expected = json.loads(evaluated.stdout)["result"][0]["expressions"][0]["value"]

    assert [sprintf(*call) for call in json.loads(json.dumps(CALLS))] == expected


@pytest.mark.parametrize("template", ["%5d", "%.2f", "%f", "%q", "%x", "%T", "%+v", "%", "a%"])
def test_a_verb_that_was_never_compared_with_opa_is_an_error(template: str) -> None:
    with pytest.raises(PolicyEngineError, match="does not know"):
        sprintf(template, [1])


@pytest.mark.parametrize(("template", "operands"), [(1, []), ("%s", "a"), ("%s", {"a": 1})])
def test_what_is_no_template_with_an_array_is_an_error(template: object, operands: object) -> None:
    with pytest.raises(PolicyEngineError, match="takes a text and an array"):
        sprintf(template, operands)


def test_a_text_over_the_limit_is_an_error() -> None:
    with pytest.raises(PolicyEngineError, match="too long"):
        sprintf("%s%s", ["x" * 60_000, "x" * 60_000])
