"""Asking a witness for its cosignature (C2SP tlog-witness, add-checkpoint).

    old <size that it saw last>
    <consistency proof, a base64 hash a line>
    <empty line>
    <signed checkpoint>

It answers 200 with signature lines, or 409 with the size that it saw last, in decimal.
"""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.errors import ProofError
from app.domain.log import checkpoint, note
from app.domain.log.note import VerifierKey


def request(old: int, proof: Sequence[bytes], signed: str) -> bytes:
    """Write what a witness is asked."""
    hashes = "".join(checkpoint.encoded(value) + "\n" for value in proof)
    return f"old {old}\n{hashes}\n{signed}".encode()


def size_seen(answer: bytes) -> int:
    """Read from a 409 which size the witness saw last. Raises ProofError."""
    return checkpoint.decimal(answer.decode("ascii", "replace").strip())


def cosignature(answer: bytes, signed: str, key: VerifierKey) -> str:
    """Find in an answer the one line by which this witness cosigned. Raises ProofError."""
    for line in answer.decode("utf-8", "replace").splitlines(keepends=True)[: note.MOST_SIGNATURES]:
        try:
            note.opened(signed + line, [key])
        except ProofError:
            continue
        return line
    raise ProofError(f"the witness {key.name!r} gave no cosignature that its key verifies")
