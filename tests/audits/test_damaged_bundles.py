"""A bundle whose bytes changed on the disk: verified as it is, and never with a traceback."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from tests.audits.conftest import Audited

NAMES = ("checkpoint", "tile/0/000", "tile/entries/000", "tile/entries/001.p/44")


def content_at(bundle: Path, name: str) -> int:
    """Tell where the compressed bytes of a file in a zip are, a little behind their beginning."""
    with zipfile.ZipFile(bundle) as archive:
        member = archive.getinfo(name)
    return member.header_offset + 30 + len(member.filename) + member.compress_size // 2


def flipped(bundle: Path, target: Path, at: int) -> Path:
    content = bytearray(bundle.read_bytes())
    content[at] ^= 0x55
    target.write_bytes(content)
    return target


@pytest.mark.parametrize("name", NAMES)
def test_a_damaged_file_is_named(audited: Audited, bundle: Path, tmp_path: Path, name: str) -> None:
    damaged = flipped(bundle, tmp_path / "damaged.zip", content_at(bundle, name))
    told = audited.run("verify", str(damaged), "--key", audited.key, "--output", "json")

    found = json.loads(told.stdout)
    assert (told.exit_code, found["is_whole"]) == (1, False)
    assert found["findings"][0]["message"].startswith(f"{name} cannot be read: ")


def test_a_damaged_file_is_taken_from_an_archive_and_named_all_the_same(
    audited: Audited, bundle: Path, tmp_path: Path
) -> None:
    damaged = flipped(bundle, tmp_path / "damaged.zip", content_at(bundle, "tile/entries/000"))
    told = audited.run("verify", str(damaged), "--archive", str(bundle), "--key", audited.key)

    assert told.exit_code == 1
    assert [line.partition(":")[0] for line in told.stdout.splitlines()[1:]] == [
        "  entry_unreadable"
    ]


def test_no_flipped_byte_of_the_file_is_a_traceback(
    audited: Audited, bundle: Path, tmp_path: Path
) -> None:
    size, damaged = bundle.stat().st_size, tmp_path / "damaged.zip"
    for at in range(0, size, size // 80):
        told = audited.run("verify", str(flipped(bundle, damaged, at)), "--key", audited.key)
        assert told.exception is None or isinstance(told.exception, SystemExit), (
            at,
            told.exception,
        )
