"""The guide's file of identities is one that the gate takes."""

from __future__ import annotations

import json
import re
from pathlib import Path

from app.adapters.identity import configuration
from tests.repository import tree

GUIDE = tree.read("docs/identity.md")


def test_the_examples_of_the_guide_are_taken_at_start(tmp_path: Path) -> None:
    jobs, people = re.findall(r"```yaml\n(audience:.*?)```", GUIDE, re.DOTALL)
    schema = json.loads(tree.read("schemas/identities.json"))
    (tmp_path / "countersign.secret").write_text("s3cret", encoding="utf-8")
    file = tmp_path / "identities.yaml"

    file.write_text(jobs, encoding="utf-8")
    forges = [one.issuer.forge for one in configuration.read(file, schema).issuers]
    file.write_text(people, encoding="utf-8")
    clients = [one.client for one in configuration.read(file, schema).issuers]

    assert forges == ["github", "gitlab"]
    assert [client and client.label for client in clients] == ["Example Inc."]


def test_the_guide_names_every_role() -> None:
    roles = json.loads(tree.read("schemas/token_request.json"))["properties"]["roles"]["items"]

    assert [role for role in roles["enum"] if f"`{role}`" not in GUIDE] == []
