"""Builtins that a compiled policy asks of its host, with exactly OPA's semantics.

Each stands here only once the parity suite compares it with OPA. A policy that needs
another one is refused at start: an engine that lacks a builtin must not pass for one
whose rule did not fire.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from app.domain.errors import PolicyEngineError

_VERB = re.compile(r"%(.?)", re.DOTALL)
_KNOWN_VERBS = frozenset("sdv")
_DECIMAL_FROM = -4  # Go's %g writes an exponent below 1e-4 ...
_DECIMAL_BELOW = 6  # ... and from 1e6 on, when the shortest digits are asked for
_LONGEST_TEXT = 100_000


def sprintf(template: object, operands: object) -> str:
    """Format as OPA's sprintf does, Go's complaints included, for %s, %d, %v and %%.

    Raises PolicyEngineError for another verb or a flag, which OPA knows and this does not.
    """
    if not isinstance(template, str) or not isinstance(operands, list):
        raise PolicyEngineError("sprintf takes a text and an array")
    left = list(reversed(operands))

    def replaced(match: re.Match[str]) -> str:
        verb = match.group(1)
        if verb == "%":
            return "%"
        if verb not in _KNOWN_VERBS:
            raise PolicyEngineError(f"sprintf of the embedded engine does not know %{verb}")
        return _written(verb, left.pop()) if left else f"%!{verb}(MISSING)"

    text = _VERB.sub(replaced, template)
    if left:
        extra = ", ".join(f"{_go_type(value)}={_any(value)}" for value in reversed(left))
        text += f"%!(EXTRA {extra})"
    if len(text) > _LONGEST_TEXT:
        raise PolicyEngineError("sprintf made too long a text")
    return text


def _written(verb: str, value: object) -> str:
    # OPA hands whole numbers and fractions to Go as numbers, and all else as text.
    fits = {"s": "string", "d": "int64"}.get(verb, _go_type(value)) == _go_type(value)
    return _any(value) if fits else f"%!{verb}({_go_type(value)}={_any(value)})"


def _go_type(value: object) -> str:
    if isinstance(value, bool):
        return "string"
    return {int: "int64", float: "float64"}.get(type(value), "string")


def _any(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return _go_float(value)
    return _term(value)


BUILTINS: Mapping[str, Callable[..., Any]] = {"sprintf": sprintf}
"""Everything that a compiled policy may ask of its host."""


def _term(value: object) -> str:
    """Write a value as OPA writes a term."""
    if isinstance(value, Mapping):
        members = (f"{_term(key)}: {_term(value[key])}" for key in sorted(value))
        return "{" + ", ".join(members) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_term(member) for member in value) + "]"
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _go_float(value: float) -> str:
    """Write a float as Go's %v does: the shortest digits, an exponent at Go's limits."""
    if not math.isfinite(value):
        raise PolicyEngineError("sprintf cannot print what is no finite number")
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    mantissa = "".join(str(digit) for digit in digits)
    point = len(mantissa) + int(exponent)
    minus = "-" if sign else ""
    if not _DECIMAL_FROM <= point - 1 < _DECIMAL_BELOW:
        tail = f".{mantissa[1:]}" if len(mantissa) > 1 else ""
        return f"{minus}{mantissa[0]}{tail}e{point - 1:+03d}"
    if point <= 0:
        return f"{minus}0.{'0' * -point}{mantissa}"
    padded = mantissa.ljust(point, "0")
    fraction = padded[point:]
    return minus + padded[:point] + (f".{fraction}" if fraction else "")
