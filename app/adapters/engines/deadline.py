"""Connections on which no exchange outlasts its deadline, however slowly the peer drips.

A socket's time-out starts anew with every byte, so a peer that sends one byte now and
then holds its caller for ever. Here each read and write gets only what is left of the
deadline that its thread has set.
"""

from __future__ import annotations

import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

T = TypeVar("T")


class Deadline(threading.local):
    """When the exchange of this thread must be over; each thread has its own."""

    ends_at: float | None = None

    @contextmanager
    def within(self, limit: timedelta) -> Iterator[None]:
        """Let everything in the block end `limit` from now."""
        self.ends_at = time.monotonic() + limit.total_seconds()
        try:
            yield
        finally:
            self.ends_at = None

    def left(self) -> float:
        """Tell the seconds left. Raises TimeoutError when there are none, or no deadline."""
        left = self.ends_at - time.monotonic() if self.ends_at is not None else 0.0
        if left <= 0:
            raise TimeoutError("the deadline has passed")
        return left

    def bounds(self, call: Callable[[], T]) -> T:
        """Run a call that cannot be interrupted, but wait for it no longer than is left.

        For name resolution: the thread that hangs in it is left behind.
        """
        answers: queue.SimpleQueue[T | OSError] = queue.SimpleQueue()

        def run() -> None:
            try:
                answers.put(call())
            except OSError as error:
                answers.put(error)

        threading.Thread(target=run, name="countersign-resolve", daemon=True).start()
        try:
            answer = answers.get(timeout=self.left())
        except queue.Empty as error:
            raise TimeoutError("the deadline has passed") from error
        if isinstance(answer, OSError):
            raise answer
        return answer


DEADLINE = Deadline()
"""The deadline of the exchange that the current thread is in."""


class _Socket(socket.socket):
    """A socket whose every operation ends by the deadline."""

    def recv_into(self, buffer: WriteableBuffer, nbytes: int = 0, flags: int = 0) -> int:
        self.settimeout(DEADLINE.left())
        return super().recv_into(buffer, nbytes, flags)

    def sendall(self, data: ReadableBuffer, flags: int = 0) -> None:
        # CPython counts one time-out over the whole of a plain socket's sendall.
        self.settimeout(DEADLINE.left())
        super().sendall(data, flags)


class _TLSSocket(ssl.SSLSocket):
    """A TLS socket whose every operation ends by the deadline."""

    def recv_into(self, buffer: WriteableBuffer, nbytes: int | None = None, flags: int = 0) -> int:
        self.settimeout(DEADLINE.left())
        return super().recv_into(buffer, nbytes, flags)

    def send(self, data: ReadableBuffer, flags: int = 0) -> int:
        # SSLSocket.sendall is a loop of sends.
        self.settimeout(DEADLINE.left())
        return super().send(data, flags)

    def do_handshake(self, block: bool = False) -> None:  # noqa: FBT001, FBT002 - as ssl declares it
        self.settimeout(DEADLINE.left())
        super().do_handshake(block)


class _AtOnce(HTTPConnection):
    """Sends a question in one piece, so that the peer wakes up once for it, not twice."""

    _held: list[bytes] | None = None

    def request(self, *asked: Any, **how: Any) -> None:  # noqa: ANN401 - as urllib3 declares it
        self._held = []
        try:
            super().request(*asked, **how)
            question = b"".join(self._held)
        finally:
            self._held = None
        self.send(question)

    def send(self, data: Any) -> None:  # noqa: ANN401 - as http.client declares it
        if self._held is not None and isinstance(data, bytes):
            self._held.append(data)
        else:
            super().send(data)


class BoundedConnection(_AtOnce):
    """HTTP over TCP by the deadline."""

    def _new_conn(self) -> socket.socket:
        return _connected(self.host, self.port)


class BoundedTLSConnection(_AtOnce, HTTPSConnection):
    """HTTPS by the deadline."""

    def _new_conn(self) -> socket.socket:
        return _connected(self.host, self.port)


class BoundedPool(HTTPConnectionPool):
    """A pool of bounded connections."""

    ConnectionCls = BoundedConnection


class BoundedTLSPool(HTTPSConnectionPool):
    """A pool of bounded TLS connections."""

    ConnectionCls = BoundedTLSConnection


def unix_pool(path: str) -> type[HTTPConnectionPool]:
    """Make the pool class of bounded connections to one unix socket."""

    class UnixConnection(_AtOnce):
        def _new_conn(self) -> socket.socket:
            return _opened(socket.AF_UNIX, path)

    class UnixPool(HTTPConnectionPool):
        ConnectionCls = UnixConnection

    return UnixPool


def tls_context(ca_file: str | None) -> ssl.SSLContext:
    """Make a verifying TLS context: the given CA file, or the machine's trust."""
    context = ssl.create_default_context(cafile=ca_file)
    context.sslsocket_class = _TLSSocket
    return context


def _connected(host: str, port: int | None) -> socket.socket:
    def resolve() -> list[tuple[Any, ...]]:
        return socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)

    refusal: OSError = ConnectionRefusedError(f"{host} has no address")
    for family, _, _, _, address in DEADLINE.bounds(resolve):
        try:
            return _opened(family, address)
        except TimeoutError:
            raise
        except OSError as error:
            refusal = error
    raise refusal


def _opened(family: int, address: Any) -> socket.socket:  # noqa: ANN401 - what the family takes
    opened = _Socket(family, socket.SOCK_STREAM)
    try:
        if family != socket.AF_UNIX:
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        opened.settimeout(DEADLINE.left())
        opened.connect(address)
    except OSError:
        opened.close()
        raise
    return opened
