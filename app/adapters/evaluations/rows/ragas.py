"""Ragas has no file format: the rows that people save, as JSON, JSON lines or CSV.

Its own mean leaves out rows whose judge failed; here they are counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.domain.canonical import Unfit, pointer
from app.domain.errors import UnreadableEvidenceError
from app.domain.evidence import Dataset, EvaluationReport, QualityFlag, Run, RunStatus
from app.domain.facts.statistics import mean_and_stderr
from app.domain.reading.composing import Source, compose
from app.domain.reading.measuring import Observation
from app.domain.reading.quantity import quantity
from app.domain.reading.row_files import MOST_BYTES, rows_of
from app.domain.release import Document

METRICS = frozenset(
    (
        "answer_correctness",
        "answer_relevancy",
        "answer_similarity",
        "aspect_critic",
        "context_entity_recall",
        "context_precision",
        "context_recall",
        "context_relevancy",
        "factual_correctness",
        "faithfulness",
        "llm_context_precision_with_reference",
        "llm_context_precision_without_reference",
        "nv_accuracy",
        "nv_context_relevance",
        "nv_response_groundedness",
        "noise_sensitivity",
        "response_relevancy",
        "semantic_similarity",
    )
)
_QUESTIONS = (("user_input", "response"), ("question", "answer"))
_JUDGE = "unnamed judge"


class RagasReader:
    """Reads rows of questions, answers and scores."""

    format = "ragas"

    def sniff(self, files: Sequence[Document]) -> bool:
        """Tell whether the rows have a question, an answer and a metric of Ragas, or only these."""
        rows = _rows(files)
        if not rows:
            return False
        are_scores = len(_names(rows)) == len(rows[0]) > 1  # `EvaluationResult.scores` alone
        return are_scores or any(all(name in rows[0] for name in pair) for pair in _QUESTIONS)

    def parse(self, files: Sequence[Document]) -> EvaluationReport:
        """Read the rows. Raises UnreadableEvidenceError, and nothing else."""
        rows = _rows(files)
        if not rows:
            raise UnreadableEvidenceError("no rows with a metric of Ragas")
        columns = {name: _column(rows, name) for name in _names(rows)}
        lost = max(len(rows) - len(scores) for scores in columns.values())
        status = RunStatus.PARTIAL if lost else RunStatus.COMPLETE
        run = Run(status, None, None, len(rows), len(rows) - lost, lost)
        source = Source(self.format, "ragas", run=run, judge=_JUDGE)
        return compose(source, _observations(columns, len(rows)), tuple(_flags(columns, len(rows))))


def _rows(files: Sequence[Document]) -> list[Mapping[str, Any]]:
    if len(files) != 1 or len(files[0].content) > MOST_BYTES:
        return []
    if not any(name.encode() in files[0].content for name in METRICS):
        return []
    rows = rows_of(files)
    return rows if rows and _names(rows) else []


def _names(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    # `factual_correctness(mode=f1)` is a metric with its options in its name.
    return [name for name in rows[0] if name.partition("(")[0] in METRICS]


def _column(rows: Sequence[Mapping[str, Any]], name: str) -> list[float]:
    raw = (row.get(name) for row in rows)
    scores = (quantity(member).value for member in raw if not isinstance(member, Unfit))
    return [score for score in scores if score is not None]


def _observations(columns: Mapping[str, list[float]], total: int) -> Iterator[Observation]:
    for name, scores in columns.items():
        mean, stderr = mean_and_stderr(scores)
        lost = total - len(scores)
        metric, _, options = name.partition("(")
        params = {"aggregation": "mean", "options": options.rstrip(")"), "unscored": str(lost)}
        yield Observation(
            native_metric=name,
            metric=metric,
            raw=mean,
            at=pointer(name),
            dataset=Dataset("unknown"),
            n=len(scores),
            stderr=stderr,
            params={key: value for key, value in params.items() if value not in {"", "0"}},
        )


def _flags(columns: Mapping[str, list[float]], total: int) -> Iterator[QualityFlag]:
    for name, scores in columns.items():
        if len(scores) < total:
            detail = f"{total - len(scores)} of {total} rows have no score of {name}"
            yield QualityFlag("ERRORS_PRESENT", pointer(name), detail)
