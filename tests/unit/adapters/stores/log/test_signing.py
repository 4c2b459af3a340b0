from __future__ import annotations

import json
import shutil
import stat
from pathlib import Path

import pytest

from app.adapters.stores.log import signing
from app.adapters.stores.opening import Stores, open_sqlite
from app.domain.entry import Draft, Kind
from app.domain.errors import StoreError
from app.domain.log import note, trust
from app.domain.log.checkpoint import Checkpoint
from app.domain.log.merkle import EMPTY_ROOT
from tests.fakes.stores import SetClock

NAME = "gate.test/log"


def opened(folder: Path) -> Stores:
    return open_sqlite(folder / "gate.db", NAME, SetClock())


def fill(stores: Stores, first: int, end: int) -> None:
    for n in range(first, end):
        stores.log.append(Draft(f"d-{n}", Kind.DECISION, "ci", {"n": n}))


def filled(folder: Path, *, size: int) -> None:
    """Leave a closed store of this size in the folder, its checkpoint signed."""
    stores = opened(folder)
    fill(stores, 0, size)
    stores.log.checkpoint()
    stores.close()


def test_a_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    made = signing.signer(tmp_path / "log.key", NAME, may_make=True)
    read = signing.signer(tmp_path / "log.key", NAME, may_make=False)

    assert stat.S_IMODE((tmp_path / "log.key").stat().st_mode) == 0o600
    assert read.key.public == made.key.public


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    signing.signer(tmp_path / "log.key", NAME, may_make=True)
    (tmp_path / "log.key").chmod(0o640)

    with pytest.raises(StoreError, match="0600"):
        signing.signer(tmp_path / "log.key", NAME, may_make=True)


def test_the_key_of_another_log_is_refused(tmp_path: Path) -> None:
    signing.signer(tmp_path / "log.key", "gate.test/another", may_make=True)

    with pytest.raises(StoreError, match=r"gate\.test/another"):
        signing.signer(tmp_path / "log.key", NAME, may_make=True)


@pytest.mark.parametrize(
    "text", ["", "nonsense", "PRIVATE+KEY+gate.test/log+00000000+AAAA", "PRIVATE+KEY+a+b+!"]
)
def test_what_is_no_key_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "log.key").write_text(text)
    (tmp_path / "log.key").chmod(0o600)

    with pytest.raises(StoreError, match="cannot be read"):
        signing.signer(tmp_path / "log.key", NAME, may_make=True)


def test_a_lost_key_is_not_replaced(tmp_path: Path) -> None:
    filled(tmp_path, size=2)
    (tmp_path / "log.key").unlink()

    with pytest.raises(StoreError, match="lost"):
        opened(tmp_path)


def test_the_last_checkpoint_is_remembered_across_restarts(tmp_path: Path) -> None:
    filled(tmp_path, size=3)
    stores = opened(tmp_path)
    key = note.parse_key(stores.log.key)

    remembered = (tmp_path / "log.signed").read_text()
    assert trust.of_key(key).believe(remembered).size == 3
    assert stores.log.checkpoint() == remembered
    stores.close()


def test_a_memory_that_is_lost_is_made_of_the_newest_checkpoint(tmp_path: Path) -> None:
    filled(tmp_path, size=3)
    remembered = (tmp_path / "log.signed").read_text()
    (tmp_path / "log.signed").unlink()

    opened(tmp_path).close()
    assert (tmp_path / "log.signed").read_text() == remembered


def test_a_memory_that_is_forged_is_refused(tmp_path: Path) -> None:
    filled(tmp_path, size=3)
    other = signing.signer(tmp_path / "other.key", NAME, may_make=True)
    (tmp_path / "log.signed").write_text(other.key.sign(str(Checkpoint(NAME, 0, EMPTY_ROOT))))

    with pytest.raises(StoreError, match="memory"):
        opened(tmp_path)


def unfrozen(why: str) -> Draft:
    return Draft("u-1", Kind.LOG_UNFROZEN, "console", {"was_frozen": why})


def test_a_database_that_was_rolled_back_is_frozen(tmp_path: Path) -> None:
    filled(tmp_path, size=3)
    shutil.copy(tmp_path / "gate.db", tmp_path / "backup")
    stores = opened(tmp_path)
    fill(stores, 3, 6)
    stores.log.checkpoint()
    stores.close()
    shutil.copy(tmp_path / "backup", tmp_path / "gate.db")
    stores = opened(tmp_path)

    for use in (lambda: fill(stores, 3, 4), stores.log.ping, stores.log.checkpoint):
        with pytest.raises(StoreError, match="frozen"):
            use()
    assert stores.log.find("d-2", Kind.DECISION)
    with pytest.raises(StoreError, match="stays frozen: a log of 6 entries was signed"):
        stores.unfreeze(unfrozen)
    stores.close()


def test_the_right_database_is_unfrozen_once_it_leads_to_what_was_signed(tmp_path: Path) -> None:
    filled(tmp_path, size=3)
    memory = (tmp_path / "log.signed").read_text()
    ahead = tmp_path / "ahead"
    shutil.copytree(tmp_path, ahead)
    stores = opened(ahead)
    fill(stores, 3, 6)
    stores.close()
    shutil.copy(ahead / "log.signed", tmp_path / "log.signed")
    opened(tmp_path).close()
    (tmp_path / "log.signed").write_text(memory)
    stores = opened(tmp_path)

    with pytest.raises(StoreError, match="frozen"):
        fill(stores, 3, 4)
    with pytest.raises(StoreError, match="in the log already"):
        stores.unfreeze(lambda _: Draft("d-0", Kind.DECISION, "console", {}))
    with pytest.raises(StoreError, match="frozen"):
        fill(stores, 3, 4)
    made = stores.unfreeze(unfrozen)
    assert made
    assert json.loads(made.body)["was_frozen"] == "a log of 6 entries was signed, and 3 are here"
    fill(stores, 3, 4)
    assert stores.unfreeze(unfrozen) is None
    stores.close()


def test_a_database_with_another_history_is_frozen(tmp_path: Path) -> None:
    filled(tmp_path, size=3)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    shutil.copy(tmp_path / "log.key", elsewhere / "log.key")
    filled(elsewhere, size=0)
    other = opened(elsewhere)
    for n in range(9):
        other.log.append(Draft(f"x-{n}", Kind.DECISION, "eve", {"n": n}))
    other.close()
    shutil.copy(elsewhere / "gate.db", tmp_path / "gate.db")
    stores = opened(tmp_path)

    with pytest.raises(StoreError, match="frozen"):
        stores.log.append(Draft("d-9", Kind.DECISION, "ci", {}))
    stores.close()


def test_a_database_that_only_grew_is_not_frozen(tmp_path: Path) -> None:
    filled(tmp_path, size=3)
    memory = (tmp_path / "log.signed").read_text()
    stores = opened(tmp_path)
    fill(stores, 3, 6)
    stores.log.checkpoint()
    stores.close()
    (tmp_path / "log.signed").write_text(memory)  # as after restoring the folder of the key
    stores = opened(tmp_path)

    fill(stores, 6, 7)
    stores.log.ping()
    stores.close()


def test_nothing_is_signed_that_cannot_be_remembered(tmp_path: Path) -> None:
    stores = opened(tmp_path)
    stores.log.checkpoint()
    (tmp_path / "log.signed.new").mkdir()
    fill(stores, 0, 1)

    with pytest.raises(StoreError, match="cannot be written"):
        stores.log.checkpoint()
    (tmp_path / "log.signed.new").rmdir()
    stores.log.checkpoint()
    stores.close()


def test_what_nobody_asked_a_checkpoint_of_is_remembered_too(tmp_path: Path) -> None:
    stores = opened(tmp_path)
    fill(stores, 0, 3)
    stores.close()
    key = signing.signer(tmp_path / "log.key", NAME, may_make=False)

    remembered = key.last()
    assert remembered is not None
    assert remembered[0].size == 3
