from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.adapters.model_files import reading, walk
from app.adapters.model_files.hash_cache import BELIEVED_FOR, HashCache
from app.adapters.model_files.listing import list_files
from app.adapters.model_files.walk import Stamp
from app.domain.digest import Digest
from app.domain.errors import InvalidSubmissionError
from app.domain.release import File

LATER = datetime(2100, 1, 1, tzinfo=UTC)
"""Long after the files of a test were written, so that they have settled."""


def silent(done: int, total: int) -> None:
    """Show no progress."""


def list_model(
    root: Path, cache: HashCache | None = None, now: datetime = LATER
) -> tuple[File, ...]:
    return list_files(root, now=now, progress=silent, cache=cache)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    root = tmp_path / "model"
    (root / "sub").mkdir(parents=True)
    (root / "b.bin").write_bytes(b"weights" * 1000)
    (root / "sub/a.json").write_bytes(b"{}")
    (root / "empty").write_bytes(b"")
    return root


def test_a_listing_gives_path_size_and_digest_of_every_file(model: Path) -> None:
    assert list_model(model) == (
        File("b.bin", 7000, Digest.of(b"weights" * 1000)),
        File("empty", 0, Digest.of(b"")),
        File("sub/a.json", 2, Digest.of(b"{}")),
    )


def test_a_file_longer_than_a_chunk_is_hashed_whole(model: Path) -> None:
    content = os.urandom(2 * reading.CHUNK + 17)
    (model / "big.bin").write_bytes(content)

    assert File("big.bin", len(content), Digest.of(content)) in list_model(model)


def test_progress_counts_bytes_up_to_all_of_them(model: Path) -> None:
    told: list[tuple[int, int]] = []

    list_files(
        model, now=LATER, progress=lambda done, total: told.append((done, total)), cache=None
    )

    assert told[-1] == (7002, 7002)
    assert told == sorted(told)


def test_a_cached_listing_is_the_same_and_reads_no_file(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with HashCache(tmp_path / "cache.db") as cache:
        first = list_model(model, cache)
        monkeypatch.setattr(reading, "_open", None)

        assert list_model(model, cache) == first


def test_a_changed_file_is_hashed_again_though_size_and_time_were_forged(
    model: Path, tmp_path: Path
) -> None:
    with HashCache(tmp_path / "cache.db") as cache:
        list_model(model, cache)
        before = (model / "b.bin").stat()
        (model / "b.bin").write_bytes(b"malware" * 1000)
        os.utime(model / "b.bin", ns=(before.st_atime_ns, before.st_mtime_ns))

        assert list_model(model, cache)[0].sha256 == Digest.of(b"malware" * 1000)


@pytest.mark.parametrize(
    ("passed", "is_read"),
    [(BELIEVED_FOR, False), (BELIEVED_FOR + timedelta(seconds=1), True), (-timedelta(1), True)],
)
def test_a_cached_digest_is_believed_for_a_week_and_not_from_the_future(
    model: Path, tmp_path: Path, passed: timedelta, *, is_read: bool
) -> None:
    with HashCache(tmp_path / "cache.db") as cache:
        list_model(model, cache)

        known = cache.find(walk.files(model), LATER + passed)

    assert bool(known) is not is_read


def test_a_file_that_changed_moments_ago_is_not_cached(model: Path, tmp_path: Path) -> None:
    stamps = walk.files(model)
    moment = datetime.fromtimestamp(stamps["b.bin"].ctime_ns / 1e9, UTC)
    with HashCache(tmp_path / "cache.db") as cache:
        list_model(model, cache, moment + timedelta(seconds=1))

        assert cache.find(stamps, LATER) == {}


def test_a_file_that_is_not_what_the_walk_saw_is_refused(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = walk.files

    def walk_then_change(root: Path) -> dict[str, Stamp]:
        found = real(root)
        (root / "b.bin").write_bytes(b"other")
        return found

    monkeypatch.setattr(walk, "files", walk_then_change)

    with pytest.raises(InvalidSubmissionError, match=r"'b\.bin' changed while it was hashed"):
        list_model(model)


@pytest.mark.parametrize("replace", ["link", "parent", "pipe", "gone"])
def test_a_file_swapped_after_the_walk_is_refused(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, replace: str
) -> None:
    real = walk.files

    def walk_then_swap(root: Path) -> dict[str, Stamp]:
        found = real(root)
        target = root / "sub/a.json"
        if replace == "parent":
            (root / "sub").rename(tmp_path / "moved")
            (root / "sub").symlink_to(tmp_path / "moved")
            return found
        target.rename(tmp_path / "kept.json")
        if replace == "link":
            target.symlink_to(tmp_path / "kept.json")
        if replace == "pipe":
            os.mkfifo(target)
        return found

    monkeypatch.setattr(walk, "files", walk_then_swap)

    with pytest.raises(InvalidSubmissionError, match=r"sub/a\.json"):
        list_model(model)


def test_a_file_that_changes_while_it_is_read_is_refused(model: Path) -> None:
    def append(done: int, total: int) -> None:
        if done == total:
            with (model / "b.bin").open("ab") as file:
                file.write(b"more")

    with pytest.raises(InvalidSubmissionError, match="changed while it was hashed"):
        list_files(model, now=LATER, progress=append, cache=None)


def test_a_file_that_is_added_meanwhile_is_refused(model: Path) -> None:
    def add(*_: int) -> None:
        (model / "extra.py").write_bytes(b"import os")

    with pytest.raises(InvalidSubmissionError, match="changed while it was hashed"):
        list_files(model, now=LATER, progress=add, cache=None)
