from __future__ import annotations

import re

from app.web.showing import charts, words


def test_bars_are_as_long_as_their_values() -> None:
    svg = charts.bars([("a", 4.0), ("b", 1.0)], words.decisions)
    assert svg is not None

    widths = [float(w) for w in re.findall(r'class="chart-bar"[^>]*width="([\d.]+)"', svg)]
    assert widths[0] == 4 * widths[1]


def test_a_day_is_stacked_by_outcome() -> None:
    svg = charts.days([("2026-11-24", {"allow": 1, "pending": 0, "deny": 3})])
    assert svg is not None

    heights = dict(re.findall(r'class="chart-(\w+)"[^>]*height="([\d.]+)"', svg))
    assert set(heights) == {"allow", "deny"}
    assert abs(float(heights["deny"]) - 3 * float(heights["allow"])) < 0.2


def test_nothing_is_drawn_of_nothing() -> None:
    assert charts.bars([], words.lasting) is None
    assert charts.days([("2026-11-24", {"allow": 0})]) is None


def test_a_hostile_name_is_text() -> None:
    svg = charts.bars([("<script>alert(1)</script>", 1.0)], words.lasting)
    assert svg is not None

    assert "<script>" not in svg


def test_the_tallest_day_says_how_many_and_days_are_named() -> None:
    svg = charts.days([("2026-11-04", {"deny": 3}), ("2026-11-05", {"deny": 1})])
    assert svg is not None

    assert re.findall(r'class="chart-text"[^>]*>([^<]+)<', svg) == ["3", "4 Nov"]
