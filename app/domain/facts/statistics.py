"""Intervals and tests for proportions and means, each with its source. No library is needed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist

LEVEL = 0.95
_NORMAL = NormalDist()


def z(level: float) -> float:
    """Give the two-sided standard normal quantile at this level (1.959964 at 0.95)."""
    return _NORMAL.inv_cdf(0.5 + level / 2)


def wilson(proportion: float, n: float, level: float = LEVEL) -> tuple[float, float]:
    """Bound a proportion by Wilson's score interval.

    Wilson 1927, JASA 22, 209-212; recommended for every n by Brown, Cai and DasGupta
    2001, Statistical Science 16, 101-133. At 0 or 1 it does not collapse: 0 of 30 is at
    most 0.114. `n` may be an effective sample size. Raises ValueError for n <= 0 or a
    proportion outside 0..1.
    """
    if n <= 0 or not 0 <= proportion <= 1:
        raise ValueError(f"no proportion: {proportion} of {n}")
    square = z(level) ** 2
    centre = proportion + square / (2 * n)
    spread = z(level) * math.sqrt(proportion * (1 - proportion) / n + square / (4 * n * n))
    low = 0.0 if proportion == 0 else (centre - spread) / (1 + square / n)
    high = 1.0 if proportion == 1 else (centre + spread) / (1 + square / n)
    return max(0.0, low), min(1.0, high)


def normal(value: float, stderr: float, level: float = LEVEL) -> tuple[float, float]:
    """Bound a mean by its standard error and the normal approximation (Wald)."""
    half = z(level) * stderr
    return value - half, value + half


def effective_n(proportion: float, n: int, stderr: float) -> float:
    """Give the sample size that a reported standard error is worth (Kish 1965, section 8.2).

    Answers to one prompt resemble each other, so a tool may report an error larger than
    the binomial one: n / deff = p (1 - p) / stderr^2, and never more than n.
    """
    if stderr <= 0 or not 0 < proportion < 1:
        return n
    return min(float(n), proportion * (1 - proportion) / stderr**2)


def mean_and_stderr(values: Sequence[float]) -> tuple[float | None, float | None]:
    """Give the mean, and its standard error s / sqrt(n) with s of n - 1 degrees of freedom."""
    n = len(values)
    if n == 0:
        return None, None
    mean = math.fsum(values) / n
    if n == 1 or not math.isfinite(mean):
        return (mean if math.isfinite(mean) else None), None
    spread = math.fsum((value - mean) ** 2 for value in values) / (n - 1)
    return mean, math.sqrt(spread / n) if math.isfinite(spread) else None
