"""The sources of policies by their revision, so that what decided once can decide again.

An archive of sources holds the files of a policies folder byte for byte: unlike in a bundle,
whose data is merged, their revision can be computed from them.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from app.adapters.engines import policy_folder
from app.adapters.engines.delivery import archive
from app.adapters.engines.policy_folder import PolicyFile, PolicyFolder
from app.domain.errors import PolicyEngineError


class FolderSources:
    """Implements the port PolicySources over the gate's policies folder."""

    def __init__(self, policies: Path) -> None:
        """Read the folder now: an engine may have read it, and it may change later."""
        self._policies = policies
        self._lock = threading.Lock()
        self._known: dict[str, bytes] = {}
        self._done: set[str] = set()
        self._read()

    def pending(self, revision: str) -> bytes | None:
        """Give the sources of a revision until they are kept; None if they are not at hand."""
        if revision in self._done:
            return None
        with self._lock:
            if revision not in self._known:
                self._read()
            found = self._known.get(revision)
            if found is None:
                # Policies of another place: reading the folder for each decision finds nothing.
                self._done.add(revision)
            return found

    def kept(self, revision: str) -> None:
        """Hear that the sources of a revision are in the store."""
        with self._lock:
            self._done.add(revision)
            self._known.pop(revision, None)

    def _read(self) -> None:
        try:
            files = policy_folder.files(self._policies)
        except PolicyEngineError:
            return  # the engine tells what is wrong with the folder
        content = archive.pack({str(file.path): file.content for file in files})
        self._known[policy_folder.revision_of(files)] = content


def unpack(content: bytes, revision: str) -> PolicyFolder:
    """Read an archive of sources. Raises PolicyEngineError unless it is of this revision."""
    return policy_folder.of_files(files_of(content, revision))


def files_of(content: bytes, revision: str) -> tuple[PolicyFile, ...]:
    """Give the files of an archive of sources, as `unpack`."""
    files = read_files(content)
    actual = policy_folder.revision_of(files)
    if actual != revision:
        raise PolicyEngineError("the kept policies are not of the recorded revision", detail=actual)
    return files


def read_files(content: bytes) -> tuple[PolicyFile, ...]:
    """Give the files of an archive of sources, of whatever revision. Raises PolicyEngineError."""
    members = archive.read_members(content)
    files = (PolicyFile(PurePosixPath(name), member) for name, member in members.items())
    return tuple(sorted(files, key=lambda file: file.path))


def pack(policies: Path) -> bytes:
    """Write a policies folder as an archive of sources. Raises PolicyEngineError."""
    files = policy_folder.files(policies)
    return archive.pack({str(file.path): file.content for file in files})


@contextmanager
def unpacked(content: bytes, revision: str) -> Iterator[Path]:
    """Lay an archive of sources out as a folder, for a while. Raises PolicyEngineError."""
    with tempfile.TemporaryDirectory(prefix="countersign-") as folder:
        for file in files_of(content, revision):
            path = Path(folder) / file.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(file.content)
        yield Path(folder)
