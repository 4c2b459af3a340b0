"""Members of the policy input: there with a value, or not there."""

from __future__ import annotations

from typing import Any


def present(**members: object) -> dict[str, Any]:
    """Leave out what is absent: no rule meets a null."""
    return {name: value for name, value in members.items() if value is not None}


def rounded(value: float | None) -> float | None:
    """Round to ten significant digits.

    OPA compares decimals exactly; so binary tails are kept out of rules.
    """
    return None if value is None else float(f"{value:.10g}")
