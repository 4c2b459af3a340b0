"""Reads what an operator writes: one file of YAML or JSON, held against its schema."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from app.domain.canonical import in_json, pointer

_LONGEST_MESSAGE = 300


class ConfigurationError(ValueError):
    """The file cannot be used; the message says where and why, and no secret."""


class _Loader(yaml.SafeLoader):
    """Refuses a key that stands twice, of which only the last would count."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - the signature of PyYAML
        """Make a mapping of a node."""
        keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        if twice:
            raise yaml.constructor.ConstructorError(None, None, f"{twice[0]!r} stands twice")
        return super().construct_mapping(node, deep=deep)


def read(file: Path, schema: Mapping[str, Any]) -> Any:  # noqa: ANN401 - what the schema says
    """Read a file that fits the schema. Raises ConfigurationError, with a pointer."""
    try:
        # Every JSON document is YAML too.
        document = yaml.load(file.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - a SafeLoader
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
        raise ConfigurationError(f"cannot be read: {str(error)[:_LONGEST_MESSAGE]}") from error
    fault = best_match(Draft202012Validator(schema).iter_errors(document))
    if fault is not None:
        at = pointer(*fault.absolute_path)
        told = in_json(fault.message, fault.instance, fault.validator_value)
        raise ConfigurationError(f"{at or '/'}: {told[:_LONGEST_MESSAGE]}")
    return document
