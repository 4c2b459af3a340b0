"""Where the files of a log are read from: a gate, a bundle, a folder."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path

from app.cli.client import Client, ClientError
from app.domain.errors import EntryLostError
from app.domain.log.audit import Read

LARGEST_FILE = 17 << 20
"""No file of a log is larger: 256 entries of 64 KiB."""


class BundleError(Exception):
    """What was given is no bundle of a log."""


ELSEWHERE = "archived"
"""A text file of a bundle: which of its files are in an archive, and in which."""
GONE = 410
"""The status with which a gate says that what is asked for is in an archive."""


class Layers:
    """The files of a log, of which some are in archives."""

    def __init__(self, source: Read, archives: Sequence[Path]) -> None:
        self._source = source
        self._archives = [_zip(place) for place in archives]
        self.elsewhere: list[str] = []
        """What a gate said of files that are in an archive, and that no archive gave."""
        self.lost: list[str] = []
        """What a gate said of entries that it should have, and has not."""

    def read(self, path: str) -> bytes | None:
        """Read a file from the source, or from the first archive that has it."""
        try:
            content, gone = self._source(path), None
        except ClientError as error:
            if error.status != GONE and error.code != EntryLostError.code:
                raise
            content, gone = None, str(error)
            if error.status != GONE:
                self.lost.append(error.detail)
                return None
        if content is None and path.startswith("tile/"):
            content = next(filter(None, (archive(path) for archive in self._archives)), None)
        if content is None and gone is not None:
            self.elsewhere.append(gone)
        return content

    def checkpoints(self) -> list[str]:
        """Give the checkpoints that the archives were made under."""
        found = (archive("checkpoint") for archive in self._archives)
        return [content.decode("utf-8", "replace") for content in found if content is not None]

    def told(self) -> list[str]:
        """Tell what is in archives that were not given."""
        said = self._source(ELSEWHERE) if not self.elsewhere else None
        lines = (said or b"").decode("utf-8", "replace").splitlines()
        return list(dict.fromkeys([*self.elsewhere, *lines]))


def of(source: str, token: str | None) -> Read:
    """Tell how to read the files of a log at a URL, in a zip file, or in a folder."""
    if source.startswith(("https://", "http://")):
        client = Client(source, token or "")
        return lambda path: client.fetch(f"/v1/log/{path}")
    place = Path(source)
    return _folder(place) if place.is_dir() else _zip(place)


def _folder(folder: Path) -> Read:
    def read(path: str) -> bytes | None:
        try:
            return (folder / path).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise BundleError(f"{path} cannot be read: {error.strerror}") from error

    return read


def _zip(place: Path) -> Read:
    try:
        bundle = zipfile.ZipFile(place)
    except (OSError, zipfile.BadZipFile) as error:
        raise BundleError(f"{place} is no bundle of a log: {error}") from error
    sizes = {member.filename: member.file_size for member in bundle.infolist()}

    def read(path: str) -> bytes | None:
        if path not in sizes:
            return None
        if sizes[path] > LARGEST_FILE:
            raise BundleError(f"{path} is larger than any file of a log")
        try:
            return bundle.read(path)
        except (zipfile.BadZipFile, OSError, EOFError, RuntimeError) as error:
            raise BundleError(f"{path} cannot be read: {error}") from error

    return read
