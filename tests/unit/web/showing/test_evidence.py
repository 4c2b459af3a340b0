from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from app.web.showing import evidence

DOCUMENTED = Path(__file__).parents[4] / "docs" / "evidence.md"


def a_result(**uncertainty: Any) -> dict[str, Any]:
    spread = {"ci_low": 0.85, "ci_high": 0.95, **uncertainty}
    return {"metric": "accuracy", "value": 0.9, "unit": "fraction", "uncertainty": spread}


def test_every_quality_flag_that_is_documented_is_said_in_words() -> None:
    table = DOCUMENTED.read_text(encoding="utf-8").partition("## Quality flags")[2]
    flags = set(re.findall("`([A-Z_]+)`", table.partition("\n## ")[0]))

    assert flags
    assert set(evidence.NOTICED) == flags


def test_what_a_reader_noticed_is_said_once_each_and_an_unknown_flag_as_it_is() -> None:
    facts = evidence.card_facts({"quality": ["NOT_NUMERIC", "NAN_VALUE", "NEW_FLAG"]})

    assert facts == [("Noticed", "a value is no number; NEW_FLAG")]


def test_an_interval_says_its_level_if_it_has_one() -> None:
    told, untold = evidence.rows([a_result(level=0.95), a_result()])

    assert (told.interval, untold.interval) == (
        "0.85 to 0.95 (95\N{NO-BREAK SPACE}%)",
        "0.85 to 0.95",
    )
