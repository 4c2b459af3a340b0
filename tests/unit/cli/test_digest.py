from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli import main
from app.domain.digest import Digest
from app.domain.release import File, release_digest

REAL = release_digest([File("model.safetensors", 7, Digest.of(b"weights"))])
PLANTED = Digest.of(b"planted")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "model").mkdir()
    file = tmp_path / "model" / "model.safetensors"
    file.write_bytes(b"weights")
    return tmp_path


def digest(folder: Path, *options: str) -> Result:
    cache = ["--digest-cache", str(folder / "digests.db")]
    return CliRunner().invoke(main, ["digest", str(folder / "model"), *cache, *options])


def remembered(folder: Path) -> None:
    """Remember another digest of the file than its own, so that it shows what is believed."""
    status = (folder / "model" / "model.safetensors").stat()
    assert digest(folder).exit_code == 0
    with sqlite3.connect(folder / "digests.db") as database:
        key = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
        row = (*key, str(PLANTED), int(status.st_ctime))
        database.execute("INSERT OR REPLACE INTO hashed VALUES (?, ?, ?, ?, ?, ?, ?)", row)
    database.close()


def test_a_file_that_did_not_change_is_not_read_again(folder: Path) -> None:
    remembered(folder)

    believed = release_digest([File("model.safetensors", 7, PLANTED)])
    assert digest(folder).stdout.strip() == believed


def test_a_file_that_changed_is_read_though_its_size_and_date_are_as_before(folder: Path) -> None:
    remembered(folder)
    file = folder / "model" / "model.safetensors"
    before = file.stat()
    file.write_bytes(b"weighty")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))

    changed = release_digest([File("model.safetensors", 7, Digest.of(b"weighty"))])
    assert digest(folder).stdout.strip() == changed


def test_rehash_reads_every_file(folder: Path) -> None:
    remembered(folder)

    assert digest(folder, "--rehash").stdout.strip() == REAL


def test_a_cache_that_others_can_write_is_not_believed(folder: Path) -> None:
    remembered(folder)
    (folder / "digests.db").chmod(0o666)

    told = digest(folder)

    assert told.stdout.strip() == REAL
    assert "every file is read" in told.stderr


def test_a_cache_that_breaks_on_the_way_is_not_believed(folder: Path) -> None:
    remembered(folder)
    with sqlite3.connect(folder / "digests.db") as database:
        database.execute("UPDATE hashed SET sha256 = 'x'")
    database.close()

    told = digest(folder)

    assert told.stdout.strip() == REAL
    assert "every file is read" in told.stderr


def test_what_is_no_model_is_told(folder: Path) -> None:
    (folder / "model" / "link").symlink_to("model.safetensors")

    assert digest(folder).exit_code == 3


def test_a_pipe_is_told_of_no_progress(folder: Path) -> None:
    assert digest(folder).stderr == ""
