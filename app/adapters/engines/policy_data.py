"""From YAML files to the one data document, read so that no two YAML parsers disagree.

OPA reads YAML by Go's parser, the embedded engine by Python's, and they differ on `yes`,
`010`, `1:30`, dates and `<<`. So plain scalars here are JSON's and nothing else's; what
another parser might take for more than text must be quoted.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Hashable, Iterable, Mapping
from functools import cache
from typing import Any, NoReturn

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from app import shipped
from app.domain.canonical import LARGEST_EXACT_INTEGER, in_json
from app.domain.errors import PolicyEngineError

_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,15})")
_FRACTION = re.compile(r"-?(?:0|[1-9][0-9]*)\.[0-9]+(?:[eE][-+]?[0-9]+)?")
_TEXT = re.compile(r"[./_]?[^\W\d_].*", re.DOTALL)
_WORDS_OF_YAML_1_1 = frozenset(
    {"y", "n", "yes", "no", "on", "off", "null", "true", "false", ".inf", ".nan"}
)


def read_yaml(name: str, content: bytes) -> dict[str, Any]:
    """Read one data file strictly: a mapping, JSON's types, no alias, tag or key given twice.

    Raises PolicyEngineError that names the file, the line and what was expected.
    """
    try:
        value = yaml.load(content.decode("utf-8"), Loader=_StrictLoader)  # noqa: S506 - a safe loader, made stricter
    except UnicodeDecodeError as error:
        raise PolicyEngineError(f"{name} is not UTF-8 text") from error
    except yaml.YAMLError as error:
        raise PolicyEngineError(f"{name} is not strict YAML: {_one_line(error)}") from error
    if not isinstance(value, dict):
        raise PolicyEngineError(f"{name} does not hold a mapping")
    return value


def merge(documents: Iterable[tuple[tuple[str, ...], Mapping[str, Any]]]) -> dict[str, Any]:
    """Lay each document under its path in one document; nothing may be stated twice.

    Raises PolicyEngineError where two files state the same value.
    """
    merged: dict[str, Any] = {}
    for path, document in documents:
        nested: Mapping[str, Any] = document
        for part in reversed(path):
            nested = {part: nested}
        _lay(merged, nested, "data")
    return merged


def must_fit(name: str, document: object) -> None:
    """Raise PolicyEngineError, with a pointer, unless `data.gate.<name>` fits its schema.

    `name` is one of schemas/policy_data. Without the schema nothing fits.
    """
    fault = best_match(_validator(name).iter_errors(document))
    if fault is not None:
        at = "".join(f"/{step}" for step in fault.absolute_path)
        told = in_json(fault.message, fault.instance, fault.validator_value)[:300]
        message = f"policy data does not fit its schema at /gate/{name}{at}: {told}"
        raise PolicyEngineError(message)


@cache
def _validator(name: str) -> Draft202012Validator:
    path = shipped.folder("schemas") / "policy_data" / f"{name}.json"
    try:
        return Draft202012Validator(json.loads(path.read_bytes()))
    except OSError as error:
        message = f"the schema of data.gate.{name} is not in this installation"
        raise PolicyEngineError(message, detail=str(error)) from error


def _lay(target: dict[str, Any], source: Mapping[str, Any], at: str) -> None:
    for key, value in source.items():
        if key not in target:
            target[key] = _copied(value)
        elif isinstance(target[key], dict) and isinstance(value, Mapping):
            _lay(target[key], value, f"{at}.{key}")
        else:
            raise PolicyEngineError(f"two data files state {at}.{key}")


def _copied(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _copied(member) for key, member in value.items()}
    return value


def _one_line(error: yaml.YAMLError) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        mark = error.problem_mark
        return f"line {mark.line + 1}, column {mark.column + 1}: {error.problem}"
    return " ".join(str(error).split())


class _StrictLoader(yaml.SafeLoader):
    """A safe loader without aliases, tags, merge keys and YAML 1.1's surprises."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - declared so by PyYAML

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]  # PyYAML has no types here
        if isinstance(event, yaml.AliasEvent):
            _refuse("an alias is not allowed here", event)
        if getattr(event, "anchor", None) is not None:
            _refuse("an anchor is not allowed here", event)
        if getattr(event, "tag", None) is not None:
            _refuse("a tag is not allowed here", event)
        return super().compose_node(parent, index)

    def construct_scalar(self, node: yaml.ScalarNode | yaml.MappingNode) -> Any:  # noqa: ANN401 - as PyYAML declares it
        if isinstance(node, yaml.ScalarNode) and node.style is None:
            return _plain(node)
        return super().construct_scalar(node)

    def construct_mapping(
        self,
        node: yaml.MappingNode,
        deep: bool = False,  # noqa: ARG002, FBT001, FBT002 - as PyYAML declares it
    ) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node)
            if not isinstance(key, str):
                _refuse(f"the key {key!r} is not text: quote it", key_node)
            if key in seen:
                _refuse(f"the key {key!r} stands twice in one mapping", key_node)
            seen.add(key)
        return super().construct_mapping(node, deep=True)


def _plain(node: yaml.ScalarNode) -> str | int | float | bool:
    text = str(node.value)
    if text in {"true", "false"}:
        return text == "true"
    if _INTEGER.fullmatch(text) and abs(int(text)) <= LARGEST_EXACT_INTEGER:
        return int(text)
    if _FRACTION.fullmatch(text) and math.isfinite(float(text)):
        return float(text)
    if _TEXT.fullmatch(text) and text.lower() not in _WORDS_OF_YAML_1_1:
        return text
    return _refuse(f"{text!r} is read differently by different parsers: quote it", node)


def _refuse(problem: str, where: Any) -> NoReturn:  # noqa: ANN401 - a node or an event of PyYAML
    raise yaml.MarkedYAMLError(problem=problem, problem_mark=where.start_mark)
