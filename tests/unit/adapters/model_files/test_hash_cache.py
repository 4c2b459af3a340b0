from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.adapters.model_files.hash_cache import HashCache
from app.adapters.model_files.walk import Stamp
from app.domain.digest import Digest
from app.domain.errors import StoreError

NOW = datetime(2026, 11, 24, tzinfo=UTC)
STAMP = Stamp(device=2**63 + 5, inode=2**64 - 1, size=7, mtime_ns=1, ctime_ns=2)


def test_a_digest_is_found_again_after_the_cache_was_closed(tmp_path: Path) -> None:
    with HashCache(tmp_path / "cache.db") as cache:
        cache.keep({"a": STAMP}, {"a": Digest.of(b"a")}, NOW)
    with HashCache(tmp_path / "cache.db") as cache:
        assert cache.find({"renamed": STAMP}, NOW) == {"renamed": Digest.of(b"a")}


@pytest.mark.parametrize("field", ["device", "inode", "size", "mtime_ns", "ctime_ns"])
def test_a_stamp_that_differs_in_anything_is_not_found(tmp_path: Path, field: str) -> None:
    fields = {name: getattr(STAMP, name) for name in Stamp.__slots__}
    other = Stamp(**{**fields, field: 99})
    with HashCache(tmp_path / "cache.db") as cache:
        cache.keep({"a": STAMP}, {"a": Digest.of(b"a")}, NOW)

        assert cache.find({"a": other}, NOW) == {}


def test_the_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    with HashCache(tmp_path / "deep" / "cache.db"):
        assert (tmp_path / "deep" / "cache.db").stat().st_mode & 0o777 == 0o600


def test_a_file_that_others_can_write_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "cache.db").touch()
    (tmp_path / "cache.db").chmod(0o666)

    with pytest.raises(StoreError, match="others can write it"):
        HashCache(tmp_path / "cache.db")


def test_a_linked_file_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "cache.db").symlink_to(tmp_path / "other.db")

    with pytest.raises(StoreError, match="cannot be used"):
        HashCache(tmp_path / "cache.db")


def test_a_file_that_is_no_database_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "cache.db").write_bytes(b"not a database" * 100)
    (tmp_path / "cache.db").chmod(0o600)

    with pytest.raises(StoreError, match="cannot be used"):
        HashCache(tmp_path / "cache.db")


def test_what_is_not_believed_is_written_anew(tmp_path: Path) -> None:
    with HashCache(tmp_path / "cache.db") as cache:
        cache.keep({"a": STAMP}, {"a": Digest.of(b"planted")}, NOW)
    with HashCache(tmp_path / "cache.db", is_believed=False) as cache:
        assert cache.find({"a": STAMP}, NOW) == {}
        cache.keep({"a": STAMP}, {"a": Digest.of(b"a")}, NOW)
    with HashCache(tmp_path / "cache.db") as cache:
        assert cache.find({"a": STAMP}, NOW) == {"a": Digest.of(b"a")}


def test_a_digest_that_is_none_is_not_used(tmp_path: Path) -> None:
    with HashCache(tmp_path / "cache.db") as cache:
        cache.keep({"a": STAMP}, {"a": Digest.of(b"a")}, NOW)
        with sqlite3.connect(tmp_path / "cache.db") as database:
            database.execute("UPDATE hashed SET sha256 = 'x'")
        database.close()

        with pytest.raises(StoreError, match="cannot be used"):
            cache.find({"a": STAMP}, NOW)


def test_a_cache_whose_table_is_gone_is_not_used(tmp_path: Path) -> None:
    with HashCache(tmp_path / "cache.db") as cache:
        with sqlite3.connect(tmp_path / "cache.db") as database:
            database.execute("DROP TABLE hashed")
        database.close()

        with pytest.raises(StoreError, match="cannot be used"):
            cache.keep({"a": STAMP}, {"a": Digest.of(b"a")}, NOW)
