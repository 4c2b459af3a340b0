"""The guide's file of identities is one that the gate takes."""

from __future__ import annotations

import json
import re
from pathlib import Path

from app.adapters.identity import configuration
from tests.repository import tree

GUIDE = tree.read("docs/identity.md")


def test_the_example_of_the_guide_is_taken_at_start(tmp_path: Path) -> None:
    (example,) = re.findall(r"```yaml\n(audience:.*?)```", GUIDE, re.DOTALL)
    file = tmp_path / "identities.yaml"
    file.write_text(example, encoding="utf-8")

    stated = configuration.read(file, json.loads(tree.read("schemas/identities.json")))

    assert [one.issuer.forge for one in stated.issuers] == ["github", "gitlab"]


def test_the_guide_names_every_role() -> None:
    roles = json.loads(tree.read("schemas/token_request.json"))["properties"]["roles"]["items"]

    assert [role for role in roles["enum"] if f"`{role}`" not in GUIDE] == []
