"""`countersign serve`: the gate on gunicorn."""

from __future__ import annotations

import signal
import ssl
import time
from collections.abc import Callable
from typing import Any

import click
from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter

from app.api.context import EXTENSION
from app.cli import exits
from app.domain.errors import GateError
from app.factory import create_app
from app.gate.people import invitations
from app.settings import Settings, SettingsError

_PAUSE = 0.05
"""Seconds between two looks whether a process has ended."""
NOT_LISTENING = 1
"""With what gunicorn ends when the address is taken, or none of this machine."""
ANY_ADDRESS = ("0.0.0.0", "::")  # noqa: S104 - compared with, not bound to


@click.command(epilog="Exit codes: 0 stopped on request, 3 could not start.")
def serve() -> None:
    """Serve the gate; settings come from the environment (COUNTERSIGN_*).

    One process with COUNTERSIGN_THREADS threads, since SQLite wants one writer. A gate that
    knows nobody prints a one-time link, by which its first user sets a password; or make a
    token before the first start: countersign token create --help.

    SIGHUP reads the settings' files anew, such as trust roots: the gate ends what it is
    about, then starts again while callers wait. If it cannot use a file, it stops.
    """
    try:
        settings = Settings.from_environment()
    except SettingsError as error:
        exits.could_not(str(error))
    scheme = "https" if settings.tls_certificate else "http"
    click.echo(f"countersign: {scheme}://{settings.host}:{settings.port}", err=True)
    click.echo(f"countersign: engine {settings.engine}, policies {settings.policies}", err=True)
    click.echo(f"countersign: one process on SQLite in {settings.data_dir}", err=True)
    try:
        Server(settings).run()
    except SystemExit as ended:
        if ended.code == NOT_LISTENING:  # it has said why, or the worker has
            exits.could_not(f"cannot listen on {settings.host}:{settings.port}")
        raise


class Server(BaseApplication):
    """gunicorn with the gate in it; the gate is built in the worker, after the fork."""

    def __init__(self, settings: Settings) -> None:
        """Keep the settings that gunicorn and the gate are made from."""
        self._settings = settings
        super().__init__()

    def load_config(self) -> None:
        """Set what the gate's soundness rests on; nothing is read from files or GUNICORN_*."""
        settings: dict[str, Any] = {
            "bind": f"{self._settings.host}:{self._settings.port}",
            "workers": 1,
            "worker_class": "gthread",
            "threads": self._settings.threads,
            "timeout": 60,
            "graceful_timeout": 20,
            "keepalive": 5,
            "limit_request_line": 4094,
            "limit_request_fields": 50,
            "control_socket_disable": True,
            "on_reload": _end_the_old,
            "accesslog": None,
            "loglevel": self._settings.log_level.lower(),
        }
        for name, value in {**settings, **_tls(self._settings)}.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:  # type: ignore[override] # Flask takes a dict where WSGI says mapping
        """Build the gate, or say why not and stop: a gate that cannot start does not wait."""
        try:
            app = create_app(self._settings)
            self._greet(app)
        except (SettingsError, GateError) as error:
            exits.could_not(f"cannot start: {error}")
        return app

    def _greet(self, app: Flask) -> None:
        """Tell the console of a fresh gate how its first user signs in."""
        if self._settings.identities is not None:
            return
        code = invitations.set_up(app.extensions[EXTENSION].ports)
        if code is not None:
            click.echo("countersign: nobody can sign in yet; within the hour, open once:", err=True)
            click.echo(f"    {self._url}/set-up#{code}", err=True)

    @property
    def _url(self) -> str:
        if self._settings.public_url is None and self._settings.host in ANY_ADDRESS:
            return f"http://127.0.0.1:{self._settings.port}"
        return self._settings.address


def _end_the_old(arbiter: Arbiter) -> None:
    # On SIGHUP gunicorn starts the next worker beside the old one, and SQLite has room for
    # one. So the old one ends first, after what it is about; who calls meanwhile waits.
    arbiter.kill_workers(signal.SIGTERM)
    last = time.monotonic() + arbiter.cfg.graceful_timeout + 5
    while arbiter.WORKERS and time.monotonic() < last:
        arbiter.reap_workers()
        time.sleep(_PAUSE)
    arbiter.kill_workers(signal.SIGKILL)


def _tls(settings: Settings) -> dict[str, Any]:
    # gunicorn reads the files for each connection: a certificate is renewed by replacing it
    if settings.tls_certificate is None:
        return {}

    def context(_: Any, default: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:  # noqa: ANN401 - gunicorn's configuration
        made = default()
        made.minimum_version = ssl.TLSVersion.TLSv1_2
        return made

    given = {
        "certfile": str(settings.tls_certificate),
        "keyfile": str(settings.tls_key),
        "ssl_context": context,
    }
    if settings.tls_client_ca is not None:
        given |= {"ca_certs": str(settings.tls_client_ca), "cert_reqs": ssl.CERT_REQUIRED}
    return given
