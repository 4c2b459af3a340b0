"""Policies on the embedded engine for a while: where their Rego is the one that was compiled."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from app.adapters.engines.opa_wasm import OpaWasm
from app.adapters.engines.policy_folder import PolicyFile
from app.adapters.engines.verdict import VerdictReader
from app.domain.canonical import read_json
from app.domain.decision import Verdict
from app.domain.errors import MalformedDocumentError, PolicyEngineError


class Embedded:
    """Implements the port Candidate."""

    def __init__(self, engine: OpaWasm) -> None:
        self._engine = engine
        self.revision = engine.ping()

    def evaluate_all(self, documents: Sequence[bytes]) -> Sequence[Verdict | PolicyEngineError]:
        """Evaluate each document (JSON, as it was recorded), in order; an error is an answer."""
        return [self._evaluated(document) for document in documents]

    def _evaluated(self, document: bytes) -> Verdict | PolicyEngineError:
        try:
            return self._engine.evaluate(read_json(document))
        except PolicyEngineError as error:
            return error
        except MalformedDocumentError as error:
            return PolicyEngineError(f"the input cannot be read: {error.message}")


@contextmanager
def running(
    files: Sequence[PolicyFile],
    verdicts: VerdictReader,
    input_schema: Mapping[str, Any],
    limit: timedelta,
) -> Iterator[Embedded]:
    """Run these policy files. Raises PolicyEngineError when only OPA could run them."""
    with tempfile.TemporaryDirectory(prefix="countersign-") as folder:
        for file in files:
            path = Path(folder) / file.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(file.content)
        engine = OpaWasm(Path(folder), verdicts, input_schema=input_schema, limit=limit)
    try:
        yield Embedded(engine)
    finally:
        engine.close()
