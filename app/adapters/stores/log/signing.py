"""Signs checkpoints, and never two that contradict each other.

The last signed checkpoint is kept in a file beside the key, outside the database. A database
that was rolled back, restored from a backup or swapped does not lead to it any more: then
nothing is signed, and the log is frozen (C2SP tlog-checkpoint: a log must not sign two
inconsistent checkpoints).
"""

from __future__ import annotations

import base64
import binascii
import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.adapters.stores.database import LONGEST_WAIT, store_errors
from app.domain.errors import ProofError, StoreError
from app.domain.log import trust
from app.domain.log.checkpoint import Checkpoint
from app.domain.log.note import ED25519, SigningKey
from app.domain.log.trust import Trust

_HEADER = "PRIVATE+KEY"
_SEED_SIZE = 32
_OTHERS = 0o077
_POLL_SECONDS = 0.002


class Signer:
    """The log's key, and the memory of what it signed last."""

    def __init__(self, key: SigningKey, memory: Path) -> None:
        self.key = key
        self.trust: Trust = trust.of_key(key.public)
        self._memory = memory
        self._recalled: tuple[tuple[int, int, int], Checkpoint, str] | None = None
        self._turn = threading.Lock()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Hold the memory, from looking at it until the new signature is in it.

        No other thread has it meanwhile, and no other process on this memory. Raises
        StoreError when another does not let go of it.
        """
        with self._turn, held(self._memory):
            yield

    def last(self) -> tuple[Checkpoint, str] | None:
        """Recall the last signed checkpoint, and its note. Raises StoreError."""
        try:
            with store_errors("the memory of signed checkpoints cannot be read"):
                stat = self._memory.stat()
                version = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
                if self._recalled is not None and self._recalled[0] == version:
                    return self._recalled[1:]
                signed = self._memory.read_text(encoding="utf-8")
        except StoreError as error:
            if isinstance(error.__cause__, FileNotFoundError):
                return None
            raise
        try:
            believed = self.trust.believe(signed)
        except ProofError as error:
            message = "the memory of signed checkpoints is not signed by the log's key"
            raise StoreError(message, detail=f"{self._memory}: {error.message}") from error
        self._recalled = (version, believed, signed)
        return believed, signed

    def sign(self, checkpoint: Checkpoint) -> str:
        """Sign, and remember before anybody can see the signature. Raises StoreError."""
        signed = self.key.sign(str(checkpoint))
        self.remember(signed)
        return signed

    def remember(self, signed: str) -> None:
        """Keep a signed checkpoint as the last one, durably."""
        draft = self._memory.with_name(self._memory.name + ".new")
        with store_errors("the memory of signed checkpoints cannot be written"):
            _write(draft, signed, os.O_TRUNC)
            draft.replace(self._memory)
            _sync(self._memory.parent)


@contextmanager
def held(file: Path) -> Iterator[None]:
    """Keep every other process that asks for the same file out. Raises StoreError."""
    with store_errors("the memory of signed checkpoints cannot be held"):
        lock = os.open(file.with_name(f"{file.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _lock(lock)
        yield
    finally:
        os.close(lock)


def _lock(descriptor: int) -> None:
    # A process that was stopped with the lock would be waited for without end.
    last = time.monotonic() + LONGEST_WAIT
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() > last:
                message = "another process holds the memory of signed checkpoints"
                raise StoreError(message) from error
            time.sleep(_POLL_SECONDS)
        else:
            return


def signer(key_file: Path, name: str, *, may_make: bool) -> Signer:
    """Open the log's key, or make it if there is none and there may be a new one.

    Raises StoreError: a key that is lost, readable by others, or another log's is not used.
    """
    memory = key_file.with_suffix(".signed")
    if not key_file.exists():
        if not may_make or memory.exists():
            raise StoreError("the signing key of the log is lost", detail=str(key_file))
        with store_errors("the signing key cannot be written"):
            _write(key_file, _text(SigningKey(name, Ed25519PrivateKey.generate())), os.O_EXCL)
            _sync(key_file.parent)
    with store_errors("the signing key cannot be read"):
        mode = key_file.stat().st_mode
        text = key_file.read_text(encoding="ascii", errors="replace")
    if mode & _OTHERS:
        raise StoreError(
            "others can read the signing key: its mode must be 0600", detail=str(key_file)
        )
    return Signer(_parsed(text, name), memory)


def _text(key: SigningKey) -> str:
    # The form of Go's golang.org/x/mod/sumdb/note, so that its tools take the key too.
    seed = bytes([ED25519]) + key.private.private_bytes_raw()
    encoded = base64.b64encode(seed).decode()
    return f"{_HEADER}+{key.name}+{key.public.id.hex()}+{encoded}\n"


def _parsed(text: str, name: str) -> SigningKey:
    private, key, stated_name, key_id, encoded = [*text.strip().split("+", 4), *[""] * 5][:5]
    try:
        material = base64.b64decode(encoded, validate=True)
    except (ValueError, binascii.Error):
        material = b""
    if f"{private}+{key}" != _HEADER or len(material) != 1 + _SEED_SIZE or material[0] != ED25519:
        raise StoreError("the signing key cannot be read: it is not an Ed25519 key")
    made = SigningKey(stated_name, Ed25519PrivateKey.from_private_bytes(material[1:]))
    if stated_name != name or made.public.id.hex() != key_id:
        raise StoreError(f"the signing key is that of the log {stated_name!r}, not of {name!r}")
    return made


def _write(path: Path, text: str, how: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | how, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
