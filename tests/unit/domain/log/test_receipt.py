from __future__ import annotations

import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.domain.errors import ProofError
from app.domain.log import merkle, receipt, trust
from app.domain.log.checkpoint import Checkpoint
from app.domain.log.note import SigningKey
from app.domain.log.receipt import Receipt
from tests.unit.domain.log.test_merkle import naive_root, subtrees

LOG = SigningKey("gate.test/log", Ed25519PrivateKey.from_private_bytes(b"\x01" * 32))
TRUST = trust.of_key(LOG.public)
ENTRIES = [b'{"seq":%d}' % n for n in range(11)]
LEAVES = [merkle.leaf_hash(entry) for entry in ENTRIES]
SIGNED = LOG.sign(str(Checkpoint("gate.test/log", 11, naive_root(LEAVES))))


def a_receipt(index: int) -> Receipt:
    return Receipt(index, merkle.inclusion_proof(subtrees(LEAVES), index, 11), SIGNED)


def test_a_receipt_proves_its_entry() -> None:
    for index, entry in enumerate(ENTRIES):
        receipt.verify(receipt.parse(str(a_receipt(index))), entry, TRUST)


def test_a_receipt_is_written_as_the_specification_says() -> None:
    lines = str(a_receipt(3)).split("\n")

    assert lines[:2] == ["c2sp.org/tlog-proof@v1", "index 3"]
    assert lines[6] == ""
    assert lines[7:9] == ["gate.test/log", "11"]


def test_a_receipt_may_carry_extra_data() -> None:
    text = str(a_receipt(3)).replace("index", "extra aGk=\nindex", 1)

    assert receipt.parse(text) == a_receipt(3)


def test_a_receipt_does_not_prove_another_entry() -> None:
    with pytest.raises(ProofError, match="not what stands"):
        receipt.verify(a_receipt(3), ENTRIES[4], TRUST)


def test_a_receipt_of_an_unknown_log_proves_nothing() -> None:
    other = SigningKey("gate.test/log", Ed25519PrivateKey.from_private_bytes(b"\x02" * 32))

    with pytest.raises(ProofError):
        receipt.verify(a_receipt(3), ENTRIES[3], trust.of_key(other.public))


def test_an_answer_parts_into_its_receipt_and_the_entry_it_proves() -> None:
    answer = json.dumps({"seq": 3, "receipt": str(a_receipt(3))}, indent=2).encode()

    proof, entry = receipt.detached(answer)

    assert (proof, entry) == (a_receipt(3), ENTRIES[3])


@pytest.mark.parametrize(
    "answer", [b'{"seq":3}', b'{"seq":3,"receipt":7}', b"[]", b"{", b'{"seq":3,"receipt":"x"}']
)
def test_an_answer_without_a_receipt_is_refused(answer: bytes) -> None:
    with pytest.raises(ProofError):
        receipt.detached(answer)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("tlog-proof@v1", "tlog-proof@v2"),
        ("index 3", "index 03"),
        ("index 3\n", ""),
        ("index 3\n", "index 3\nAAAA\n"),
        ("\n\n", "\n"),
        ("index 3\n", "index 3\n" + "A" * 43 + "=\n" * 1 + ("A" * 43 + "=\n") * 64),
    ],
)
def test_what_is_no_receipt_is_refused(old: str, new: str) -> None:
    text = str(a_receipt(3))
    assert old in text

    with pytest.raises(ProofError):
        receipt.verify(receipt.parse(text.replace(old, new)), ENTRIES[3], TRUST)
