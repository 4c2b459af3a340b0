"""Each JSON Schema is valid, closed, described and versioned."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.repository import tree

SCHEMAS = tree.matching("schemas/*.json")


def schemas_in(schema: Any, at: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Walk a schema: every subschema, and where it stands."""
    if isinstance(schema, dict):
        yield at, schema
        for keyword, value in schema.items():
            if keyword in {"const", "enum", "default", "examples"}:
                continue
            if keyword in {"properties", "$defs", "patternProperties"}:
                for name, member in value.items():
                    yield from schemas_in(member, f"{at}/{keyword}/{name}")
            else:
                yield from schemas_in(value, f"{at}/{keyword}")
    elif isinstance(schema, list):
        for index, member in enumerate(schema):
            yield from schemas_in(member, f"{at}/{index}")


def read(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(tree.read(name))
    return document


def test_there_are_schemas() -> None:
    assert SCHEMAS


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_valid_json_schema_2020_12(name: str) -> None:
    schema = read(name)

    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_versioned_titled_and_described(name: str) -> None:
    schema = read(name)

    assert schema["$id"].rpartition("/")[2].startswith("v")
    assert schema["title"]
    assert schema["description"]


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_property_is_described(name: str) -> None:
    bare = [
        f"{at}/properties/{property_}"
        for at, schema in schemas_in(read(name))
        for property_, member in schema.get("properties", {}).items()
        if not (isinstance(member, dict) and ("description" in member or "$ref" in member))
    ]

    assert bare == []


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_object_is_closed(name: str) -> None:
    open_ = [
        at
        for at, schema in schemas_in(read(name))
        if ("properties" in schema or schema.get("type") == "object") and not _is_closed(schema)
    ]

    assert open_ == []


def _is_closed(schema: dict[str, Any]) -> bool:
    # A map from names to values of one kind is closed too: its values have a schema.
    extra = schema.get("additionalProperties", schema.get("unevaluatedProperties"))
    return extra is False or (isinstance(extra, dict) and bool(extra))
