"""What evaluates policies, and what keeps, tries and hands out policies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any, Protocol

from app.domain.approvals.practice import Practice
from app.domain.decision import EngineIdentity, Verdict
from app.domain.errors import PolicyEngineError
from app.domain.rollout.draft import Annotation, PolicyDraft, Tested, Trial
from app.domain.rollout.policies import Policies
from app.domain.rollout.served import ServedBundle


class PolicyEngine(Protocol):
    """Evaluates the policies on one input document."""

    @property
    def identity(self) -> EngineIdentity:
        """The engine, chosen at start: another one never answers in its place."""

    def practice(self) -> Practice:
        """Tell how the organisation approves, as policy data states. Raises PolicyEngineError."""

    def evaluate(self, document: Mapping[str, Any]) -> Verdict:
        """Evaluate policy on the document. Raises PolicyEngineError for all but a whole verdict."""

    def ping(self) -> str:
        """Tell the active policy revision. Raises PolicyEngineError."""

    def close(self) -> None:
        """Stop whatever was started."""


class Candidate(Protocol):
    """Other policies than the active ones, asked about many recorded inputs at once."""

    revision: str

    def evaluate_all(self, documents: Sequence[bytes]) -> Sequence[Verdict | PolicyEngineError]:
        """Evaluate each document (JSON, as it was recorded), in order; an error is an answer."""


class PolicySources(Protocol):
    """The sources of the policies that decide, to be kept once under their revision."""

    def pending(self, revision: str) -> bytes | None:
        """Give the sources of a revision until they are kept; None if they are not at hand."""

    def kept(self, revision: str) -> None:
        """Hear that the sources of a revision are in the store."""


class PolicyLibrary(Protocol):
    """Policies by their sources, whatever is active."""

    def read(self, sources: bytes) -> Policies:
        """Read the sources of policies. Raises PolicyEngineError, with file and line."""

    def running(self, sources: bytes, revision: str) -> AbstractContextManager[Candidate]:
        """Run policies for a while. Raises PolicyEngineError when no engine here can."""


class Workbench(Protocol):
    """The policies as their authors read them and work on them."""

    @property
    def is_open(self) -> bool:
        """Whether drafts can be tried here; they can always be read."""

    def files(self) -> Mapping[str, str]:
        """Read the policies with their tests, as text by path. Raises PolicyEngineError."""

    def annotations(self) -> Sequence[Annotation]:
        """Read what authors say of packages and rules. Raises PolicyEngineError."""

    def try_out(self, draft: PolicyDraft, document: bytes) -> Trial:
        """Evaluate a draft on one input. Raises InvalidSubmissionError, PolicyEngineError."""

    def test(self, draft: PolicyDraft) -> Tested:
        """Run all tests on a draft. Raises InvalidSubmissionError, PolicyEngineError."""

    def sources(self, draft: PolicyDraft) -> bytes:
        """Write a draft as the sources of policies, such as are proposed.

        Raises InvalidSubmissionError for one that does not compile, PolicyEngineError.
        """

    def running(self, draft: PolicyDraft) -> AbstractContextManager[Candidate]:
        """Run a draft for a while. Raises InvalidSubmissionError, PolicyEngineError."""


class Bundles(Protocol):
    """The signed bundle of the policies, for those OPAs that fetch it from the gate."""

    def current(self) -> ServedBundle:
        """Give the bundle. Raises NotFoundError when none is handed out, PolicyEngineError."""

    def wait_for_other(self, etag: str, limit: timedelta) -> ServedBundle:
        """Give another bundle than the one of this name, or the same one after the limit."""
