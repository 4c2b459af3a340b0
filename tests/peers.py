"""Peers on loopback that misbehave as told: raw sockets, one behaviour a connection."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Behaviour = Callable[[socket.socket, threading.Event], None]
_RESET = struct.pack("ii", 1, 0)


@contextmanager
def a_peer(
    behaviour: Behaviour, tls: ssl.SSLContext | None = None
) -> Iterator[tuple[str, list[bytes]]]:
    """Listen on a free port; give its address and the requests that came."""
    requests: list[bytes] = []
    over = threading.Event()
    listener = socket.create_server(("localhost", 0))

    def serve() -> None:
        while not over.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=answer, args=(connection,), daemon=True).start()

    def answer(accepted: socket.socket) -> None:
        try:
            with tls.wrap_socket(accepted, server_side=True) if tls else accepted as connection:
                while request := _request(connection):
                    requests.append(request)
                    behaviour(connection, over)
        except OSError:
            accepted.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"{'https' if tls else 'http'}://localhost:{listener.getsockname()[1]}", requests
    finally:
        over.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def sends(content: bytes) -> Behaviour:
    """Send exactly these bytes."""
    return lambda connection, _: connection.sendall(content)


def answers(body: bytes, status: str = "200 OK", headers: str = "") -> Behaviour:
    """Send one whole HTTP answer."""
    return sends(head(len(body), status, headers) + body)


def hangs(connection: socket.socket, over: threading.Event) -> None:
    """Say nothing until the test is over."""
    del connection
    over.wait()


def resets(connection: socket.socket, over: threading.Event) -> None:
    """Break the connection off."""
    del over
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    connection.close()


def ends(connection: socket.socket, over: threading.Event) -> None:
    """End the connection without a word."""
    del over
    connection.shutdown(socket.SHUT_RDWR)


def drips(content: bytes, every_seconds: float) -> Behaviour:
    """Send one byte now and then, so that no single read ever waits long."""

    def drip(connection: socket.socket, over: threading.Event) -> None:
        for byte in content:
            if over.wait(every_seconds):
                return
            connection.sendall(bytes([byte]))

    return drip


def head(length: int, status: str = "200 OK", headers: str = "") -> bytes:
    """Write the head of an HTTP answer."""
    lines = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n"
    return f"{lines}{headers}\r\n".encode()


def _request(connection: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        more = connection.recv(65536)
        if not more:
            return b""
        received += more
    top, _, body = received.partition(b"\r\n\r\n")
    lengths = [line for line in top.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    length = int(lengths[0].split(b":")[1]) if lengths else 0
    while len(body) < length:
        body += connection.recv(65536)
    return top + b"\r\n\r\n" + body
