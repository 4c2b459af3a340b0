from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator

from app.api import openapi
from tests.api.conftest import Gate


def test_every_route_is_in_the_document_and_no_other(gate: Gate) -> None:
    served = {
        (method.lower(), re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule))
        for rule in gate.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if not rule.endpoint.startswith("web.")  # pages are for people
    }

    assert served == {(o.method, o.path) for o in openapi.OPERATIONS}


def test_every_reference_resolves_inside_the_document() -> None:
    document = openapi.document()

    for target in references(document):
        place: Any = document
        for part in target.removeprefix("#/").split("/"):
            place = place[part]
        assert place


def test_every_schema_is_json_schema_2020_12() -> None:
    for schema in openapi.document()["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_operations_have_different_names() -> None:
    paths = openapi.document()["paths"].values()
    names = [operation["operationId"] for path in paths for operation in path.values()]

    assert len(set(names)) == len(names)


def test_the_document_is_served(gate: Gate) -> None:
    assert gate.ask("GET", "/openapi.json").get_json() == openapi.document()


def references(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for member in value.values():
            yield from references(member)
    elif isinstance(value, list):
        for member in value:
            yield from references(member)
