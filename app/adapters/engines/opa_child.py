"""The policy engine of one machine: an OPA that the gate starts, keeps and stops itself."""

from __future__ import annotations

import atexit
import secrets
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from app.adapters.engines import policy_folder, practice
from app.adapters.engines.opa_process import OpaProcess
from app.adapters.engines.opa_server import DECISION, OpaServer
from app.adapters.engines.verdict import VerdictReader
from app.domain.approvals.practice import Practice
from app.domain.decision import EngineIdentity, Verdict
from app.domain.errors import PolicyEngineError

START_LIMIT = timedelta(seconds=45)


class OpaChild:
    """Asks its own OPA on a unix socket; the policies are those of the folder at start.

    Each process that builds one has its own OPA, so gunicorn's workers have one each. A
    worker that was forked after it was built shares its parent's, and never stops it.
    """

    def __init__(
        self, binary: Path, policies: Path, verdicts: VerdictReader, *, limit: timedelta
    ) -> None:
        """Start OPA and wait until it answers with the folder's policies.

        Raises PolicyEngineError when the folder, the binary or the policies are not usable.
        """
        folder = policy_folder.read(policies)
        practice.of_data(folder.data, folder.revision)
        token = secrets.token_urlsafe(32)
        self._process = OpaProcess(binary, folder, token, (DECISION, practice.PATH))
        atexit.register(self.close)
        self._revision = folder.revision
        self._server = OpaServer(
            f"unix://{self._process.socket}", verdicts, token=token, limit=limit, name="opa_child"
        )
        try:
            self._process.wait_until(self.ping, START_LIMIT)
        except PolicyEngineError:
            self.close()
            raise
        # A worker that is forked from here on must not share an open connection.
        self._server.close()

    @property
    def identity(self) -> EngineIdentity:
        """The engine, and the version that its OPA told."""
        return self._server.identity

    @property
    def pid(self) -> int:
        """The process id of what holds OPA."""
        return self._process.pid

    @property
    def socket(self) -> Path:
        """The unix socket that OPA listens on."""
        return self._process.socket

    def practice(self) -> Practice:
        """Tell how the organisation approves, as policy data states. Raises PolicyEngineError."""
        return self._server.practice()

    def evaluate(self, document: Mapping[str, Any]) -> Verdict:
        """Evaluate policy on the document. Raises PolicyEngineError for all but a whole verdict."""
        verdict = self._server.evaluate(document)
        self._must_be_ours(verdict.policy_revision)
        return verdict

    def ping(self) -> str:
        """Tell the active policy revision. Raises PolicyEngineError."""
        revision = self._server.ping()
        self._must_be_ours(revision)
        return revision

    def close(self) -> None:
        """Stop OPA."""
        atexit.unregister(self.close)
        self._server.close()
        self._process.stop()

    def _must_be_ours(self, revision: str) -> None:
        if revision != self._revision:
            message = "the gate's OPA answers with other policies than it was given"
            raise PolicyEngineError(message, detail=f"{revision}, not {self._revision}")
