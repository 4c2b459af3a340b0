"""What reads evidence and verifies signatures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from app.domain.evidence import EvaluationReport, ModelCard
from app.domain.finding import Finding
from app.domain.reading.dataset import DatasetDescription
from app.domain.release import Document, File


class CardReader(Protocol):
    """One format of model cards."""

    format: str

    def sniff(self, files: Sequence[Document]) -> bool:
        """Tell whether the files are certainly of this format."""

    def parse(self, files: Sequence[Document]) -> ModelCard:
        """Read the files. Raises UnreadableEvidenceError, and nothing else."""


class ReportReader(Protocol):
    """One format of evaluation reports."""

    format: str

    def sniff(self, files: Sequence[Document]) -> bool:
        """Tell whether the files are certainly of this format."""

    def parse(self, files: Sequence[Document]) -> EvaluationReport:
        """Read the files. Raises UnreadableEvidenceError, and nothing else."""


class DatasetReader(Protocol):
    """One format of descriptions of data sets."""

    format: str

    def sniff(self, files: Sequence[Document]) -> bool:
        """Tell whether the files are certainly of this format."""

    def parse(self, files: Sequence[Document]) -> DatasetDescription:
        """Read the files. Raises UnreadableEvidenceError, and nothing else."""


class SignatureVerifier(Protocol):
    """Verifies bundles against pinned trust roots, offline. Says no unless it has looked."""

    def verify(self, bundle: Document, files: Sequence[File]) -> Finding:
        """Verify one bundle over a release's files; a bad bundle is a finding, never an error.

        Raises VerifierError when there is nothing to verify against.
        """

    def ping(self) -> None:
        """Raise VerifierError unless bundles can be verified."""
