"""Evidence for tests: documents made of a text, and the sample files of this repository."""

from __future__ import annotations

import json
from pathlib import Path

from app.domain.digest import Digest
from app.domain.evidence import EvaluationReport, Measurement, ModelCard
from app.domain.release import Document

SAMPLES = Path(__file__).parent / "samples" / "evidence"


def document(name: str, content: bytes | str | object) -> Document:
    """Make a document of bytes, of text, or of anything that JSON can hold."""
    if not isinstance(content, bytes):
        written = content if isinstance(content, str) else json.dumps(content)
        content = written.encode()
    return Document(name, Digest.of(content), content)


def sample(path: str) -> Document:
    """Read one of the sample files."""
    file = SAMPLES / path
    return document(file.name, file.read_bytes())


def codes(read: ModelCard | EvaluationReport) -> set[str]:
    """Tell the codes of what the reader noticed."""
    return {flag.code for flag in read.quality}


def one(read: ModelCard | EvaluationReport, at: str) -> Measurement:
    """Find the one measurement that was read at this place."""
    rows = read.results if isinstance(read, EvaluationReport) else read.reported_results
    (found,) = [row for row in rows if row.at == at]
    return found
