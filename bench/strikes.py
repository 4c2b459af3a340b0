"""What can happen to a gate and to its store, and how it ends again."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.adapters.stores import postgres
from tests.plugins.real_postgresql import MIGRATED
from tests.services.gates import Gate
from tests.services.postgresql import Server

ROOM = 256 << 20
"""Bytes of a disk that is to be filled: a PostgreSQL fits."""
LITTLE = 64 << 10
PIECE = 1 << 20


@dataclass(frozen=True)
class Site:
    """Where a gate runs: its settings, a token, its own log, and what its store lies on."""

    environment: Mapping[str, str]
    token: str
    log: Path
    workers: int
    server: Server | None
    disk: Path

    @property
    def url(self) -> str:
        """Where its gate is asked."""
        return f"http://127.0.0.1:{self.environment['COUNTERSIGN_PORT']}"

    @property
    def postgresql(self) -> Server:
        """The server of this site. Raises ValueError where there is none."""
        if self.server is None:
            raise ValueError("the store of this site is SQLite")
        return self.server


@dataclass(frozen=True)
class Strike:
    """A fault: it lasts as long as its context."""

    name: str
    during: Callable[[Site, Gate], AbstractContextManager[None]]
    is_of_gate: bool = False
    """Whether a process of the gate is killed, whose callers then are not answered."""
    is_of_disk: bool = False


@contextmanager
def server(folder: Path) -> Iterator[Server]:
    """Run a PostgreSQL with a migrated database to copy from, in a folder."""
    place = folder / "postgresql"
    place.mkdir()
    made = Server(place)
    try:
        postgres.migrate(made.make_database(MIGRATED))
        yield made
    finally:
        made.stop("immediate")


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """Mount a file system of little room, in memory; only root may."""
    folder.mkdir()
    if os.geteuid() != 0:
        yield folder  # then files are limited in size instead, which fails alike
        return
    size = f"size={ROOM},mode=755"
    subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(folder)], check=True)  # noqa: S603, S607 - a folder of our own
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)  # noqa: S603, S607 - as above


@contextmanager
def _workers_killed(_: Site, gate: Gate) -> Iterator[None]:
    for worker in gate.workers():
        os.kill(worker, signal.SIGKILL)
    yield


@contextmanager
def _stopped(site: Site, _: Gate) -> Iterator[None]:
    site.postgresql.stop("fast")
    yield
    site.postgresql.start()


@contextmanager
def _killed(site: Site, _: Gate) -> Iterator[None]:
    site.postgresql.kill()
    yield
    site.postgresql.start()


@contextmanager
def _hung(site: Site, _: Gate) -> Iterator[None]:
    site.postgresql.signal(signal.SIGSTOP)
    yield
    site.postgresql.signal(signal.SIGCONT)


@contextmanager
def _disk_full(site: Site, gate: Gate) -> Iterator[None]:
    if site.disk.is_mount():
        filler = site.disk / "filler"
        _fill(filler)
        yield
        filler.unlink()
        if site.server is not None and not site.server.is_running:
            site.server.start()  # a server whose write-ahead log has no room ends itself
    else:
        gate.limit_files(LITTLE)
        yield
        gate.limit_files(-1)


def _fill(filler: Path) -> None:
    with filler.open("wb", buffering=0) as file:
        size = PIECE
        while size:
            try:
                file.write(bytes(size))
            except OSError:
                size //= 2
    if shutil.disk_usage(filler.parent).free > LITTLE:
        raise ValueError("the disk could not be filled")


STRIKES: dict[str, tuple[Strike, ...]] = {
    "sqlite": (
        Strike("workers killed -9", _workers_killed, is_of_gate=True),
        Strike("disk full", _disk_full, is_of_disk=True),
    ),
    "postgresql": (
        Strike("workers killed -9", _workers_killed, is_of_gate=True),
        Strike("server stopped", _stopped),
        Strike("server killed -9", _killed),
        Strike("server hung", _hung),
        Strike("its disk full", _disk_full, is_of_disk=True),
    ),
}
