from __future__ import annotations

import pytest

from app.domain.evidence import (
    Dataset,
    Direction,
    Measurement,
    QualityFlag,
    ResultStatus,
    Uncertainty,
    Unit,
)
from app.domain.reading.measuring import Interval, Observation, measure
from app.domain.reading.scale import Scale


def an_observation(**members: object) -> Observation:
    fixed = {"native_metric": "acc", "raw": 0.3, "at": "/acc", "dataset": Dataset("arc")}
    return Observation(**{**fixed, **members})  # type: ignore[arg-type] # members are fields


def measured(observation: Observation) -> tuple[Measurement, set[str]]:
    (measurement,), flags = measure([observation], scale=Scale.NATIVE)
    return measurement, {flag.code for flag in flags}


def spread(observation: Observation) -> Uncertainty:
    uncertainty = measured(observation)[0].uncertainty
    assert uncertainty is not None
    return uncertainty


def test_a_proportion_with_n_gets_a_wilson_interval() -> None:
    uncertainty = spread(an_observation(n=100))

    assert (uncertainty.method, uncertainty.computed_by) == ("wilson", "gate")
    assert uncertainty.ci_low == pytest.approx(0.2189, abs=5e-5)
    assert uncertainty.ci_high == pytest.approx(0.3958, abs=5e-5)


def test_a_reported_error_gives_the_interval_where_the_normal_holds() -> None:
    uncertainty = spread(an_observation(n=100, stderr=0.0458))

    assert uncertainty.method == "reported_stderr"
    assert uncertainty.ci_high == pytest.approx(0.3898, abs=5e-5)


def test_an_error_of_zero_at_the_edge_is_not_believed() -> None:
    measurement, codes = measured(an_observation(raw=0.0, n=60, stderr=0.0))

    assert measurement.uncertainty is not None
    assert measurement.uncertainty.ci_high == pytest.approx(0.0602, abs=5e-5)
    assert codes == {"STDERR_ZERO"}


def test_one_hit_of_sixty_is_bounded_by_wilson_though_an_error_is_reported() -> None:
    uncertainty = spread(an_observation(raw=1 / 60, n=60, stderr=0.0167))

    assert uncertainty.method == "wilson"
    assert uncertainty.ci_high is not None
    assert uncertainty.ci_high > 1 / 60 + 1.96 * 0.0167


def test_a_larger_reported_error_widens_the_wilson_interval() -> None:
    narrow = spread(an_observation(raw=0.05, n=100, stderr=0.0218))
    wide = spread(an_observation(raw=0.05, n=100, stderr=0.0436))

    assert narrow.ci_high is not None
    assert wide.ci_high is not None
    assert wide.ci_high > narrow.ci_high


def test_an_interval_that_the_tool_reports_is_kept() -> None:
    uncertainty = spread(an_observation(n=100, interval=Interval("0.2", "0.4", 0.9)))

    assert (uncertainty.method, uncertainty.computed_by) == ("reported_ci", "tool")
    assert (uncertainty.ci_low, uncertainty.ci_high, uncertainty.level) == (0.2, 0.4, 0.9)


@pytest.mark.parametrize(
    "interval",
    [Interval(0.6, 0.9, 0.95), Interval(None, 0.9, 0.95), Interval(0.2, 0.4, 0.0)],
)
def test_an_interval_that_does_not_hold_the_value_is_not_kept(interval: Interval) -> None:
    assert spread(an_observation(n=100, interval=interval)).method == "wilson"


def test_without_n_and_error_there_is_no_interval() -> None:
    measurement, codes = measured(an_observation())

    assert measurement.uncertainty is None
    assert codes == {"N_MISSING"}


def test_an_error_that_is_not_available_is_told() -> None:
    measurement, codes = measured(
        an_observation(native_metric="word_perplexity", raw=1.64, n=60, stderr="N/A")
    )

    assert measurement.uncertainty is None
    assert codes == {"STDERR_MISSING"}


def test_a_mean_of_rates_is_no_proportion() -> None:
    measurement, _ = measured(an_observation(native_metric="recall", n=100, is_averaged=True))

    assert measurement.uncertainty is None
    assert measurement.successes is None


def test_successes_are_told_when_they_are_whole() -> None:
    assert measured(an_observation(n=60))[0].successes == 18
    assert measured(an_observation(raw=0.333, n=60))[0].successes is None


def test_a_metric_nobody_knows_keeps_its_name() -> None:
    measurement, codes = measured(an_observation(native_metric="House Score", raw=120))

    assert measurement.metric.id == "house_score"
    assert (measurement.metric.unit, measurement.metric.direction) == (
        Unit.OTHER,
        Direction.UNKNOWN,
    )
    assert codes == {"UNKNOWN_METRIC", "DIRECTION_UNKNOWN"}


def test_the_tool_tells_the_direction_before_the_registry() -> None:
    measurement, codes = measured(
        an_observation(native_metric="House Score", direction=Direction.LOWER)
    )

    assert measurement.metric.direction is Direction.LOWER
    assert codes == {"UNKNOWN_METRIC"}


def test_the_error_follows_the_value_from_percent_to_fraction() -> None:
    (measurement,), _ = measure(
        [an_observation(native_metric="f1", raw=80.0, stderr=2.0)], scale=None
    )

    assert measurement.value == pytest.approx(0.8)
    assert measurement.uncertainty is not None
    assert measurement.uncertainty.stderr == pytest.approx(0.02)
    assert measurement.uncertainty.ci_high == pytest.approx(0.8392, abs=5e-5)


def test_a_value_beyond_its_range_has_no_value() -> None:
    measurement, codes = measured(an_observation(raw=1.2, n=10, stderr=0.1))

    assert (measurement.status, measurement.value) == (ResultStatus.OUT_OF_SCALE, None)
    assert measurement.value_native == 1.2
    assert measurement.uncertainty is None
    assert "OUT_OF_RANGE" in codes


def test_an_interval_stays_within_the_range_of_its_metric() -> None:
    uncertainty = spread(an_observation(native_metric="f1", raw=0.98, stderr=0.05))

    assert uncertainty.ci_high == 1.0


def test_the_same_result_twice_is_told() -> None:
    again = an_observation(at="/again")

    _, flags = measure([an_observation(n=1), again], scale=Scale.NATIVE)

    assert QualityFlag("DUPLICATE_RESULT", "/again", "accuracy on arc") in flags


def test_the_same_metric_on_another_split_is_another_result() -> None:
    other = an_observation(dataset=Dataset("arc", split="test"))

    _, flags = measure([an_observation(), other], scale=Scale.NATIVE)

    assert "DUPLICATE_RESULT" not in {flag.code for flag in flags}


def test_a_data_set_without_a_name_is_told() -> None:
    assert "DATASET_MISSING" in measured(an_observation(dataset=Dataset("unknown")))[1]
