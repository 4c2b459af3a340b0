"""Frozen values as JSON and back, by their declared types: what is kept can be read again."""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")

_ABSENT: dict[object, Callable[[], Any]] = {type(None): lambda: None, tuple: tuple, Mapping: dict}


def written(value: object) -> Any:  # noqa: ANN401 - any JSON value
    """Write a frozen value as JSON members; what is None is left out.

    Made of dataclasses, tuples, mappings, texts, numbers, booleans and None; raises TypeError for
    anything else.
    """
    if is_dataclass(value) and not isinstance(value, type):
        members = {field.name: getattr(value, field.name) for field in fields(value)}
        return {name: written(member) for name, member in members.items() if member is not None}
    if isinstance(value, Mapping):
        return {str(name): written(member) for name, member in value.items()}
    if isinstance(value, tuple):
        return [written(member) for member in value]
    if isinstance(value, str | int | float | bool):
        return value
    raise TypeError(f"not a frozen value: {type(value).__name__}")


def read(kind: type[T], document: object) -> T:
    """Read back what `written` wrote of a value of this dataclass.

    Raises TypeError or ValueError for what is not of its type.
    """
    value = _read(kind, document)
    if not isinstance(value, kind):
        raise TypeError(f"not of the type {kind.__name__}")
    return value


def _read(kind: Any, document: Any) -> Any:  # noqa: ANN401 - a type, and JSON of it
    origin = get_origin(kind)
    if origin in {Union, types.UnionType}:
        return _read_one_of([one for one in get_args(kind) if one is not type(None)], document)
    if origin is tuple:
        return tuple(_read(get_args(kind)[0], member) for member in document)
    if origin is Mapping:
        _, of_members = get_args(kind)
        return {name: _read(of_members, member) for name, member in document.items()}
    if is_dataclass(kind) and isinstance(document, Mapping):
        hints = get_type_hints(kind)
        known = {field.name for field in fields(kind)}
        absent = {name: _ABSENT[_shape(hint)]() for name, hint in hints.items() if _shape(hint)}
        given = {n: _read(hints[n], member) for n, member in document.items() if n in known}
        return kind(**(absent | given))  # type: ignore[operator]  # a dataclass is made by calling it
    return kind(document)


def _shape(hint: object) -> object:
    # What was not there when a value was written is none, or empty; all else has to be there.
    if type(None) in get_args(hint):
        return type(None)
    return origin if (origin := get_origin(hint)) in _ABSENT else None


def _read_one_of(kinds: list[Any], document: Any) -> Any:  # noqa: ANN401 - likewise
    if len(kinds) != 1:
        raise TypeError("a frozen value is of one type, or None")
    return _read(kinds[0], document)
