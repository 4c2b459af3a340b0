from __future__ import annotations

import json

from app.adapters.stores.opening import Stores
from app.domain.digest import Digest
from app.domain.entry import Entry, Kind, Personal
from app.domain.log import note, question, receipt, trust
from tests.contracts.stores.test_log import a_draft

SAID = Personal("comment", "ask Ann on extension 42", "chance-1")
NAMED = Personal("name", "Ann Example", "chance-2")


def commented(stores: Stores, entry_id: str = "a-1", *texts: Personal) -> Entry:
    return stores.log.append(a_draft(entry_id, kind=Kind.APPROVAL, personal=texts or (SAID,)))


def erased(stores: Stores, seq: int) -> Entry:
    return stores.log.append(a_draft("e-1", kind=Kind.PERSONAL_ERASED, erases=seq))


def test_the_entry_holds_a_commitment_and_not_the_text(stores: Stores) -> None:
    made = commented(stores)

    assert SAID.text.encode() not in made.body
    assert json.loads(made.body)["personal"] == {"comment": SAID.commitment}
    assert Digest.of(b"chance-1\n" + SAID.text.encode()) == SAID.commitment


def test_texts_are_read_by_the_place_of_their_entry(stores: Stores) -> None:
    first = commented(stores, "a-1", NAMED, SAID)
    second = commented(stores, "a-2")
    plain = stores.log.append(a_draft("d-3"))

    read = stores.log.personal([plain.seq, second.seq, first.seq, 99])
    assert {seq: tuple(texts) for seq, texts in read.items()} == {
        first.seq: (SAID, NAMED),
        second.seq: (SAID,),
    }


def test_an_erasure_takes_the_texts_of_its_entry_and_of_no_other(stores: Stores) -> None:
    first, second = commented(stores, "a-1", SAID, NAMED), commented(stores, "a-2")
    erased(stores, first.seq)

    read = stores.log.personal([first.seq, second.seq])
    assert list(read) == [second.seq]


def test_the_tree_and_every_proof_stay_valid_when_a_text_is_erased(stores: Stores) -> None:
    made = commented(stores)
    policy = trust.of_key(note.parse_key(stores.log.key))
    before = stores.log.receipt(made.seq)
    erased(stores, made.seq)

    found = stores.log.find("a-1", Kind.APPROVAL)
    assert found == made
    for proof in (before, stores.log.receipt(made.seq)):
        receipt.verify(proof, made.body, policy)
    assert list(stores.check()) == []


def test_personal_texts_are_not_found_by_their_words(stores: Stores) -> None:
    commented(stores)

    assert stores.log.search(question.parse("extension"), None, 9).entries == ()
