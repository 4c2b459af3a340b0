"""Several workers of one gate share its key and its memory of what was signed."""

from __future__ import annotations

import fcntl
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.adapters.stores.log import signing
from app.adapters.stores.opening import Stores, open_postgres
from app.domain.entry import Draft, Kind
from app.domain.errors import StoreError
from app.domain.log import checkpoint, note
from tests.fakes.stores import SetClock
from tests.plugins.real_postgresql import MIGRATED
from tests.services.postgresql import Server

NAME = "gate.test/log"


def test_workers_that_begin_a_log_and_sign_at_once_do_not_trip_over_each_other(
    postgresql: Server, tmp_path: Path
) -> None:
    url = postgresql.make_database(f"workers-{uuid.uuid4()}", MIGRATED)

    def opened(_: int) -> Stores:
        return open_postgres(url, NAME, SetClock(), tmp_path / "log.key")

    def signed(n: int) -> int:
        log = workers[n % 4].log
        seq = log.append(Draft(f"d-{n}", Kind.DECISION, "ci", {})).seq
        return checkpoint.parse(note.split(log.checkpoint())[0]).size - seq

    with ThreadPoolExecutor(16) as pool:
        workers = list(pool.map(opened, range(4)))
        ahead = list(pool.map(signed, range(200)))
    last = (tmp_path / "log.signed").read_text()
    for stores in workers:
        stores.close()

    assert min(ahead) >= 1
    assert checkpoint.parse(note.split(last)[0]).size == 200


def test_a_process_that_does_not_let_go_of_the_memory_is_not_waited_for_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signing, "LONGEST_WAIT", 0.0)
    signer = signing.signer(tmp_path / "log.key", NAME, may_make=True)
    with (tmp_path / "log.signed.lock").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(StoreError, match="another process holds"), signer.turn():
            pass
    with signer.turn():
        assert signer.last() is None
