"""The contract of the API: the schemas, loaded once, and checking a document against one."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from app import shipped
from app.domain.canonical import pointer
from app.domain.errors import InvalidSubmissionError

_LONGEST_MESSAGE = 300


@cache
def schema(name: str) -> dict[str, Any]:
    """Load one schema of schemas/ by its file name without `.json`."""
    path = shipped.folder("schemas") / f"{name}.json"
    document: dict[str, Any] = json.loads(path.read_bytes())
    return document


def check(name: str, document: object) -> None:
    """Raise InvalidSubmissionError, with a pointer, unless the document fits the schema."""
    error = best_match(_validator(name).iter_errors(document))
    if error is not None:
        raise InvalidSubmissionError(_message(error), pointer=pointer(*error.absolute_path))


@cache
def _validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(schema(name), registry=_registry())


@cache
def _registry() -> Registry[Any]:
    # Every schema of schemas/, so that a reference by URL is found here and nowhere else.
    names = (path.stem for path in shipped.folder("schemas").glob("*.json"))
    documents = [schema(name) for name in sorted(names)]
    resources = [(document["$id"], DRAFT202012.create_resource(document)) for document in documents]
    return Registry[Any]().with_resources(resources)


def _message(error: ValidationError) -> str:
    if error.validator == "anyOf":
        return "expected the document itself (text or base64) or its sha256"
    return str(error.message)[:_LONGEST_MESSAGE]
