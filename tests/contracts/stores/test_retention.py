from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from app.adapters.stores.opening import Stores
from app.domain.digest import Digest
from app.domain.entry import Draft, Entry, Idempotency, Kind, Move, Personal
from app.domain.errors import ArchivedError
from app.domain.log import note, question, receipt, trust
from app.domain.log.question import Question
from app.domain.log.tile import Tile
from app.domain.retention.archives import Archive, Detachment, Hold
from tests.contracts.stores.test_log import a_draft

KEPT = Archive(0, 256, Digest.of(b"archive"), "s3://archive/0")
ALL = Question(is_for_archived=True)
DETACHED, PLACED, SAID, LIVE, SINCE, HELD, TOKEN = range(7)


def plain(entry_id: str, kind: Kind = Kind.LOG_EXPORTED, **columns: Any) -> Draft:
    """An entry about no release."""
    return Draft(entry_id, kind, "ci", **{"body": {}, **columns})


def about(release: str, entry_id: str, **columns: Any) -> Draft:
    digest = Digest.of(release.encode())
    made: dict[str, Any] = {"outcome": "deny", "model": "acme/m", "release_digest": digest}
    return a_draft(entry_id, **{**made, **columns})


@pytest.fixture
def filled(stores: Stores) -> list[Entry]:
    """A whole tile, one entry behind it, and the first entries each kept by something else."""
    drafts = [
        about("denied", "d-0"),
        about("placed", "d-1", moves=(Move("stage:acme/m:production", None),)),
        about("said", "d-2", personal=(Personal("comment", "by Ann", "chance"),)),
        about("live", "d-3", outcome="allow"),
        about("since", "d-4"),
        about("held", "d-5"),
        plain("t-6", Kind.TOKEN_CREATED),
    ]
    made = [stores.log.append(draft) for draft in drafts]
    made += fill_up(stores, 7)
    return [*made, stores.log.append(about("since", "d-256", stage="staging"))]


def fill_up(stores: Stores, first: int) -> list[Entry]:
    """Append exports until a tile is full, many at once."""
    with ThreadPoolExecutor(64) as pool:
        filling = [pool.submit(stores.log.append, plain(f"f-{n}")) for n in range(first, 256)]
    return sorted((one.result() for one in filling), key=lambda entry: entry.seq)


def detach(stores: Stores, *holds: Hold) -> Entry:
    body = {
        "low": KEPT.low,
        "high": KEPT.high,
        "archive_sha256": KEPT.sha256,
        "location": KEPT.location,
    }
    detachment = Detachment(KEPT, holds)
    return stores.log.append(plain("a-1", Kind.LOG_ARCHIVED, body=body, detaches=detachment))


HOLD = Hold("h-1", digest=str(Digest.of(b"held")))


def test_what_nothing_needs_leaves_and_tells_where_it_is(
    stores: Stores, filled: list[Entry]
) -> None:
    made = detach(stores, HOLD)

    (gone,) = stores.log.scan(ALL, DETACHED, DETACHED + 1, 1)
    assert gone.is_archived
    told = json.loads(gone.body)
    assert told["archived"] == {
        "sha256": KEPT.sha256,
        "location": KEPT.location,
        "low": 0,
        "high": 256,
        "recorded": made.seq,
    }
    assert told["entry"] == json.loads(filled[DETACHED].body)["entry"]
    assert stores.log.find("d-0", Kind.DECISION) == gone


def test_what_is_needed_stays_as_it_was(stores: Stores, filled: list[Entry]) -> None:
    detach(stores, HOLD)

    here = stores.log.scan(Question(), 0, 256, 256)
    assert [entry.seq for entry in here] == [PLACED, SAID, LIVE, SINCE, HELD, TOKEN]
    assert list(here) == [filled[entry.seq] for entry in here]


def test_without_the_hold_what_it_kept_leaves(stores: Stores, filled: list[Entry]) -> None:
    detach(stores)

    assert HELD not in [entry.seq for entry in stores.log.scan(Question(), 0, 256, 256)]
    assert stores.log.find("d-5", Kind.DECISION) != filled[HELD]


def test_the_tree_and_all_proofs_stay_valid(stores: Stores, filled: list[Entry]) -> None:
    policy = trust.of_key(note.parse_key(stores.log.key))
    before = stores.log.receipt(DETACHED)
    old = stores.log.checkpoint()
    detach(stores)

    policy.believe(old)
    for proof in (before, stores.log.receipt(DETACHED)):
        receipt.verify(proof, filled[DETACHED].body, policy)
    assert stores.log.consistency(257, 258)
    assert stores.log.tile(Tile(0, 0, 256))
    assert list(stores.check()) == []


def test_a_bundle_with_an_archived_entry_is_not_given(stores: Stores, filled: list[Entry]) -> None:
    detach(stores)

    with pytest.raises(ArchivedError, match=f"{KEPT.sha256} at s3://archive/0"):
        stores.log.tile(Tile(None, 0, 256))
    assert filled[256].body in stores.log.tile(Tile(None, 1, 1))


def test_archived_entries_are_found_where_they_are_asked_for_and_nowhere_else(
    stores: Stores, filled: list[Entry]
) -> None:
    asked = question.parse("outcome:deny")
    before = stores.log.search(asked, None, 50)
    detach(stores)
    archived = question.Question(asked.terms, is_for_archived=True)

    assert [e.seq for e in stores.log.search(archived, None, 50).entries] == [
        e.seq for e in before.entries
    ]
    found = stores.log.search(asked, None, 50)
    assert ([e.seq for e in found.entries], found.total) == ([256, SINCE, SAID, PLACED], 4)
    release = Digest.of(b"denied")
    assert stores.log.about(release, Kind.DECISION) == []
    assert list(stores.log.latest(release, Kind.DECISION)) == []
    assert stores.log.latest_of_each(release) == []
    assert stores.log.submitters(release) == {filled[DETACHED].actor}
    page = stores.log.page(Kind.LOG_EXPORTED, before=None, limit=9)
    assert page.entries == ()


def test_a_repeated_request_is_told_where_its_answer_is(stores: Stores) -> None:
    key = Idempotency("ci", "k-1", Digest.of(b"request"))
    stores.log.append(about("denied", "d-0"), key)
    fill_up(stores, 1)
    detach(stores)

    with pytest.raises(ArchivedError):
        stores.log.repeated(key)
    with pytest.raises(ArchivedError):
        stores.log.append(about("denied", "d-9"), key)


@pytest.mark.usefixtures("filled")
def test_the_archives_are_listed_with_what_they_alone_hold(stores: Stores) -> None:
    assert stores.log.archives() == []
    made = detach(stores, HOLD)

    (kept,) = stores.log.archives()
    assert (kept.archive, kept.seq, kept.left) == (KEPT, made.seq, 250)


@pytest.mark.usefixtures("filled")
def test_a_log_with_archives_goes_on(stores: Stores) -> None:
    detach(stores)
    again = stores.log.append(about("denied", "d-300"))

    assert stores.log.about(Digest.of(b"denied"), Kind.DECISION) == [again]
    assert stores.log.scan(ALL, 0, 300, 300)[-1] == again
    assert list(stores.check()) == []
