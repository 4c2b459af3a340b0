from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from app.adapters.stores.opening import Stores
from app.domain.canonical import canonical_json
from app.domain.digest import Digest
from app.domain.entry import LARGEST_BODY, Draft, Entry, Idempotency, Kind, microseconds
from app.domain.errors import (
    IdempotencyConflictError,
    InvalidDigestError,
    NotFoundError,
    StoreError,
    TooLargeError,
)
from tests.fakes.stores import SetClock

RELEASE = Digest.of(b"a release")
OTHER_RELEASE = Digest.of(b"another release")


def a_draft(entry_id: str = "d-1", **changes: Any) -> Draft:
    made: dict[str, Any] = {
        "id": entry_id,
        "kind": Kind.DECISION,
        "actor": "ci@example.com",
        "body": {"decision_id": entry_id, "reasons": []},
        "release_digest": RELEASE,
        "model": "acme/credit",
        "stage": "production",
        "outcome": "allow",
    }
    return Draft(**{**made, **changes})


def a_key(key: str = "k-1", **changes: Any) -> Idempotency:
    made: dict[str, Any] = {"caller": "ci", "key": key, "request_sha256": Digest.of(b"request")}
    return Idempotency(**{**made, **changes})


def test_what_is_appended_is_found(stores: Stores) -> None:
    made = stores.log.append(a_draft())

    assert stores.log.find("d-1", Kind.DECISION) == made


def test_what_was_never_appended_is_not_found(stores: Stores) -> None:
    stores.log.append(a_draft())

    assert stores.log.find("d-2", Kind.DECISION) is None


def newest(stores: Stores) -> Entry | None:
    return next(stores.log.latest(RELEASE, Kind.DECISION), None)


def test_in_a_snapshot_all_is_of_one_moment(stores: Stores) -> None:
    made = stores.log.append(a_draft())
    with stores.log.snapshot(), ThreadPoolExecutor(1) as other:
        first = newest(stores)
        later = other.submit(stores.log.append, a_draft("d-2")).result()
        second = newest(stores)
        elsewhere = other.submit(newest, stores).result()

    assert (first, second, elsewhere) == (made, made, later)


def test_after_a_snapshot_the_newest_is_read(stores: Stores) -> None:
    stores.log.append(a_draft())
    with stores.log.snapshot():
        newest(stores)
    later = stores.log.append(a_draft("d-2"))

    assert newest(stores) == later


def test_after_a_snapshot_that_failed_the_newest_is_read(stores: Stores) -> None:
    with pytest.raises(NotFoundError), stores.log.snapshot():
        stores.log.receipt(5)
    made = stores.log.append(a_draft())

    assert newest(stores) == made


def test_an_entry_is_not_found_under_another_kind(stores: Stores) -> None:
    stores.log.append(a_draft())

    assert stores.log.find("d-1", Kind.APPROVAL) is None


def test_sequence_numbers_have_no_gap(stores: Stores) -> None:
    made = [stores.log.append(a_draft(f"d-{n}")) for n in range(5)]

    assert [entry.seq for entry in made] == [0, 1, 2, 3, 4]


def test_the_stored_bytes_are_canonical_and_tell_their_place(stores: Stores) -> None:
    body = stores.log.append(a_draft()).body

    document = json.loads(body)
    assert canonical_json(document) == body
    assert document["log"] == stores.log.name
    assert document["seq"] == 0
    assert document["at"] == "2026-11-24T12:00:00.000000Z"
    assert document["decision_id"] == "d-1"


def test_the_stored_bytes_repeat_every_column(stores: Stores) -> None:
    document = json.loads(stores.log.append(a_draft()).body)

    assert document["entry"] == {
        "id": "d-1",
        "kind": "decision",
        "actor": "ci@example.com",
        "release_digest": RELEASE,
        "model": "acme/credit",
        "stage": "production",
        "outcome": "allow",
    }


def test_a_column_that_is_absent_is_left_out_of_the_bytes(stores: Stores) -> None:
    document = json.loads(stores.log.append(a_draft(stage=None)).body)

    assert "stage" not in document["entry"]


def test_time_is_the_clocks(stores: Stores, clock: SetClock) -> None:
    clock.advance(1.000001)

    assert stores.log.append(a_draft()).at == microseconds(clock.moment)


def test_time_does_not_fall_when_the_clock_does(stores: Stores, clock: SetClock) -> None:
    first = stores.log.append(a_draft("d-1"))
    clock.advance(-3600)

    assert stores.log.append(a_draft("d-2")).at == first.at


def test_an_id_is_used_once_for_a_kind(stores: Stores) -> None:
    stores.log.append(a_draft("d-1"))

    with pytest.raises(StoreError):
        stores.log.append(a_draft("d-1"))
    assert stores.log.append(a_draft("d-2")).seq == 1


def test_an_id_may_be_used_by_another_kind(stores: Stores) -> None:
    stores.log.append(a_draft("d-1"))

    assert stores.log.append(a_draft("d-1", kind=Kind.APPROVAL)).seq == 1


def test_a_body_over_the_limit_is_refused_and_leaves_no_gap(stores: Stores) -> None:
    with pytest.raises(TooLargeError):
        stores.log.append(a_draft(body={"text": "x" * LARGEST_BODY}))
    assert stores.log.append(a_draft()).seq == 0


def test_a_body_just_within_the_limit_is_kept(stores: Stores) -> None:
    room = LARGEST_BODY - len(stores.log.append(a_draft("d-1", body={"text": ""})).body)
    made = stores.log.append(a_draft("d-2", body={"text": "x" * room}))

    assert len(made.body) == LARGEST_BODY


def test_a_repeated_key_gives_the_same_entry(stores: Stores) -> None:
    first = stores.log.append(a_draft("d-1"), a_key())
    again = stores.log.append(a_draft("d-2"), a_key())

    assert again == first
    assert stores.log.find("d-2", Kind.DECISION) is None


def test_another_key_makes_another_entry(stores: Stores) -> None:
    first = stores.log.append(a_draft("d-1"), a_key("k-1"))

    assert stores.log.append(a_draft("d-2"), a_key("k-2")).seq == first.seq + 1


def test_another_callers_key_is_another_key(stores: Stores) -> None:
    first = stores.log.append(a_draft("d-1"), a_key())

    assert stores.log.append(a_draft("d-2"), a_key(caller="cd")).seq == first.seq + 1


def test_a_key_with_another_request_is_a_conflict(stores: Stores) -> None:
    stores.log.append(a_draft("d-1"), a_key())

    with pytest.raises(IdempotencyConflictError):
        stores.log.append(a_draft("d-2"), a_key(request_sha256=Digest.of(b"another")))
    assert stores.log.find("d-2", Kind.DECISION) is None


def test_repeated_tells_what_a_key_made(stores: Stores) -> None:
    made = stores.log.append(a_draft(), a_key())

    assert stores.log.repeated(a_key()) == made
    assert stores.log.repeated(a_key("k-2")) is None
    with pytest.raises(IdempotencyConflictError):
        stores.log.repeated(a_key(request_sha256=Digest.of(b"another")))


def test_one_key_from_many_threads_makes_one_entry(stores: Stores) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda n: stores.log.append(a_draft(f"d-{n}"), a_key()), range(32)))

    assert len({entry.seq for entry in made}) == 1
    assert stores.log.append(a_draft("d-last")).seq == 1


def test_many_threads_leave_no_gap(stores: Stores) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda n: stores.log.append(a_draft(f"d-{n}")), range(64)))

    assert sorted(entry.seq for entry in made) == list(range(64))
    assert all(stores.log.find(entry.id, Kind.DECISION) == entry for entry in made)


def test_documents_of_an_entry_are_kept_with_it(stores: Stores) -> None:
    stores.log.append(a_draft(documents=((Digest.of(b"input"), b"input"),)))

    assert stores.documents.read(Digest.of(b"input")) == b"input"


def test_a_document_that_is_not_its_digest_leaves_no_entry(stores: Stores) -> None:
    with pytest.raises(InvalidDigestError):
        stores.log.append(a_draft(documents=((Digest.of(b"input"), b"another"),)))
    assert stores.log.find("d-1", Kind.DECISION) is None
    assert stores.documents.read(Digest.of(b"input")) is None


def test_a_page_is_newest_first_and_tells_where_the_next_starts(stores: Stores) -> None:
    for n in range(5):
        stores.log.append(a_draft(f"d-{n}"))

    first = stores.log.page(Kind.DECISION, before=None, limit=2)
    second = stores.log.page(Kind.DECISION, before=first.next_before, limit=2)
    last = stores.log.page(Kind.DECISION, before=second.next_before, limit=2)
    assert [e.id for e in first.entries + second.entries] == ["d-4", "d-3", "d-2", "d-1"]
    assert [e.id for e in last.entries] == ["d-0"]
    assert last.next_before is None


def test_a_page_that_holds_all_has_no_next(stores: Stores) -> None:
    for n in range(2):
        stores.log.append(a_draft(f"d-{n}"))

    assert stores.log.page(Kind.DECISION, before=None, limit=2).next_before is None


def test_a_page_holds_one_kind(stores: Stores) -> None:
    stores.log.append(a_draft("d-1"))
    stores.log.append(a_draft("d-2", kind=Kind.APPROVAL))

    page = stores.log.page(Kind.APPROVAL, before=None, limit=10)
    assert [entry.id for entry in page.entries] == ["d-2"]


def test_about_lists_one_release_oldest_first(stores: Stores) -> None:
    stores.log.append(a_draft("a-1", kind=Kind.APPROVAL))
    stores.log.append(a_draft("a-2", kind=Kind.APPROVAL, release_digest=OTHER_RELEASE))
    stores.log.append(a_draft("a-3", kind=Kind.APPROVAL))
    stores.log.append(a_draft("a-4", kind=Kind.DECISION))

    found = stores.log.about(RELEASE, Kind.APPROVAL)
    assert [entry.id for entry in found] == ["a-1", "a-3"]


@pytest.mark.parametrize("count", [1, 2, 9, 10, 80])
def test_the_latest_of_a_kind_about_a_release_are_what_is_about_it_backwards(
    stores: Stores, count: int
) -> None:
    for number in range(count):
        stores.log.append(a_draft(f"a-{number}", kind=Kind.APPROVAL))
    stores.log.append(a_draft("b-1", kind=Kind.APPROVAL, release_digest=OTHER_RELEASE))
    stores.log.append(a_draft("b-2", kind=Kind.DECISION))

    found = list(stores.log.latest(RELEASE, Kind.APPROVAL))
    assert found == list(reversed(stores.log.about(RELEASE, Kind.APPROVAL)))
    assert len(found) == count


def test_the_latest_of_each_is_the_newest_decision_of_each_model_version_and_stage(
    stores: Stores,
) -> None:
    second = {"release": {"model": {"version": "2.0.0"}}}
    changes: list[dict[str, Any]] = [
        {},
        {"stage": "staging"},
        {"body": second},
        {"model": "acme/fraud"},
        {"outcome": "deny"},
        {"release_digest": OTHER_RELEASE},
        {"kind": Kind.APPROVAL},
    ]
    for number, change in enumerate(changes):
        stores.log.append(a_draft(f"d-{number}", **change))

    found = stores.log.latest_of_each(RELEASE)
    assert [entry.id for entry in found] == ["d-1", "d-2", "d-3", "d-4"]


def test_an_allowed_release_was_released(stores: Stores) -> None:
    stores.log.append(a_draft())

    assert stores.log.released("acme/credit", "production", RELEASE)


@pytest.mark.parametrize(
    "change",
    [
        {"outcome": "deny"},
        {"outcome": "pending"},
        {"outcome": None},
        {"kind": Kind.APPROVAL},
        {"stage": "staging"},
        {"model": "acme/fraud"},
        {"release_digest": OTHER_RELEASE},
    ],
)
def test_anything_else_was_not_released(stores: Stores, change: dict[str, Any]) -> None:
    stores.log.append(a_draft(**change))

    assert not stores.log.released("acme/credit", "production", RELEASE)


def test_everyone_who_had_a_release_decided_is_a_submitter_of_it(stores: Stores) -> None:
    for number, actor in enumerate(["ci", "ada", "ci"]):
        stores.log.append(a_draft(f"d-{number}", actor=actor))
    stores.log.append(a_draft("d-9", actor="ben", release_digest=OTHER_RELEASE))
    stores.log.append(a_draft("a-1", actor="zoe", kind=Kind.APPROVAL))

    assert stores.log.submitters(RELEASE) == {"ci", "ada"}


def test_a_release_is_the_first_until_another_one_is_allowed(stores: Stores) -> None:
    stores.log.append(a_draft())

    assert stores.log.is_first("acme/credit", "production", RELEASE)
    assert not stores.log.is_first("acme/credit", "production", OTHER_RELEASE)


@pytest.mark.parametrize(
    "change", [{"outcome": "deny"}, {"stage": "staging"}, {"model": "acme/fraud"}]
)
def test_what_was_not_allowed_there_keeps_no_release_from_being_the_first(
    stores: Stores, change: dict[str, Any]
) -> None:
    stores.log.append(a_draft(**change))

    assert stores.log.is_first("acme/credit", "production", OTHER_RELEASE)


def test_the_newest_allow_of_another_release_is_the_last_released(stores: Stores) -> None:
    for number, release in enumerate([RELEASE, OTHER_RELEASE, RELEASE]):
        stores.log.append(a_draft(f"d-{number}", release_digest=release))

    last = stores.log.last_released("acme/credit", "production", besides=RELEASE)
    other = stores.log.last_released("acme/credit", "production", besides=OTHER_RELEASE)

    assert (last and last.id, other and other.id) == ("d-1", "d-2")


@pytest.mark.parametrize(
    "change",
    [{"outcome": "deny"}, {"stage": "staging"}, {"model": "acme/fraud"}, {"kind": Kind.APPROVAL}],
)
def test_what_was_not_allowed_there_is_not_the_last_released(
    stores: Stores, change: dict[str, Any]
) -> None:
    stores.log.append(a_draft(**change))

    assert stores.log.last_released("acme/credit", "production", besides=OTHER_RELEASE) is None


def test_a_log_that_can_be_written_answers_ping(stores: Stores) -> None:
    stores.log.ping()


def test_a_closed_store_raises_store_error_for_everything(stores: Stores) -> None:
    stores.log.append(a_draft())
    stores.close()

    for use in (
        lambda: stores.log.append(a_draft("d-2")),
        lambda: stores.log.repeated(a_key()),
        lambda: stores.log.find("d-1", Kind.DECISION),
        lambda: stores.log.page(Kind.DECISION, before=None, limit=1),
        lambda: stores.log.about(RELEASE, Kind.DECISION),
        lambda: next(stores.log.latest(RELEASE, Kind.DECISION)),
        lambda: stores.log.latest_of_each(RELEASE),
        lambda: stores.log.released("acme/credit", "production", RELEASE),
        lambda: stores.log.is_first("acme/credit", "production", RELEASE),
        lambda: stores.log.last_released("acme/credit", "production", besides=RELEASE),
        stores.log.ping,
    ):
        with pytest.raises(StoreError):
            use()


def test_the_place_of_the_newest_entry_is_told_by_kinds(stores: Stores) -> None:
    kinds = {Kind.DECISION, Kind.APPROVAL}
    before = stores.log.place_of_newest(kinds)
    for number, kind in enumerate((Kind.DECISION, Kind.APPROVAL, Kind.ADMISSION)):
        stores.log.append(a_draft(f"e-{number}", kind=kind))

    assert before == -1
    assert stores.log.place_of_newest(kinds) == 1
    assert stores.log.place_of_newest({Kind.DECISION}) == 0
    assert stores.log.place_of_newest(set(Kind)) == 2
