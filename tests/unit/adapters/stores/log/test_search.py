from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.adapters.stores.log import search
from app.adapters.stores.opening import Stores, open_sqlite
from app.domain.entry import Draft, Kind
from app.domain.log import question
from app.domain.log.question import Found
from tests.fakes.stores import SetClock


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    """Six entries, each with two reasons that begin alike, every other one of stage dev."""
    opened = open_sqlite(tmp_path / "gate.db", "gate.test/log", SetClock())
    for n in range(6):
        body = {"reasons": [{"code": "card.a"}, {"code": "card.b"}]}
        stage = ("dev", "production")[n % 2]
        opened.log.append(Draft(f"d-{n}", Kind.DECISION, "ci", body, stage=stage, outcome="deny"))
    yield opened
    opened.close()


def found(stores: Stores, line: str) -> Found:
    return stores.log.search(question.parse(line), None, 2)


def test_an_entry_with_two_codes_that_begin_alike_is_found_and_counted_once(
    stores: Stores,
) -> None:
    asked = found(stores, "reason:card.*")

    assert [entry.seq for entry in asked.entries] == [5, 4]
    assert (asked.total, asked.is_total_exact) == (6, True)


@pytest.mark.parametrize("line", ["outcome:deny stage:dev", "reason:card.* stage:dev"])
def test_a_count_looks_at_so_many_entries_and_then_says_that_it_is_not_exact(
    stores: Stores, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    whole = found(stores, line)
    monkeypatch.setattr(search, "MOST_COUNTED", 1)
    bounded = found(stores, line)

    assert (whole.total, whole.is_total_exact) == (3, True)
    assert bounded.total is not None
    assert (bounded.total < 3, bounded.is_total_exact) == (True, False)
    assert bounded.entries == whole.entries
