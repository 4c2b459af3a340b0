"""Where the files of a log are read from: a gate, a bundle, a folder."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path

from app.cli import exits
from app.cli.client import Client, ClientError
from app.cli.log.beside import Beside
from app.domain.errors import EntryLostError
from app.domain.log.audit import Read

LARGEST_FILE = 17 << 20
"""No file of a log is larger: 256 entries of 64 KiB."""


class BundleError(Exception):
    """What was given is no bundle of a log."""


class DamagedError(BundleError):
    """A file of a bundle is there, and its bytes are not those that were written."""


ELSEWHERE = "archived"
"""A text file of a bundle: which of its files are in an archive, and in which."""
GONE = 410
"""The status with which a gate says that what is asked for is in an archive."""


class Layers:
    """The files of a log, of which some are in archives."""

    def __init__(self, source: Read, archives: Sequence[Path], beside: Beside) -> None:
        self._source = source
        self._beside = beside
        self._archives = [_zip(place) for place in archives]
        self.elsewhere: list[str] = []
        """What a gate said of files that are in an archive, and that no archive gave."""
        self.lost: list[str] = []
        """What is told of entries that a gate should have, and has not, or does not show."""
        self.damaged: list[str] = []
        """Files of a bundle or an archive whose bytes are not those that were written."""
        self._given: set[str] = set()

    def read(self, path: str) -> bytes | None:
        """Read a file from the source, or from the first archive that has it."""
        try:
            content, gone = self._kept(self._source, path), None
        except ClientError as error:
            if error.status != GONE and error.code != EntryLostError.code:
                raise
            content, gone = None, str(error)
            if error.status != GONE:
                self.lost.append(f"{error.detail} (as the gate says)")
                return None
        if content is None and path.startswith("tile/"):
            found = (self._kept(archive, path) for archive in self._archives)
            content = next(filter(None, found), None)
            if content is not None:
                self._given.add(path)
                if gone is not None:
                    content, faults = self._beside(path, content)
                    self.lost += faults
        if content is None and gone is not None:
            self.elsewhere.append(gone)
        return content

    def _kept(self, source: Read, path: str) -> bytes | None:
        try:
            return source(path)
        except DamagedError as error:
            self.damaged.append(str(error))
            return None

    def checkpoints(self) -> list[str]:
        """Give the checkpoints that the archives were made under."""
        found = (self._kept(archive, "checkpoint") for archive in self._archives)
        return [content.decode("utf-8", "replace") for content in found if content is not None]

    def told(self) -> list[str]:
        """Tell what is in archives that were not given."""
        said = self._kept(self._source, ELSEWHERE) if not self.elsewhere else None
        lines = (said or b"").decode("utf-8", "replace").splitlines()
        missing = (line for line in lines if line.partition(":")[0] not in self._given)
        return list(dict.fromkeys([*self.elsewhere, *missing]))


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
    if exits.may_never_end(place):
        raise BundleError(f"{place} is no bundle of a log, but a pipe, a socket or a device")
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
        except OSError as error:
            raise BundleError(f"{path} cannot be read: {error}") from error
        except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as error:
            raise DamagedError(f"{path} cannot be read: {error}") from error

    return read
