"""opa-python-client made safe for a gate: one question, one bounded, strict answer.

The library follows redirects, uses proxies of the environment, retries, reads NaN, and
waits for ever on a peer that drips; none of that may stand between a question and a
decision. This client refuses all of it, and takes an answer only as a whole.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

import requests
import urllib3
from opa_client import OpaClient  # type: ignore[import-untyped]  # the library has no types
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

from app.adapters.engines import deadline
from app.adapters.engines.deadline import DEADLINE
from app.domain.canonical import canonical_json, read_json
from app.domain.errors import MalformedDocumentError, PolicyEngineError

LARGEST_ANSWER = 16 * 1024 * 1024
OLDEST_VERSION = (1, 21, 3)
CONNECTIONS = 32
_CONNECT_RETRIES = 1
_HEADERS = {
    "Accept-Encoding": "identity",
    "Accept": "application/json",
    "Content-Type": "application/json",
}
_QUESTION = "strict-builtin-errors=true&provenance=true"
_VERSION = re.compile(r"(\d{1,4})\.(\d{1,4})\.(\d{1,4})")
_REVISION = re.compile(r"[!-~]{1,200}")


@dataclass(frozen=True, slots=True)
class Answer:
    """What OPA answered: the value at the path, and what it was evaluated with."""

    value: Any
    revision: str
    version: str


class GateClient(OpaClient):  # type: ignore[misc]  # the library has no types
    """Asks one OPA; safe for threads. Raises PolicyEngineError, and nothing else."""

    def __init__(
        self, url: str, token: str | None, limit: timedelta, ca_file: Path | None = None
    ) -> None:
        """Take OPA's address, `http(s)://host:port` or `unix:///path`, without connecting."""
        self.url = url
        self._limit = limit
        self._where = _address(url)
        self._tls = _tls(self._where, ca_file)
        self._adapter = _adapter(self._where, self._tls)
        super().__init__(
            host=_host(self._where),
            port=_port(self._where),
            ssl=self._tls is not None,
            token=token,
            retries=_CONNECT_RETRIES,
            timeout=limit.total_seconds(),
        )

    def ask(self, path: str, document: Mapping[str, Any] | None = None) -> Answer:
        """Ask for the value of `data.<path>` given the input document.

        Raises PolicyEngineError unless OPA answers within the limit, with 200, with strict
        JSON, with a defined value, and with the revision of the policies it used.
        """
        return self.ask_about(path, _content(document if document is not None else {}))

    def ask_about(self, path: str, content: bytes) -> Answer:
        """Ask with a question that is written already: `{"input": ...}` as JSON."""
        with DEADLINE.within(self._limit):
            body = self._exchange(f"/v1/data/{path}?{_QUESTION}", content)
        return _answer(path, body)

    def _init_session(self) -> requests.Session:
        session = requests.Session()
        session.trust_env = False
        session.proxies = {}
        session.headers.update(self.headers or {})
        session.headers.update(_HEADERS)
        for scheme in list(session.adapters):
            del session.adapters[scheme]
        session.mount(f"{_web(self._where)}://", self._adapter)
        return session

    def _exchange(self, path: str, content: bytes) -> bytes:
        # Past the session: of what it does for each request, a question to OPA needs nothing.
        try:
            with self._adapter.post(self._where, path, content, self._session.headers) as response:
                # Compressed bytes are never unpacked: none were asked for.
                body = response.read(LARGEST_ANSWER + 1, decode_content=False)
                status = response.status
        except (TimeoutError, urllib3.exceptions.TimeoutError) as error:
            raise self._failed("did not answer in time", str(error)) from error
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise self._failed("did not answer", str(error)) from error
        if len(body) > LARGEST_ANSWER:
            raise self._failed("answered too much", f"over {LARGEST_ANSWER} bytes")
        if status != requests.codes.ok:
            raise self._failed(f"answered with status {status}", repr(body[:1000]))
        return body

    def _failed(self, what: str, detail: str) -> PolicyEngineError:
        return PolicyEngineError(f"the policy engine {what}", detail=f"{self.url}: {detail}")


class _Adapter(HTTPAdapter):
    """A transport on bounded connections, that retries nothing but connecting."""

    def __init__(self, pool: type[urllib3.HTTPConnectionPool], tls: ssl.SSLContext | None) -> None:
        self._pool_class = pool
        self._tls = tls
        self._retries = Retry(
            total=_CONNECT_RETRIES, connect=_CONNECT_RETRIES, read=0, redirect=0, status=0, other=0
        )
        super().__init__(max_retries=self._retries, pool_connections=1, pool_maxsize=CONNECTIONS)

    def post(
        self, where: SplitResult, path: str, content: bytes, headers: Mapping[str, str | bytes]
    ) -> urllib3.BaseHTTPResponse:
        """Post past the session: of what it does for each request, OPA needs nothing."""
        pool = self.poolmanager.connection_from_host(_host(where), _port(where), _web(where))
        response: urllib3.BaseHTTPResponse = pool.urlopen(
            "POST",
            path,
            content,
            headers,
            retries=self._retries,
            redirect=False,
            preload_content=False,
            decode_content=False,
        )
        return response

    def init_poolmanager(
        self,
        connections: int,
        maxsize: int,
        block: bool = False,  # noqa: FBT001, FBT002 - as requests declares it
        **pool_kwargs: Any,  # noqa: ANN401 - as requests declares it
    ) -> None:
        if self._tls is not None:
            pool_kwargs |= {"ssl_context": self._tls, "cert_reqs": ssl.CERT_REQUIRED}
        super().init_poolmanager(connections, maxsize, block, **pool_kwargs)
        self.poolmanager.pool_classes_by_scheme = {
            "http": self._pool_class,
            "https": self._pool_class,
        }

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:  # noqa: ANN401 - as requests declares it
        """Leave the connection alone: it verifies by the context above, always."""


def _content(document: Mapping[str, Any]) -> bytes:
    try:
        return canonical_json({"input": document})
    except (TypeError, ValueError) as error:
        raise PolicyEngineError("the policy input is not JSON", detail=str(error)) from error


def _answer(path: str, body: bytes) -> Answer:
    try:
        document = read_json(body)
    except MalformedDocumentError as error:
        message = "the policy engine's answer is not strict JSON"
        raise PolicyEngineError(message, detail=error.message) from error
    if not isinstance(document, dict) or "result" not in document:
        message = f"the policy engine has no value for data.{path.replace('/', '.')}"
        raise PolicyEngineError(message, detail="are the policies loaded?")
    provenance = document.get("provenance")
    if not isinstance(provenance, dict):
        raise PolicyEngineError("the policy engine does not tell what it evaluated with")
    version, revision = _version(provenance), _revision(provenance)
    return Answer(document["result"], revision, version)


def _version(provenance: Mapping[str, Any]) -> str:
    version = provenance.get("version")
    numbers = _VERSION.match(version) if isinstance(version, str) else None
    if numbers is None:
        raise PolicyEngineError("the policy engine does not tell its version")
    if tuple(int(number) for number in numbers.groups()) < OLDEST_VERSION:
        oldest = ".".join(str(number) for number in OLDEST_VERSION)
        raise PolicyEngineError(f"OPA {numbers.group()} is older than {oldest}")
    return numbers.group()


def _revision(provenance: Mapping[str, Any]) -> str:
    bundles = provenance.get("bundles")
    if not isinstance(bundles, dict) or not bundles:
        raise PolicyEngineError("the policy engine has no active bundle")
    revisions: dict[str, str] = {}
    for name, bundle in bundles.items():
        revision = bundle.get("revision") if isinstance(bundle, dict) else None
        if not isinstance(revision, str) or not _REVISION.fullmatch(revision):
            raise PolicyEngineError(f"the policy engine's bundle {name!r} has no revision")
        revisions[name] = revision
    if len(revisions) == 1:
        return next(iter(revisions.values()))
    # Several bundles decide together, so all of them name what decided.
    return ",".join(f"{name}={revisions[name]}" for name in sorted(revisions))


def _address(url: str) -> SplitResult:
    where = urlsplit(url)
    is_web = where.scheme in {"http", "https"} and where.hostname and where.path in {"", "/"}
    is_unix = where.scheme == "unix" and not where.netloc and where.path.startswith("/")
    if not (is_web or is_unix) or where.query or where.fragment or "@" in where.netloc:
        message = "the policy engine's address must be http(s)://host:port or unix:///path"
        raise PolicyEngineError(
            message, detail=where._replace(netloc=where.hostname or "").geturl()
        )
    return where


def _port(where: SplitResult) -> int:
    return where.port or (443 if where.scheme == "https" else 8181)


def _web(where: SplitResult) -> str:
    return where.scheme.replace("unix", "http")


def _adapter(where: SplitResult, tls: ssl.SSLContext | None) -> _Adapter:
    if where.scheme == "unix":
        return _Adapter(deadline.unix_pool(where.path), None)
    return _Adapter(deadline.BoundedTLSPool if tls else deadline.BoundedPool, tls)


def _host(where: SplitResult) -> str:
    host = where.hostname or "localhost"
    return f"[{host}]" if ":" in host else host


def _tls(where: SplitResult, ca_file: Path | None) -> ssl.SSLContext | None:
    if where.scheme != "https":
        return None
    try:
        return deadline.tls_context(str(ca_file) if ca_file is not None else None)
    except (OSError, ssl.SSLError) as error:
        message = "the policy engine's CA file cannot be read"
        raise PolicyEngineError(message, detail=f"{ca_file}: {error}") from error
