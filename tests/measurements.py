"""Measurements and reports for tests: the smallest whole ones, with the one difference named."""

from __future__ import annotations

from app.domain.evidence import (
    Dataset,
    Direction,
    EvaluationReport,
    Measurement,
    Metric,
    ResultStatus,
    Run,
    RunStatus,
    SliceRole,
    Subject,
    Uncertainty,
    Unit,
)


def a_metric(
    name: str = "accuracy", direction: Direction = Direction.HIGHER, **params: str
) -> Metric:
    """Make a metric that counts shares."""
    return Metric(name, name, Unit.FRACTION, direction, params)


def a_measurement(  # noqa: PLR0913 - each is the one difference of some test
    value: float | None = 0.8,
    *,
    n: int | None = 100,
    successes: int | None = None,
    stderr: float | None = None,
    metric: Metric | None = None,
    dataset: Dataset | None = None,
    group: dict[str, str] | None = None,
    is_aggregate: bool = False,
    uncertainty: Uncertainty | None = None,
) -> Measurement:
    """Make a result; with `successes` it is a proportion of n."""
    if stderr is not None:
        uncertainty = Uncertainty("reported_stderr", "gate", stderr=stderr)
    return Measurement(
        dataset=dataset or Dataset("arc"),
        metric=metric or a_metric(),
        status=ResultStatus.MISSING if value is None else ResultStatus.OK,
        value=value,
        value_native=value,
        n=n,
        successes=successes,
        uncertainty=uncertainty,
        slice=group or {},
        slice_role=SliceRole.GROUP if group else SliceRole.OVERALL,
        is_aggregate=is_aggregate,
        at="",
    )


def a_report(
    *results: Measurement,
    tool_version: str | None = "0.4.9",
    judge: str | None = None,
    status: RunStatus = RunStatus.COMPLETE,
) -> EvaluationReport:
    """Make a report of a whole run."""
    return EvaluationReport(
        format="lm_eval",
        tool="lm-evaluation-harness",
        tool_version=tool_version,
        subject=Subject("m", None, None),
        run=Run(status, None, None, None, None, None),
        judge=judge,
        results=results,
        quality=(),
    )
