"""PyRIT's scorer metrics: how well a judge agrees with people. Evidence about the judge."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.domain.canonical import pointer
from app.domain.errors import UnreadableEvidenceError
from app.domain.evidence import Dataset, Direction, EvaluationReport
from app.domain.reading.composing import Source, compose
from app.domain.reading.measuring import Observation
from app.domain.reading.quantity import count, text
from app.domain.reading.row_files import rows_of
from app.domain.reading.shape import mapping
from app.domain.release import Document

_STDERR = {"mean_absolute_error": "mae_standard_error", "accuracy": "accuracy_standard_error"}
_DIRECTIONS = {"krippendorff_alpha_combined": Direction.HIGHER}
_AGREEMENT = (
    "accuracy",
    "f1_score",
    "precision",
    "recall",
    "mean_absolute_error",
    "krippendorff_alpha_combined",
    "krippendorff_alpha_humans",
    "krippendorff_alpha_model",
    "p_value",
)


class PyRITScorersReader:
    """Reads one row a scorer configuration."""

    format = "pyrit_scorer_metrics"

    def sniff(self, files: Sequence[Document]) -> bool:
        """Tell whether every row of the one file is a scorer with its metrics."""
        rows = rows_of(files, "scorer_type", "metrics")
        return bool(rows) and all(_is_scorer(row) for row in rows)

    def parse(self, files: Sequence[Document]) -> EvaluationReport:
        """Read the rows. Raises UnreadableEvidenceError, and nothing else."""
        if not self.sniff(files):
            raise UnreadableEvidenceError("no scorer metrics of PyRIT")
        rows = rows_of(files, "scorer_type", "metrics")
        versions = {text(row.get("pyrit_version")) for row in rows}
        version = versions.pop() if len(versions) == 1 else None
        return compose(Source(self.format, "pyrit", version), _observations(rows))


def _is_scorer(row: Mapping[str, Any]) -> bool:
    metrics = mapping(row.get("metrics"))
    return "scorer_type" in row and "class_name" in row and "num_responses" in metrics


def _observations(rows: Sequence[Mapping[str, Any]]) -> Iterator[Observation]:
    for index, row in enumerate(rows):
        metrics = mapping(row["metrics"])
        target = mapping(mapping(row.get("children")).get("prompt_target"))
        params = {
            "scorer": text(row.get("class_name")),
            "judge": text(target.get("model_name")),
            "harm_category": text(metrics.get("harm_category")),
            "scorer_hash": text(row.get("hash"), 16),
        }
        dataset = Dataset(
            id=text(metrics.get("dataset_name")) or "unknown",
            revision=text(metrics.get("dataset_version")),
        )
        for metric in _AGREEMENT:
            if metrics.get(metric) is not None:
                yield Observation(
                    native_metric=metric,
                    raw=metrics[metric],
                    at=pointer(index, "metrics", metric),
                    dataset=dataset,
                    n=count(metrics.get("num_responses")),
                    stderr=metrics.get(_STDERR.get(metric, "")),
                    direction=_DIRECTIONS.get(metric),
                    params={key: value for key, value in params.items() if value},
                )
