"""Where recorded decisions come from: a gate, or a file that was kept earlier."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, Self, TextIO
from urllib.parse import urlencode

from app.cli.client import Client, ClientError, segment
from app.domain.canonical import canonical_json, read_json
from app.domain.digest import Digest
from app.domain.entry import Kind, microseconds, rfc3339
from app.domain.errors import MalformedDocumentError

_PAGE = 200


class Source(Protocol):
    """Decisions, newest first, and the policy inputs that they were made on."""

    def decisions(self) -> Iterator[dict[str, Any]]:
        """Give the body of each decision. Raises ClientError."""

    def read_input(self, sha256: Digest) -> bytes | None:
        """Give a policy input, or None if there is none. Raises ClientError."""


class FromGate:
    """Decisions of a running gate, over its API."""

    def __init__(self, client: Client) -> None:
        """Take the gate to ask."""
        self._client = client

    def decisions(self) -> Iterator[dict[str, Any]]:
        """Give the body of each decision, page by page. Raises ClientError."""
        cursor = ""
        while cursor is not None:
            after = f"&cursor={cursor}" if cursor else ""
            page = self._client.ask("GET", f"/v1/decisions?limit={_PAGE}{after}")
            yield from page["decisions"]
            cursor = page["next_cursor"]

    def read_input(self, sha256: Digest) -> bytes | None:
        """Give a policy input, or None if the gate has none. Raises ClientError."""
        return self._client.fetch(f"/v1/blobs/{sha256}")

    def decision(self, decision_id: str) -> dict[str, Any]:
        """Give the body of one decision. Raises ClientError."""
        return self._client.ask("GET", f"/v1/decisions/{segment(decision_id)}")

    def sources(self, revision: str) -> Digest | None:
        """Tell under which digest the sources of these policies are kept. Raises ClientError."""
        asked = urlencode({"kind": Kind.POLICIES_KEPT, "policy": revision})
        entries = self._client.ask("GET", f"/v1/log?{asked}")["entries"]
        return Digest(entries[0]["sources_sha256"]) if entries else None


class FromFile:
    """Decisions of a file: one JSON object a line, `decision` and its `input`."""

    def __init__(self, path: Path) -> None:
        """Take the file to read."""
        self._path = path
        self._inputs: defaultdict[str, list[bytes]] = defaultdict(list)

    def decisions(self) -> Iterator[dict[str, Any]]:
        """Give the body of each decision. Raises ClientError for a line that is none."""
        with self._path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                yield self._read(number, line)

    def read_input(self, sha256: Digest) -> bytes | None:
        """Give the input that stands beside a decision that was given, once for each."""
        contents = self._inputs.get(sha256)
        return contents.pop() if contents else None

    def _read(self, number: int, line: bytes) -> dict[str, Any]:
        try:
            kept = read_json(line)
        except MalformedDocumentError as error:
            raise ClientError(f"{self._path}, line {number}: {error.message}") from error
        match kept:
            case {"decision": dict() as decision, "input": policy_input}:
                if policy_input is not None:
                    content = canonical_json(policy_input)
                    self._inputs[Digest.of(content)].append(content)
                return decision
            case _:
                raise ClientError(f"{self._path}, line {number}: no decision with its input")


class Kept(AbstractContextManager["Kept"]):
    """A source whose decisions end at a time, and which are kept in a file if one is named."""

    def __init__(self, source: Source, keep: Path | None, since: datetime | None) -> None:
        """Take the source, the file to write, and the time to go back to."""
        self._source = source
        self._keep = keep
        self._since = rfc3339(microseconds(since)) if since else ""
        self._open = ExitStack()
        self._file: TextIO | None = None
        self._bodies: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)

    def __enter__(self) -> Self:
        if self._keep is not None:
            self._file = self._open.enter_context(self._keep.open("w", encoding="utf-8"))
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def decisions(self) -> Iterator[dict[str, Any]]:
        """Give the decisions since then, newest first. Raises ClientError."""
        for body in self._source.decisions():
            if str(body.get("at", "")) < self._since:
                return
            if self._file is not None:
                self._bodies[str(body.get("input_sha256"))].append(body)
            yield body

    def read_input(self, sha256: Digest) -> bytes | None:
        """Give a policy input, and keep it beside its decision. Raises ClientError."""
        content = self._source.read_input(sha256)
        bodies = self._bodies.get(sha256)
        if self._file is not None and bodies:
            kept = {"decision": bodies.pop(), "input": json.loads(content) if content else None}
            self._file.write(canonical_json(kept).decode() + "\n")
        return content
