"""Candidate policies in an OPA of their own, asked about many input documents at once."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path, PurePosixPath

from app.adapters.engines.authoring.purity import must_be_pure
from app.adapters.engines.opa_client import Answer, GateClient
from app.adapters.engines.opa_process import OpaProcess
from app.adapters.engines.policy_folder import PolicyFile, PolicyFolder
from app.adapters.engines.verdict import VerdictReader
from app.domain.decision import EngineIdentity, Verdict
from app.domain.errors import PolicyEngineError

_READY = "gate/quorums"
"""What is asked until OPA answers: every policy has it."""
BATCH = "countersign/batch/verdicts"
BATCH_SIZE = 32
_GARBAGE = 1000
"""It lives for one replay, so time is worth more than memory: 250 MB on the demo's policies."""
START_LIMIT = timedelta(seconds=45)
LATE = 3
"""Documents in a row over which a candidate took too long: the rest is not tried."""
_BATCH_REGO = b"""package countersign.batch

verdicts[index] := verdict if {
	some index, document in input.documents
	verdict := data.gate.decision with input as document
}
"""


class OpaBatch:
    """Evaluates recorded inputs on candidate policies; as many at once as there are cores."""

    def __init__(
        self, binary: Path, policies: PolicyFolder, verdicts: VerdictReader, *, limit: timedelta
    ) -> None:
        """Start OPA on the candidate; `limit` is for one document, or several at once.

        Raises PolicyEngineError when the candidate does not compile, calls what is not pure,
        or OPA cannot run.
        """
        must_be_pure(binary, policies)
        self._verdicts = verdicts
        batch = PolicyFile(PurePosixPath("countersign/batch/batch.rego"), _BATCH_REGO)
        token = secrets.token_urlsafe(32)
        paths = (BATCH, _READY)
        self._process = OpaProcess(binary, policies, token, paths, (batch,), garbage=_GARBAGE)
        self._client = GateClient(f"unix://{self._process.socket}", token, limit)
        self._limit, self._late = limit, 0
        self._workers = ThreadPoolExecutor(os.cpu_count() or 1, "countersign-batch")
        self.revision = policies.revision
        try:
            self._process.wait_until(lambda: self._client.ask(_READY), START_LIMIT)
        except PolicyEngineError:
            self.close()
            raise

    def evaluate_all(self, documents: Sequence[bytes]) -> list[Verdict | PolicyEngineError]:
        """Evaluate each document (JSON, as it was recorded), in order; an error is an answer."""
        batches = [
            documents[start : start + BATCH_SIZE] for start in range(0, len(documents), BATCH_SIZE)
        ]
        return [answer for batch in self._workers.map(self._evaluate, batches) for answer in batch]

    def close(self) -> None:
        """Stop OPA."""
        self._workers.shutdown()
        self._client.close_connection()
        self._process.stop()

    def _evaluate(self, batch: Sequence[bytes]) -> list[Verdict | PolicyEngineError]:
        if self._late >= LATE:
            message = f"{LATE} in a row took longer than {self._limit.total_seconds():g} s"
            return [PolicyEngineError(f"{message}: the rest was not tried")] * len(batch)
        content, began = b'{"input":{"documents":[' + b",".join(batch) + b"]}}", time.monotonic()
        try:
            answer = self._client.ask_about(BATCH, content)
        except PolicyEngineError as error:
            if len(batch) == 1:
                is_late = time.monotonic() - began >= self._limit.total_seconds()
                self._late = self._late + 1 if is_late else 0
                return [error]
            # One document that OPA stops at must not take its neighbours with it.
            half = len(batch) // 2
            return [*self._evaluate(batch[:half]), *self._evaluate(batch[half:])]
        self._late = 0
        return list(self._read(answer, len(batch)))

    def _read(self, answer: Answer, count: int) -> Iterator[Verdict | PolicyEngineError]:
        engine = EngineIdentity("opa_batch", answer.version)
        values = answer.value if isinstance(answer.value, dict) else {}
        for index in range(count):
            try:
                yield self._verdicts.read(values.get(str(index)), self.revision, engine)
            except PolicyEngineError as error:
                yield error
