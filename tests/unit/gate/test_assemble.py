from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import jsonschema

from app.domain.digest import Digest
from app.domain.evidence import BaseModel, CardReading, ModelCard
from app.domain.precedent import Precedent
from app.gate import assemble
from tests.builders import UNMARKED, a_caller, a_held, a_release

SCHEMA = json.loads(
    (Path(__file__).resolve().parents[3] / "schemas" / "policy_input.json").read_text("utf-8")
)
NOBODY = a_held()
FIRST = Precedent(is_first=True, is_rollback_released=False)


def an_input(now: datetime, card: CardReading | None = None) -> dict[str, Any]:
    return assemble.policy_input(
        a_release(), card, (), (), (), NOBODY, a_caller(), FIRST, UNMARKED, now
    )


def a_card(*bases: str) -> CardReading:
    card = ModelCard(
        format="hugging_face",
        name=None,
        version=None,
        license=None,
        owners=(),
        base_models=tuple(BaseModel(base, None, None, None) for base in bases),
        datasets=(),
        languages=(),
        task=None,
        library=None,
        sections={},
        reported_results=(),
        quality=(),
    )
    return CardReading(Digest.of(b"card"), card)


def test_the_calendar_tells_the_hour_in_the_zone_of_the_clock() -> None:
    berlin = timezone(timedelta(hours=1), "CET")

    document = an_input(datetime(2026, 11, 24, 0, 30, tzinfo=berlin))

    assert document["calendar"] == {
        "utc": "2026-11-23T23:30:00Z",
        "zone": "CET",
        "weekday": "tuesday",
        "time": "00:30",
    }


def test_base_models_are_counted_beside_their_list() -> None:
    document = an_input(datetime(2026, 11, 24, tzinfo=UTC), a_card("acme/base", "acme/other"))

    assert document["model_card"]["base_models_count"] == 2
    assert [base["id"] for base in document["model_card"]["base_models"]] == [
        "acme/base",
        "acme/other",
    ]


def test_an_input_with_next_to_nothing_fits_its_schema() -> None:
    jsonschema.validate(an_input(datetime(2026, 11, 24, tzinfo=UTC)), SCHEMA)
    jsonschema.validate(an_input(datetime(2026, 11, 24, tzinfo=UTC), a_card()), SCHEMA)
