"""Where the files of a log are read from: a gate, a bundle, a folder."""

from __future__ import annotations

import zipfile
from pathlib import Path

from app.cli.client import Client
from app.domain.log.audit import Read

LARGEST_FILE = 17 << 20
"""No file of a log is larger: 256 entries of 64 KiB."""


class BundleError(Exception):
    """What was given is no bundle of a log."""


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
