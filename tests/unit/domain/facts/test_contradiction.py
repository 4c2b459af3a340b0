from __future__ import annotations

from dataclasses import replace

import pytest

from app.domain.evidence import Dataset, Measurement, ModelCard, Uncertainty
from app.domain.facts.contradiction import contradictions
from tests.measurements import a_measurement, a_metric, a_report

CARD = ModelCard(
    format="hf_readme",
    name="m",
    version=None,
    license=None,
    owners=(),
    base_models=(),
    datasets=(),
    languages=(),
    task=None,
    library=None,
    sections={},
    reported_results=(),
    quality=(),
)


def found(claim: Measurement, measured: Measurement) -> int:
    card = replace(CARD, reported_results=(claim,))
    return len(contradictions(card, [a_report(measured)]))


def test_a_claim_outside_the_interval_is_a_contradiction() -> None:
    spread = Uncertainty("wilson", "gate", None, 0.70, 0.80, 0.95)
    measured = a_measurement(0.75, uncertainty=spread)

    assert found(a_measurement(0.93), measured) == 1
    assert found(a_measurement(0.79), measured) == 0


def test_rounding_is_no_contradiction() -> None:
    assert found(a_measurement(0.75), a_measurement(0.7533)) == 0
    assert found(a_measurement(0.74), a_measurement(0.7533)) == 1


def test_a_name_on_the_hub_is_the_harnesss_name() -> None:
    claim = a_measurement(0.9, dataset=Dataset("allenai/ARC"))

    assert found(claim, a_measurement(0.5)) == 1


@pytest.mark.parametrize(
    "claim",
    [
        a_measurement(0.9, dataset=Dataset("other")),
        a_measurement(0.9, dataset=Dataset("unknown")),
        a_measurement(0.9, metric=a_metric("f1")),
        a_measurement(0.9, dataset=Dataset("arc", split="validation")),
        a_measurement(0.9, group={"sex": "f"}),
        a_measurement(None),
    ],
)
def test_another_thing_is_no_contradiction(claim: Measurement) -> None:
    measured = a_measurement(0.5, dataset=Dataset("arc", split="test"))

    assert found(claim, measured) == 0


def test_what_nobody_named_agrees_with_nothing() -> None:
    unknown = a_measurement(0.9, dataset=Dataset("unknown"))

    assert found(unknown, a_measurement(0.5, dataset=Dataset("unknown"))) == 0
