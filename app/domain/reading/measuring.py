"""From observations, numbers as a reader found them, to measurements that policy can compare.

Every reader ends here, so that one place decides what a number is worth: its metric, its
scale, its interval, and what must be flagged about it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from app.domain.evidence import (
    Dataset,
    Direction,
    Measurement,
    Metric,
    QualityFlag,
    ResultStatus,
    SliceRole,
    Uncertainty,
    Unit,
)
from app.domain.facts import statistics
from app.domain.reading.metrics import MetricDefinition, lookup, slug
from app.domain.reading.quantity import Quantity, printable, quantity, text
from app.domain.reading.scale import Scale, on_scale, scale_of

FEW = 10
"""With fewer successes or failures than this the normal approximation is not used."""
_UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Interval:
    """An interval as the tool reports it."""

    low: object
    high: object
    level: float | None
    """None when the source does not say: such an interval proves nothing at any level."""


@dataclass(frozen=True, slots=True)
class Observation:
    """One number as a reader found it; raw members are read here, and never trusted."""

    native_metric: str
    raw: object
    at: str
    dataset: Dataset
    n: int | None = None
    stderr: object = None
    interval: Interval | None = None
    direction: Direction | None = None
    """What the tool says; without it the registry does."""
    metric: str | None = None
    """What to look up in the registry, when it is not the native name."""
    params: Mapping[str, str] = field(default_factory=dict)
    slice: Mapping[str, str] = field(default_factory=dict)
    slice_role: SliceRole = SliceRole.OVERALL
    is_aggregate: bool = False
    clusters: int | None = None
    """Independent units among the n, when several of them answer one prompt."""
    is_averaged: bool = False
    """True when the value is a mean of rates (macro): then n bounds no proportion."""


def measure(
    observations: Iterable[Observation], *, scale: Scale | None
) -> tuple[tuple[Measurement, ...], tuple[QualityFlag, ...]]:
    """Turn what one file says into measurements, and into flags for all that is odd.

    `scale` is that of the tool, known from its code; None when anybody may have typed the
    values (model cards): then all values of a metric together tell it, or it stays unsure.
    """
    listed = list(observations)
    quantities = [quantity(observed.raw) for observed in listed]
    scales = _scales(listed, quantities) if scale is None else {}
    measurements: list[Measurement] = []
    flags: list[QualityFlag] = []
    for observed, read in zip(listed, quantities, strict=True):
        metric_scale = scales.get(_name(observed), Scale.NATIVE) if scale is None else scale
        measurement, codes = _measurement(observed, read, metric_scale)
        measurements.append(measurement)
        flags.extend(QualityFlag(code, printable(observed.at), _detail(observed)) for code in codes)
    return tuple(measurements), (*flags, *_duplicates(measurements))


def _scales(listed: Sequence[Observation], quantities: Sequence[Quantity]) -> dict[str, Scale]:
    values: dict[str, list[float]] = {}
    for observed, read in zip(listed, quantities, strict=True):
        if read.value is not None and not read.is_percent:
            values.setdefault(_name(observed), []).append(read.value)
    return {name: scale_of(lookup(name), seen) for name, seen in values.items()}


def _name(observed: Observation) -> str:
    return observed.metric or observed.native_metric


def _measurement(
    observed: Observation, read: Quantity, scale: Scale
) -> tuple[Measurement, list[str]]:
    definition = lookup(_name(observed))
    status, value, codes = read.status, read.value, list(read.codes)
    if value is not None:
        value, more = on_scale(definition, value, scale, is_percent=read.is_percent)
        codes.extend(more)
        status = ResultStatus.OK if value is not None else ResultStatus.OUT_OF_SCALE
    if definition is None:
        codes.append("UNKNOWN_METRIC")
    if observed.dataset.id == _UNKNOWN:
        codes.append("DATASET_MISSING")
    metric = _metric(observed, definition)
    if metric.direction is Direction.UNKNOWN:
        codes.append("DIRECTION_UNKNOWN")
    divisor = _divisor(read, value)
    spread, more_codes = _uncertainty(observed, definition, value, divisor)
    codes.extend(more_codes)
    measurement = Measurement(
        dataset=observed.dataset,
        metric=metric,
        status=status,
        value=value,
        value_native=read.native,
        n=observed.n,
        successes=_successes(observed, definition, value),
        uncertainty=spread,
        slice=dict(observed.slice),
        slice_role=observed.slice_role,
        is_aggregate=observed.is_aggregate,
        at=printable(observed.at),
    )
    return measurement, codes


def _metric(observed: Observation, definition: MetricDefinition | None) -> Metric:
    known = Direction.UNKNOWN if definition is None else definition.direction
    return Metric(
        id=definition.id if definition else slug(_name(observed)) or _UNKNOWN,
        native_name=text(observed.native_metric) or _UNKNOWN,
        unit=definition.unit if definition else Unit.OTHER,
        direction=observed.direction or known,
        params=dict(observed.params),
    )


def _divisor(read: Quantity, value: float | None) -> float:
    # What the value was divided by to stand on the registry's scale, its error must be too.
    return read.value / value if read.value and value else 1.0


def _successes(
    observed: Observation, definition: MetricDefinition | None, value: float | None
) -> int | None:
    if not _is_proportion(observed, definition) or value is None or not observed.n:
        return None
    successes = round(value * observed.n)
    return successes if abs(value * observed.n - successes) < 1e-6 * observed.n else None


def _is_proportion(observed: Observation, definition: MetricDefinition | None) -> bool:
    return definition is not None and definition.is_proportion and not observed.is_averaged


def _uncertainty(
    observed: Observation, definition: MetricDefinition | None, value: float | None, divisor: float
) -> tuple[Uncertainty | None, list[str]]:
    error = quantity(observed.stderr)
    stderr = None if error.value is None or error.value < 0 else error.value / divisor
    is_proportion = _is_proportion(observed, definition)
    codes = []
    if stderr is None and observed.stderr is not None:
        codes.append("STDERR_MISSING")
    if stderr == 0:
        codes.append("STDERR_ZERO")
    if observed.n is None and is_proportion:
        codes.append("N_MISSING")
    if value is None:
        return None, codes
    reported = _reported(observed.interval, definition, value, divisor, stderr)
    if reported is not None and reported.ci_low == reported.ci_high and is_proportion:
        # A bootstrap of 61 right answers of 61 never sees a wrong one; that proves nothing.
        codes.append("INTERVAL_DEGENERATE")
    elif reported is not None:
        return _clustered(reported, observed, value, is_proportion=is_proportion), codes
    if is_proportion and observed.n and _needs_wilson(value, observed.n, stderr):
        n = statistics.effective_n(value, observed.n, stderr or 0.0)
        low, high = statistics.wilson(value, min(n, observed.clusters or n))
        return Uncertainty("wilson", "gate", stderr, low, high, statistics.LEVEL), codes
    if not stderr:
        return None, codes
    low, high = _within(definition, *statistics.normal(value, stderr))
    return Uncertainty("reported_stderr", "gate", stderr, low, high, statistics.LEVEL), codes


def _clustered(
    reported: Uncertainty, observed: Observation, value: float, *, is_proportion: bool
) -> Uncertainty:
    # A tool that counts outputs is too sure where several of them answer one prompt.
    if not is_proportion or not observed.clusters or reported.level is None:
        return reported
    low, high = statistics.wilson(value, observed.clusters, reported.level)
    if (
        reported.ci_low is None
        or reported.ci_high is None
        or observed.clusters >= (observed.n or 0)
    ):
        return reported
    ends = min(low, reported.ci_low), max(high, reported.ci_high)
    return Uncertainty("wilson", "gate", reported.stderr, *ends, reported.level)


def _needs_wilson(value: float, n: int, stderr: float | None) -> bool:
    # Near 0 or 1 the normal interval is too narrow on the side that an upper bound needs.
    return not stderr or min(value, 1 - value) * n < FEW


def _reported(
    interval: Interval | None,
    definition: MetricDefinition | None,
    value: float,
    divisor: float,
    stderr: float | None,
) -> Uncertainty | None:
    if interval is None or not (interval.level is None or 0 < interval.level < 1):
        return None
    ends = quantity(interval.low).value, quantity(interval.high).value
    if ends[0] is None or ends[1] is None:
        return None
    low, high = _within(definition, ends[0] / divisor, ends[1] / divisor)
    if not low <= value <= high:
        return None
    return Uncertainty("reported_ci", "tool", stderr, low, high, interval.level)


def _within(definition: MetricDefinition | None, low: float, high: float) -> tuple[float, float]:
    if definition is None:
        return low, high
    return max(low, definition.low), min(high, definition.high)


def _detail(observed: Observation) -> str:
    return f"{text(observed.native_metric) or _UNKNOWN} on {observed.dataset.id}"


def _duplicates(measurements: Sequence[Measurement]) -> Iterable[QualityFlag]:
    seen: set[tuple[object, ...]] = set()
    for m in measurements:
        key = (
            m.dataset,
            m.metric.id,
            m.metric.native_name,
            tuple(sorted(m.metric.params.items())),
            tuple(sorted(m.slice.items())),
        )
        if key in seen:
            yield QualityFlag("DUPLICATE_RESULT", m.at, f"{m.metric.id} on {m.dataset.id}")
        seen.add(key)
