"""The import contracts are kept, nothing is exempt, and the heart stays pure."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from typing import Any

from tests.repository import rules, tree

PURE = {
    "__future__",
    "base64",
    "binascii",
    "bisect",
    "collections",
    "contextlib",
    "cryptography",
    "csv",
    "dataclasses",
    "datetime",
    "decimal",
    "enum",
    "fractions",
    "functools",
    "hashlib",
    "hmac",
    "io",
    "itertools",
    "json",
    "logging",
    "math",
    "operator",
    "re",
    "statistics",
    "string",
    "struct",
    "tarfile",
    "types",
    "typing",
    "unicodedata",
    "zipfile",
    "zlib",
}
"""What the heart may import besides itself: nothing here reaches out of the process.

Archives of evidence are opened in memory: tarfile and zipfile get bytes, never a path.
"""


def contracts() -> dict[str, dict[str, Any]]:
    settings = tomllib.loads(tree.read("pyproject.toml"))["tool"]["importlinter"]
    return {contract["id"]: contract for contract in settings["contracts"]}


def test_every_import_contract_is_kept() -> None:
    # In a process of its own: import-linter silences the loggers of the one it runs in.
    checked = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"],
        cwd=tree.ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert checked.returncode == 0, checked.stdout


def test_no_import_is_exempt_from_a_contract() -> None:
    assert set(contracts()) == {"layers", "steps", "adapters", "heart", "cycles"}
    assert [id_ for id_, contract in contracts().items() if "ignore_imports" in contract] == []


def test_the_layers_are_exhaustive() -> None:
    assert contracts()["layers"]["exhaustive"] is True
    assert contracts()["steps"]["exhaustive"] is True


def test_the_heart_imports_only_itself_and_what_cannot_reach_out() -> None:
    heart = tree.matching("app/ports/*.py", "app/domain/**/*.py", "app/gate/**/*.py")
    imported = {(m, name) for name in heart for m in rules.imported_modules(tree.read(name))}

    assert heart
    assert {(m, n) for m, n in imported if m.split(".")[0] not in PURE | {"app"}} == set()


ROOTS = ("app/bootstrap/", "app/cli/", "app/demo/")
"""Who puts adapters together: the service's root, and commands that run without a service."""


def test_only_the_composition_roots_name_adapters() -> None:
    others = [
        name
        for name in tree.matching("app/**/*.py")
        if not name.startswith(("app/adapters/", *ROOTS))
    ]
    imported = {(m, name) for name in others for m in rules.imported_modules(tree.read(name))}

    assert {(m, name) for m, name in imported if m.startswith("app.adapters")} == set()


HANDS_ON = "app/demo/running_gate.py"
"""Gives the gate that it starts the environment that it has itself."""


def test_only_the_settings_read_the_environment() -> None:
    readers = {"app/settings.py", HANDS_ON}
    others = [name for name in tree.matching("app/**/*.py") if name not in readers]

    assert [name for name in others if rules.environment_reads(tree.read(name))] == []


ACTS = re.compile(
    r"\b(voting\.(vote|withdraw)|waivers\.(approve|revoke)|break_glass\.(open_glass|review)"
    r"|mark\.(mark|report))\("
)
"""Use cases that record what can change an outcome."""


def test_what_can_change_an_outcome_is_done_by_an_act_alone() -> None:
    # An act decides again what it counts for; whoever recorded it otherwise would not.
    found = {
        path
        for path in tree.matching("app/**/*.py")
        if ACTS.search(tree.read(path)) and path != "app/gate/submissions/acts.py"
    }

    assert ACTS.search(tree.read("app/gate/submissions/acts.py"))
    assert found == set()
