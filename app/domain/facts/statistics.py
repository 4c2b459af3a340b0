"""Intervals and tests for proportions, means and their differences, each with its source.

No library is needed, and nothing is left to chance: the bootstrap draws from a fixed
stream, so that any decision replays. docs/statistics.md has the formulas.
"""

from __future__ import annotations

import hashlib
import math
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import NormalDist

LEVEL = 0.95
RESAMPLES = 2_000
_STREAM = b"countersign paired bootstrap"
_MOST_RESAMPLED = 500
_MOST_EXACT = 2_000
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
    try:
        mean = math.fsum(values) / n
        squares = math.fsum((value - mean) ** 2 for value in values)
    except OverflowError:
        return None, None
    return mean, None if n == 1 else math.sqrt(squares / (n - 1) / n)


@dataclass(frozen=True, slots=True)
class Proportion:
    """So many of n."""

    successes: float
    n: int

    @property
    def share(self) -> float:
        """The proportion itself."""
        return self.successes / self.n


@dataclass(frozen=True, slots=True)
class Pairs:
    """Yes-or-no answers of two models to the same questions, counted."""

    both: int
    first_only: int
    second_only: int
    neither: int

    @property
    def n(self) -> int:
        """Questions that both answered."""
        return self.both + self.first_only + self.second_only + self.neither


def newcombe(first: Proportion, second: Proportion, level: float = LEVEL) -> tuple[float, float]:
    """Bound first - second for independent proportions by Newcombe's hybrid score interval.

    Newcombe 1998, Statistics in Medicine 17, 873-890, method 10.
    """
    return _hybrid(first.share, second.share, first.n, second.n, 0.0, level)


def newcombe_paired(pairs: Pairs, level: float = LEVEL) -> tuple[float, float]:
    """Bound the difference of proportions of two models that answered the same questions.

    Newcombe 1998, Statistics in Medicine 17, 2635-2650, method 10: the hybrid score
    interval with a correlation that is corrected for continuity when it is positive.
    """
    e, f, g, h = pairs.both, pairs.first_only, pairs.second_only, pairs.neither
    margins = math.sqrt((e + f) * (g + h)) * math.sqrt((e + g) * (f + h))
    cross = float(e * h - f * g)
    if cross > 0:
        cross = max(cross - pairs.n / 2, 0.0)
    phi = cross / margins if margins else 0.0
    return _hybrid((e + f) / pairs.n, (e + g) / pairs.n, pairs.n, pairs.n, phi, level)


def mcnemar(pairs: Pairs) -> float:
    """Test whether two models are right on the same questions equally often.

    McNemar 1947, Psychometrika 12, 153-157, exact: of the questions on which they differ,
    half each way. Two-sided p-value; above 2,000 such questions by the normal
    approximation with continuity correction.
    """
    low, n = min(pairs.first_only, pairs.second_only), pairs.first_only + pairs.second_only
    if n == 0:
        return 1.0
    if n > _MOST_EXACT:
        distance = (abs(pairs.first_only - pairs.second_only) - 1) / math.sqrt(n)
        return min(1.0, 2 * (1 - _NORMAL.cdf(max(0.0, distance))))
    tail = sum(math.comb(n, k) for k in range(low + 1))
    return min(1.0, 2 * (tail / (1 << n)))


def paired_bootstrap(differences: Sequence[float], level: float = LEVEL) -> tuple[float, float]:
    """Bound the mean of paired differences by the percentile bootstrap.

    Efron and Tibshirani 1993, An Introduction to the Bootstrap, section 13.3; 2,000
    resamples from a fixed stream. More than 500 pairs are bounded by the normal
    approximation, from which the bootstrap then hardly differs. Raises ValueError without
    pairs.
    """
    n = len(differences)
    mean, stderr = mean_and_stderr(differences)
    if mean is None:
        raise ValueError("no pairs")
    if n > _MOST_RESAMPLED:
        return normal(mean, stderr or 0.0, level)
    means = sorted(
        math.fsum(differences[place % n] for place in places) / n for places in _draws(n)
    )
    cut = round((1 - level) / 2 * RESAMPLES)
    return means[cut], means[RESAMPLES - 1 - cut]


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Adjust p-values for their number (Holm 1979, Scandinavian Journal of Statistics 6, 65)."""
    order = sorted(range(len(p_values)), key=lambda index: p_values[index])
    adjusted = [0.0] * len(p_values)
    largest = 0.0
    for rank, index in enumerate(order):
        largest = max(largest, min(1.0, p_values[index] * (len(p_values) - rank)))
        adjusted[index] = largest
    return tuple(adjusted)


def _draws(n: int) -> Iterator[tuple[int, ...]]:
    # SHAKE-256 (FIPS 202) as a stream of 32-bit numbers: modulo n <= 500 it is even enough.
    stream = hashlib.shake_256(_STREAM).digest(4 * n * RESAMPLES)
    return struct.iter_unpack(f">{n}I", stream)


def _hybrid(  # noqa: PLR0913, PLR0917 - the symbols of the formula
    p1: float, p2: float, n1: int, n2: int, phi: float, level: float
) -> tuple[float, float]:
    l1, u1 = wilson(p1, n1, level)
    l2, u2 = wilson(p2, n2, level)
    below = (p1 - l1) ** 2 - 2 * phi * (p1 - l1) * (u2 - p2) + (u2 - p2) ** 2
    above = (u1 - p1) ** 2 - 2 * phi * (u1 - p1) * (p2 - l2) + (p2 - l2) ** 2
    difference = p1 - p2
    return (
        max(-1.0, difference - math.sqrt(max(0.0, below))),
        min(1.0, difference + math.sqrt(max(0.0, above))),
    )
