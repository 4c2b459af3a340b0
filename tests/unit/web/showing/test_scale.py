from __future__ import annotations

import re

import pytest

from app.web.showing import scale

MEASURED = {"value": 0.783, "uncertainty": {"ci_low": 0.757, "ci_high": 0.809}}


def places(svg: str, kind: str) -> list[float]:
    found = re.findall(rf'<\w+ class="{kind}"[^>]*?(?:c?x1?)="([\d.]+)"', svg)
    return [float(place) for place in found]


def test_a_value_below_its_floor_lies_left_of_the_limit() -> None:
    read = scale.scale("0.757", "at least 0.8", MEASURED)
    assert read is not None
    svg = scale.draw(read)

    assert places(svg, "scale-value") < places(svg, "scale-limit")
    assert places(svg, "scale-good") == places(svg, "scale-limit")
    assert 'aria-label="observed 0.783, interval 0.757 to 0.809; required at least 0.8"' in svg


def test_a_value_above_its_ceiling_lies_right_of_the_limit() -> None:
    read = scale.scale("0.2", "at most 0.1", {"value": 0.15})
    assert read is not None
    svg = scale.draw(read)

    assert places(svg, "scale-value") > places(svg, "scale-limit")
    assert places(svg, "scale-good") < places(svg, "scale-limit")
    assert places(svg, "scale-interval") == []


def test_without_the_measurement_what_policy_compared_is_drawn() -> None:
    read = scale.scale("50", "at least 100", None)

    assert read == scale.Scale(50.0, 100.0, is_floor=True, low=None, high=None, compared=50.0)


@pytest.mark.parametrize(
    ("observed", "required"),
    [
        (None, None),
        ("0 of 1", "1 of 1"),
        ("0.5", "complete"),
        ("0.5", "at least 100 samples"),
        ("nan", "at least 0.8"),
        ("1e999", "at least 0.8"),
        ("0.5", "at least 1e999"),
        ("<svg>", "at least 0.8"),
    ],
)
def test_what_is_not_one_finite_number_is_not_drawn(observed: object, required: object) -> None:
    assert scale.scale(observed, required, None) is None


def test_equal_points_still_have_a_width() -> None:
    read = scale.scale("0", "at least 0", None)
    assert read is not None

    assert "nan" not in scale.draw(read)
