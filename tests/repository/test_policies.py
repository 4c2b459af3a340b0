"""Policies see their input and their data, and nothing else of the world."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.repository import tree

IMPURE = """\
package gate.impure

deny contains "late" if {call} != null
"""


def checked(opa: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - the pinned OPA on our own files
        [opa, "check", "--capabilities", "tools/capabilities.json", *arguments],
        cwd=tree.ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_policies_need_no_clock_network_or_chance(opa_binary: Path) -> None:
    assert checked(opa_binary, "policies").returncode == 0


@pytest.mark.parametrize(
    "call",
    [
        "time.now_ns()",
        'http.send({"method": "get", "url": input.url})',
        'net.lookup_ip_addr("localhost")',
        "opa.runtime()",
        'rand.intn("x", 2)',
        'uuid.rfc4122("x")',
    ],
)
def test_a_policy_that_looks_at_the_world_is_refused(
    opa_binary: Path, tmp_path: Path, call: str
) -> None:
    impure = tmp_path / "impure.rego"
    impure.write_text(IMPURE.replace("{call}", call))

    assert "undefined function" in checked(opa_binary, str(impure)).stderr


def test_a_policy_that_looks_at_its_input_is_not(opa_binary: Path, tmp_path: Path) -> None:
    pure = tmp_path / "pure.rego"
    pure.write_text(IMPURE.replace("{call}", "abs(input.now)"))

    assert checked(opa_binary, str(pure)).returncode == 0


def test_no_builtin_that_is_left_says_two_things_of_one_input() -> None:
    capabilities = json.loads(tree.read("tools/capabilities.json"))

    assert capabilities["allow_net"] == []
    assert [b["name"] for b in capabilities["builtins"] if b.get("nondeterministic")] == []


def test_no_rule_reads_its_own_annotations() -> None:
    rules = [n for n in tree.matching("policies/**/*.rego") if not n.endswith("_test.rego")]

    assert rules
    assert [n for n in rules if re.search(r"\brego\.metadata\b", tree.read(n))] == []
