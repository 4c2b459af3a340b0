from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.adapters.model_files import walk
from app.domain.errors import InvalidSubmissionError


def a_model(root: Path, *paths: str) -> Path:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(path.encode())
    return root


def test_every_file_is_found_by_its_relative_path_hidden_ones_too(tmp_path: Path) -> None:
    a_model(tmp_path, "b.bin", "a/c.bin", ".git/config", ".github/x.py")

    assert list(walk.files(tmp_path)) == [".git/config", ".github/x.py", "a/c.bin", "b.bin"]


def test_a_stamp_changes_when_bytes_do_even_if_the_time_is_put_back(tmp_path: Path) -> None:
    file = a_model(tmp_path, "a.bin") / "a.bin"
    before = walk.files(tmp_path)["a.bin"]
    os.utime(file, ns=(0, 0))
    file.write_bytes(b"A.BIN")
    os.utime(file, ns=(before.mtime_ns, before.mtime_ns))

    after = walk.files(tmp_path)["a.bin"]

    assert (after.size, after.mtime_ns, after.inode) == (before.size, before.mtime_ns, before.inode)
    assert after != before


@pytest.mark.parametrize("target", ["a.bin", "absent", "/etc/passwd"])
def test_a_linked_file_is_refused(tmp_path: Path, target: str) -> None:
    a_model(tmp_path, "a.bin")
    (tmp_path / "link").symlink_to(target)

    with pytest.raises(InvalidSubmissionError, match="symbolic link: 'link'"):
        walk.files(tmp_path)


def test_a_linked_directory_is_refused(tmp_path: Path) -> None:
    a_model(tmp_path, "model/a.bin", "elsewhere/b.bin")
    (tmp_path / "model/sub").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(InvalidSubmissionError, match="symbolic link: 'sub'"):
        walk.files(tmp_path / "model")


def test_a_link_to_the_model_itself_is_followed(tmp_path: Path) -> None:
    a_model(tmp_path, "model/a.bin")
    (tmp_path / "latest").symlink_to("model")

    assert list(walk.files(tmp_path / "latest")) == ["a.bin"]


def test_a_pipe_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(InvalidSubmissionError, match="no file: 'pipe'"):
        walk.files(tmp_path)


def test_a_name_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"\xff.bin")).write_bytes(b"")

    with pytest.raises(InvalidSubmissionError, match="not UTF-8"):
        walk.files(tmp_path)


@pytest.mark.parametrize(
    ("first", "second"),
    [("Model.bin", "model.bin"), ("A/x", "a/x"), ("caf\u00e9", "cafe\u0301"), ("\u00df", "ss")],
)
def test_names_that_are_one_without_case_are_refused(
    tmp_path: Path, first: str, second: str
) -> None:
    a_model(tmp_path, first, second)

    with pytest.raises(InvalidSubmissionError, match="two names are one"):
        walk.files(tmp_path)


def test_names_that_differ_in_more_than_case_are_found(tmp_path: Path) -> None:
    a_model(tmp_path, "Model.bin", "model1.bin")

    assert len(walk.files(tmp_path)) == 2


def test_a_directory_without_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    with pytest.raises(InvalidSubmissionError, match="there is no file"):
        walk.files(tmp_path)


@pytest.mark.parametrize("name", ["absent", "file"])
def test_what_is_no_directory_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_bytes(b"")

    with pytest.raises(InvalidSubmissionError, match="cannot be read"):
        walk.files(tmp_path / name)
