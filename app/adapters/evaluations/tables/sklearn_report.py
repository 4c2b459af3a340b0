"""scikit-learn's `classification_report`: a dump, a table of pandas, CSV, or as printed.

`accuracy` is a bare number among mappings, and gives way to `micro avg` for a subset of the
labels; with `zero_division=nan` the averages silently skip the classes without a value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.adapters.evaluations.tables.sklearn_layouts import METRICS, report_of
from app.domain.canonical import Unfit, pointer
from app.domain.errors import UnreadableEvidenceError
from app.domain.evidence import Dataset, EvaluationReport, QualityFlag, SliceRole
from app.domain.reading.composing import Source, compose
from app.domain.reading.measuring import Observation
from app.domain.reading.quantity import count, text
from app.domain.reading.shape import mapping
from app.domain.release import Document

_AVERAGES = {
    "macro avg": "macro",
    "weighted avg": "weighted",
    "micro avg": "micro",
    "samples avg": "samples",
}
_UNKNOWN = Dataset("unknown")


class SklearnReportReader:
    """Reads the per-class rows, the averages and the accuracy."""

    format = "sklearn_classification_report"

    def sniff(self, files: Sequence[Document]) -> bool:
        """Tell whether the one file is a classification report."""
        return bool(report_of(files)[0])

    def parse(self, files: Sequence[Document]) -> EvaluationReport:
        """Read the report. Raises UnreadableEvidenceError, and nothing else."""
        report, is_printed = report_of(files)
        if not report:
            raise UnreadableEvidenceError("no classification report of scikit-learn")
        source = Source(format=self.format, tool="scikit-learn")
        flags = [*_skipped(report)]
        if is_printed:
            flags.append(
                QualityFlag("ROUNDED", "", "the report was printed: its numbers are rounded")
            )
        return compose(source, _observations(report), tuple(flags))


def _observations(report: Mapping[str, Any]) -> Iterator[Observation]:
    total = count(mapping(report["weighted avg"]).get("support"))
    for label, row in report.items():
        if not isinstance(row, dict):
            yield Observation("accuracy", row, pointer(label), _UNKNOWN, n=total)
            continue
        average = _AVERAGES.get(label)
        support = count(row.get("support"))
        for metric in METRICS:
            yield Observation(
                native_metric=metric,
                raw=row[metric],
                at=pointer(label, metric),
                dataset=_UNKNOWN,
                n=support if metric == "recall" or average else None,
                params={"average": average} if average else {},
                slice={} if average else {"class": text(label) or "unknown"},
                slice_role=SliceRole.OVERALL if average else SliceRole.GROUP,
                is_aggregate=average is not None,
                is_averaged=average is not None and average != "micro",
            )


def _skipped(report: Mapping[str, Any]) -> Iterator[QualityFlag]:
    for metric in METRICS:
        rows = [mapping(row) for label, row in report.items() if label not in _AVERAGES]
        lost = sum(isinstance(row.get(metric), Unfit) for row in rows)
        if lost:
            detail = f"the averages of {metric} leave out {lost} classes without a value"
            yield QualityFlag("AVERAGE_SKIPS_NAN", pointer("macro avg", metric), detail)
