from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from app.adapters.stores.opening import Stores
from app.domain.digest import Digest
from app.domain.entry import Draft, Kind, microseconds
from app.domain.log import question
from app.domain.log.question import Cursor, Question
from tests.fakes.stores import SetClock

ONE, OTHER = Digest.of(b"one"), Digest.of(b"other")


def a_draft(entry_id: str, **changes: Any) -> Draft:
    made: dict[str, Any] = {
        "id": entry_id,
        "kind": Kind.DECISION,
        "actor": "ci",
        "body": a_body(),
        "release_digest": ONE,
        "model": "acme/credit",
        "stage": "production",
        "outcome": "deny",
    }
    return Draft(**{**made, **changes})


def a_body(*codes: str, **changes: Any) -> dict[str, Any]:
    reasons = [{"code": code, "message": f"so says {code}"} for code in codes]
    body = {
        "outcome": "deny",
        "release": {"model": {"namespace": "acme", "name": "credit", "version": "1.0"}},
        "policy": {"revision": "p-1"},
        "reasons": reasons,
    }
    return {**body, **changes}


@pytest.fixture
def log(stores: Stores, clock: SetClock) -> Any:
    """Seven entries, a minute apart, each unlike the first in one way."""
    for draft in (
        a_draft("d-0"),
        a_draft("d-1", actor="ann"),
        a_draft("d-2", release_digest=OTHER),
        a_draft("d-3", model="acme/fraud", stage="staging"),
        a_draft("d-4", outcome="allow", body=a_body(outcome="allow")),
        a_draft("d-5", body=a_body("signatures.missing", "model_card.licence_missing")),
        a_draft(
            "a-6", kind=Kind.APPROVAL, stage=None, body={"comment": "Gr\u00fcndlich gepr\u00fcft"}
        ),
    ):
        stores.log.append(draft)
        clock.advance(60)
    return stores.log


def ids(log: Any, line: str, limit: int = 50) -> list[str]:
    return [entry.id for entry in log.search(question.parse(line), None, limit).entries]


@pytest.mark.parametrize(
    ("projects", "found"),
    [
        (None, ["o-2", "o-1", "d-6", "d-5"]),
        ({"acme"}, ["d-6", "d-5"]),
        ({"globex"}, ["o-1"]),
        ({"acme", "globex"}, ["o-1", "d-6", "d-5"]),
        ({"ACME"}, []),
        ({"acm"}, []),
        ({"acme%"}, []),
        ({"acme/credit"}, []),
        (set(), []),
    ],
)
def test_a_question_within_projects_finds_nothing_of_others(
    stores: Stores, projects: set[str] | None, found: list[str]
) -> None:
    stores.log.append(a_draft("d-5"))
    stores.log.append(a_draft("d-6"))
    stores.log.append(a_draft("o-1", model="globex/credit"))
    stores.log.append(a_draft("o-2", model=None))
    asked = Question(projects=None if projects is None else frozenset(projects))

    assert [entry.id for entry in stores.log.search(asked, None, 10).entries] == found
    scanned = stores.log.scan(asked, 0, 100, 10)
    assert [entry.id for entry in scanned] == found[::-1]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("", ["a-6", "d-5", "d-4", "d-3", "d-2", "d-1", "d-0"]),
        ("actor:ann", ["d-1"]),
        (f"digest:{OTHER}", ["d-2"]),
        ("model:acme/fraud", ["d-3"]),
        ("project:acme stage:staging", ["d-3"]),
        ("project:acm", []),
        ("project:acme/fraud", []),
        ("-project:acme", []),
        ("stage:staging", ["d-3"]),
        ("outcome:allow", ["d-4"]),
        ("kind:approval", ["a-6"]),
        ("version:1.0 -kind:approval outcome:allow", ["d-4"]),
        ("version:2.0", []),
        ("policy:p-1 actor:ann", ["d-1"]),
        ("reason:signatures.missing", ["d-5"]),
        ("reason:model_card.*", ["d-5"]),
        ("reason:signatures.*", ["d-5"]),
        ("reason:signature.*", []),
        ("reason:missing", []),
        ("-stage:production", ["a-6", "d-3"]),
        (
            "-reason:signatures.missing -kind:approval -outcome:allow -actor:ann -stage:staging",
            ["d-2", "d-0"],
        ),
        ("licence", ["d-5"]),
        ("LICENCE missing", ["d-5"]),
        ("licence absent", []),
        ("gr\u00fcndlich", ["a-6"]),
        ("grundlich", []),
        ("gr\u19b0ndlich", []),
        ("\u19b0", []),
        ("licence stage:staging", []),
        ("kind:decision outcome:deny stage:production actor:ci", ["d-5", "d-2", "d-0"]),
        ("nobody'); DROP TABLE entry;", []),
        ('actor:"nobody\' OR 1=1"', []),
    ],
)
def test_a_question_finds_what_it_says(log: Any, line: str, found: list[str]) -> None:
    assert ids(log, line) == found


def test_times_bound_the_answer_and_include_the_first(log: Any, clock: SetClock) -> None:
    start = microseconds(clock.now() - timedelta(minutes=7))
    minute = 60_000_000

    def found(since: int | None, until: int | None) -> list[str]:
        asked = Question(since=since, until=until)
        return [entry.id for entry in log.search(asked, None, 50).entries]

    assert found(start + 2 * minute, start + 4 * minute) == ["d-3", "d-2"]
    assert found(start + 5 * minute + 1, None) == ["a-6"]
    assert found(None, start) == []
    assert found(start + 7 * minute, None) == []
    assert found(None, start + 99 * minute)[0] == "a-6"


def test_pages_follow_each_other_without_gap_or_repetition(log: Any) -> None:
    asked = question.parse("kind:decision")
    found, cursor = [], None
    while True:
        page = log.search(asked, cursor, 2)
        found += [entry.id for entry in page.entries]
        cursor = page.cursor
        if cursor is None:
            break

    assert found == ["d-5", "d-4", "d-3", "d-2", "d-1", "d-0"]


def test_what_comes_later_is_in_no_later_page(log: Any) -> None:
    asked = question.parse("")
    first = log.search(asked, None, 3)
    for n in range(5):
        log.append(a_draft(f"late-{n}"))
    second = log.search(asked, first.cursor, 50)

    assert [entry.id for entry in second.entries] == ["d-3", "d-2", "d-1", "d-0"]
    assert (first.high, second.high) == (7, 7)


def test_the_first_page_tells_how_many_there_are(log: Any) -> None:
    asked = question.parse("kind:decision")
    first = log.search(asked, None, 2)

    assert first.total == 6
    assert log.search(asked, first.cursor, 2).total is None
    assert log.search(asked, None, 6).total == 6


def test_a_range_is_read_oldest_first(log: Any) -> None:
    assert [entry.id for entry in log.scan(Question(), 2, 5, 9)] == ["d-2", "d-3", "d-4"]


def test_above_every_place_the_newest_are_found_and_nothing_is_counted(log: Any) -> None:
    end = 2**53 - 1

    found = log.search(question.parse(f"digest:{ONE} stage:production"), Cursor(end - 1, end), 2)

    assert [entry.id for entry in found.entries] == ["d-5", "d-4"]
    assert found.total is None
    rest = log.search(question.parse(f"digest:{ONE} stage:production"), found.cursor, 2)
    assert [entry.id for entry in rest.entries] == ["d-1", "d-0"]
