"""The contract of the API: the schemas, loaded once, and checking a document against one."""

from __future__ import annotations

import json
from contextlib import suppress
from functools import cache
from typing import Any

import jsonschema_rs
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from app import shipped
from app.domain.canonical import in_json, pointer
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
    fault = None
    with suppress(ValueError):  # a value of Python's own, which only the other validator takes
        fault = next(_compiled(name).iter_errors(document), None)
        if fault is None:
            return
    # What does not fit is looked at again by the validator that explains it best.
    error = best_match(_validator(name).iter_errors(document))
    if error is not None:
        raise InvalidSubmissionError(_message(error), pointer=pointer(*error.absolute_path))
    if fault is not None:
        message = fault.message[:_LONGEST_MESSAGE]
        raise InvalidSubmissionError(message, pointer=pointer(*fault.instance_path))


@cache
def _compiled(name: str) -> jsonschema_rs.Draft202012Validator:
    known = jsonschema_rs.Registry([(d["$id"], d) for d in _documents()])
    return jsonschema_rs.Draft202012Validator(schema(name), registry=known)


@cache
def _validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(schema(name), registry=_registry())


@cache
def _registry() -> Registry[Any]:
    resources = [(d["$id"], DRAFT202012.create_resource(d)) for d in _documents()]
    return Registry[Any]().with_resources(resources)


def _documents() -> list[dict[str, Any]]:
    # Every schema of schemas/, so that a reference by URL is found here and nowhere else.
    names = (path.stem for path in shipped.folder("schemas").glob("*.json"))
    return [schema(name) for name in sorted(names)]


def _message(error: ValidationError) -> str:
    if error.validator == "anyOf":
        return "expected the document itself (text or base64) or its sha256"
    told = in_json(error.message, error.instance, error.validator_value)
    return told[:_LONGEST_MESSAGE]
