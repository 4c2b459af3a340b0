"""Receipts (C2SP tlog-proof): that an entry is in the log, checkable without asking anyone."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.canonical import canonical_json, read_json
from app.domain.errors import MalformedDocumentError, ProofError
from app.domain.log import checkpoint, merkle
from app.domain.log.trust import Trust

HEADER = "c2sp.org/tlog-proof@v1"
_LONGEST_PROOF = 63


@dataclass(frozen=True, slots=True)
class Receipt:
    """The place of an entry, its inclusion proof, and the signed checkpoint it leads to."""

    index: int
    proof: tuple[bytes, ...]
    signed: str

    def __str__(self) -> str:
        """Write the receipt as a .tlog-proof file."""
        hashes = "".join(checkpoint.encoded(value) + "\n" for value in self.proof)
        return f"{HEADER}\nindex {self.index}\n{hashes}\n{self.signed}"


def parse(text: str) -> Receipt:
    """Read a .tlog-proof file. Raises ProofError."""
    head, parting, signed = text.partition("\n\n")
    lines = head.split("\n")
    if not parting or lines[0] != HEADER:
        raise ProofError("not a tlog-proof of version 1")
    rest = lines[2:] if len(lines) > 1 and lines[1].startswith("extra ") else lines[1:]
    if not rest or not rest[0].startswith("index ") or len(rest) > 1 + _LONGEST_PROOF:
        raise ProofError("the tlog-proof does not state the index of its entry")
    index = checkpoint.decimal(rest[0].removeprefix("index "))
    return Receipt(index, tuple(checkpoint.decoded(line) for line in rest[1:]), signed)


def detached(answer: bytes) -> tuple[Receipt, bytes]:
    """Part an answered decision from the receipt in it: the receipt, and the entry it proves.

    The entry is the answer without its member `receipt`, as canonical JSON (RFC 8785).
    Raises ProofError.
    """
    try:
        document = read_json(answer)
    except MalformedDocumentError as error:
        raise ProofError(f"not an answered decision: {error.message}") from error
    match document:
        case {"receipt": str(text), **entry}:
            return parse(text), canonical_json(entry)
        case _:
            raise ProofError("the answer holds no receipt: ask for it with `Prefer: receipt`")


def verify(receipt: Receipt, entry: bytes, trust: Trust) -> None:
    """Raise ProofError unless exactly these bytes stand in a log that is trusted."""
    stated = trust.believe(receipt.signed)
    leaf = merkle.leaf_hash(entry)
    if not merkle.includes(leaf, receipt.index, stated.size, receipt.proof, stated.root):
        raise ProofError("the entry is not what stands in the log at this place")
