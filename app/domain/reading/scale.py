"""Percent or fraction: told by the metric's range and by all values of the metric together."""

from __future__ import annotations

import math
from collections.abc import Iterable
from enum import StrEnum

from app.domain.evidence import Unit
from app.domain.reading.metrics import MetricDefinition

SURELY_PERCENT = 5.0
"""Above this an error rate that may exceed 1 (wer) is taken for percent: 500 % are no result."""
_PERCENT = 100.0


class Scale(StrEnum):
    """How a source writes the values of a metric."""

    NATIVE = "native"
    """As the registry has it: the tool is known to, or all values say so."""
    PERCENT = "percent"
    UNSURE = "unsure"


def scale_of(definition: MetricDefinition | None, values: Iterable[float]) -> Scale:
    """Tell the scale of one source's values of one metric, or that it cannot be told.

    A card with accuracy 93.5 and 0.9 mixes scales or reports a broken model: the 93.5 is
    percent for certain, the 0.9 is not (`on_scale`).
    """
    seen = [abs(value) for value in values]
    top = max(seen, default=0.0)
    if definition is None:
        return Scale.NATIVE
    if definition.unit is Unit.SCORE and definition.high == _PERCENT:
        return Scale.UNSURE if 0 < top <= 1 else Scale.NATIVE
    if definition.unit is not Unit.FRACTION:
        return Scale.NATIVE
    if top > (SURELY_PERCENT if math.isinf(definition.high) else definition.high):
        return Scale.PERCENT
    between = any(0 < value < 1 for value in seen)
    return Scale.NATIVE if top < 1 or (top == 1 and between) else Scale.UNSURE


def on_scale(
    definition: MetricDefinition | None, value: float, scale: Scale, *, is_percent: bool
) -> tuple[float | None, tuple[str, ...]]:
    """Put a value on the registry's scale, or tell by a code why that cannot be done."""
    if definition is None:
        return value, ()
    codes: tuple[str, ...] = ()
    if definition.unit is Unit.FRACTION and (is_percent or scale is Scale.PERCENT):
        if not is_percent and 0 < value <= 1:
            return None, ("SCALE_AMBIGUOUS",)
        value, codes = value / _PERCENT, ("PERCENT_RESCALED",) if value else ()
    elif scale is Scale.UNSURE and value != 0:
        return None, ("SCALE_AMBIGUOUS",)
    if not definition.low <= value <= definition.high:
        return None, (*codes, "OUT_OF_RANGE")
    return value, codes
