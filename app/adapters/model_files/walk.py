"""Every file of a model's directory, found without following anything."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.domain.errors import InvalidSubmissionError
from app.domain.release import folded


class UnsafeModelError(InvalidSubmissionError):
    """A folder holds what no list of files can stand for: a link, two names that are one."""


@dataclass(frozen=True, slots=True, order=True)
class Stamp:
    """What changes when a file's bytes do, as far as the file system tells."""

    device: int
    inode: int
    size: int
    mtime_ns: int
    ctime_ns: int

    @classmethod
    def of(cls, status: os.stat_result) -> Stamp:
        """Take the stamp from a file's status."""
        return cls(
            status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns
        )


def files(root: Path) -> dict[str, Stamp]:
    """Find every regular file below a directory: relative POSIX path to stamp, sorted.

    The directory itself may be named by a link. Raises InvalidSubmissionError for what
    cannot be said of a release by path and digest: a symbolic link (its target can change
    unseen), a device or pipe, a name that is not UTF-8, and two names that are one on a
    file system that ignores case.
    """
    try:
        found = dict(sorted(_walk(root.resolve(strict=True))))
    except OSError as error:
        raise InvalidSubmissionError(f"the model cannot be read: {error}") from error
    if not found:
        raise UnsafeModelError(f"there is no file in {root}")
    _refuse_collisions(found)
    return found


def _walk(root: Path) -> Iterator[tuple[str, Stamp]]:
    if not root.is_dir():
        raise NotADirectoryError(f"{root} is no directory")
    for directory, directories, names, descriptor in os.fwalk(root, onerror=_fail):
        below = Path(directory).relative_to(root)
        for name in directories:
            # fwalk does not follow a linked directory, and would leave it out unseen.
            _refuse_link(descriptor, name, below)
        for name in names:
            status = _refuse_link(descriptor, name, below)
            path = _text(below / name)
            if not stat.S_ISREG(status.st_mode):
                raise UnsafeModelError(f"the model holds what is no file: {path!r}")
            yield path, Stamp.of(status)


def _fail(error: OSError) -> None:
    # Left alone, fwalk skips a directory that it cannot read.
    raise error


def _refuse_link(descriptor: int, name: str, below: Path) -> os.stat_result:
    status = os.stat(name, dir_fd=descriptor, follow_symlinks=False)
    if stat.S_ISLNK(status.st_mode):
        message = f"the model holds a symbolic link: {_text(below / name)!r}"
        raise UnsafeModelError(message)
    return status


def _text(path: Path) -> str:
    text = path.as_posix()
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise UnsafeModelError(f"a file name is not UTF-8: {os.fsencode(path)!r}") from error
    return text


def _refuse_collisions(found: dict[str, Stamp]) -> None:
    seen: dict[str, str] = {}
    for path in found:
        other = seen.setdefault(folded(path), path)
        if other != path:
            message = f"two names are one where case is ignored: {other!r} and {path!r}"
            raise UnsafeModelError(message)
