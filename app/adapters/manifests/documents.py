"""From files to the objects in them: YAML of many documents, JSON, lists, AdmissionReviews."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from app.domain.canonical import pointer
from app.domain.errors import MalformedDocumentError

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_LARGEST = 8 << 20
_DEEPEST = 8
"""Lists in lists."""


@dataclass(frozen=True, slots=True)
class Located:
    """An object, the number of its document in the file, and the JSON Pointer to it there."""

    document: int
    at: str
    object: dict[str, Any]


def read(content: bytes) -> Iterator[Located]:
    """Give every object in a file; JSON is YAML, too.

    Raises MalformedDocumentError, also for a file without any document: what fell silent
    before it got here is not a manifest that names nothing.
    """
    if len(content) > _LARGEST:
        raise MalformedDocumentError(f"larger than {_LARGEST} bytes")
    try:
        loaded = list(yaml.load_all(content, Loader=_LOADER))
    except (yaml.YAMLError, RecursionError, ValueError, UnicodeError) as error:
        raise MalformedDocumentError(_message(error)) from error
    if all(document is None for document in loaded):
        raise MalformedDocumentError("holds no object")
    for number, document in enumerate(loaded):
        if document is None:
            continue
        if not isinstance(document, dict):
            raise MalformedDocumentError("expected an object with apiVersion and kind")
        for at, found in objects(document):
            yield Located(number, at, found)


def objects(
    document: dict[str, Any], at: str = "", depth: int = 0
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give the objects in one document: those of a list, of a template, of a review, or itself."""
    kind, version = document.get("kind"), document.get("apiVersion")
    if not isinstance(kind, str) or not isinstance(version, str) or not version or not kind:
        raise MalformedDocumentError("expected an object with apiVersion and kind")
    if depth > _DEEPEST:
        raise MalformedDocumentError(f"more than {_DEEPEST} lists in one another")
    if kind == "AdmissionReview":
        request = document.get("request")
        inner = request.get("object") if isinstance(request, Mapping) else None
        if isinstance(inner, dict):
            yield from objects(inner, at + "/request/object", depth + 1)
        return
    for name in ("items", "objects"):
        members = document.get(name)
        if isinstance(members, list) and (kind.endswith("List") or kind == "Template"):
            for place, member in enumerate(members):
                if isinstance(member, dict):
                    yield from objects(member, at + pointer(name, place), depth + 1)
            return
    yield at, document


def one_yaml(text: str) -> Any:  # noqa: ANN401 - any YAML value
    """Read the YAML in a string, as Ray does. Raises MalformedDocumentError."""
    try:
        return yaml.load(text, Loader=_LOADER)  # noqa: S506 - a safe loader
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise MalformedDocumentError(_message(error)) from error


def _message(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    where = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
    why = " ".join(str(getattr(error, "problem", None) or error).split())
    return f"not YAML or JSON{where}: {why}"[:300]
