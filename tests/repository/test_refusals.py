"""Every code with which a bundle is refused or not checked is documented, and no other."""

from __future__ import annotations

import re

from tests.repository import tree

RAISED = re.compile(r'(?:RefusalError|UncheckedError)\(\s*"(\w+)"|windows(?:\["| = \{")(\w+)')


def test_every_code_of_a_refusal_is_documented_and_no_other() -> None:
    sources = tree.matching(
        "app/adapters/signatures/**/*.py", "app/cli/*.py", "app/cli/verify/*.py"
    )
    found = [match for name in sources for match in RAISED.findall(tree.read(name))]
    _, _, table = tree.read("docs/signatures.md").partition("## Why a bundle is refused")
    table = table.partition("\n## ")[0]
    documented = re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)

    assert len(set(documented)) == len(documented)
    assert {raised or window for raised, window in found} == set(documented)
