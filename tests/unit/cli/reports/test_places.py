from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.cli.reports.places import Place, Sources

CARD = """---
license: mit
owners: [ada]
---
# Router
Prose about the license: none.

## Intended use
"""


@pytest.fixture
def sources(tmp_path: Path) -> Sources:
    card = tmp_path / "README.md"
    card.write_text(CARD)
    return Sources(tmp_path, card, (tmp_path / "a.json", tmp_path / "b.json"))


def at(pointer: str) -> dict[str, Any]:
    return {"at": pointer}


@pytest.mark.parametrize(
    ("pointer", "line"),
    [
        ("/model_card/license", 2),
        ("/model_card/owners", 3),
        ("/model_card/sections/intended_use", 8),
        ("/model_card/sections/limitations", 1),
        ("/release/license", 1),
        ("/model_card/base_models/0", 1),
    ],
)
def test_a_reason_about_the_card_is_on_the_line_that_names_the_field(
    sources: Sources, pointer: str, line: int
) -> None:
    assert sources.card is not None
    assert sources.place(at(pointer)) == Place(sources.card.as_posix(), line)


@pytest.mark.parametrize(
    ("pointer", "name"),
    [
        ("/evaluations/reports/1/results/0", "b.json"),
        ("/evaluations/reports/0", "a.json"),
        ("/evaluations/reports/7", "b.json"),
        ("/evaluations/submitted", "a.json"),
    ],
)
def test_a_reason_about_a_report_is_in_that_report(
    sources: Sources, pointer: str, name: str
) -> None:
    assert sources.place(at(pointer)) == Place((sources.model / name).as_posix(), 1)


def test_without_a_card_the_place_is_where_it_would_be(tmp_path: Path) -> None:
    assert Sources(tmp_path).place(at("/approvals/seats")) == Place(
        (tmp_path / "README.md").as_posix(), 1
    )


def test_a_card_that_is_no_text_is_on_line_1(tmp_path: Path) -> None:
    card = tmp_path / "card.bin"
    card.write_bytes(b"\xff\xfe license: x")

    assert Sources(tmp_path, card).place(at("/model_card/license")).line == 1
