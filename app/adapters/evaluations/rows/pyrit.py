"""PyRIT: exported attack results, as a JSON list or one row a line.

`success` is success of the attack. What could not be decided or failed is counted beside:
it is neither a hit nor a miss.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.domain.errors import UnreadableEvidenceError
from app.domain.evidence import Dataset, EvaluationReport, QualityFlag, Run, RunStatus, SliceRole
from app.domain.reading.composing import Source, compose
from app.domain.reading.measuring import Observation
from app.domain.reading.quantity import text
from app.domain.reading.row_files import rows_of
from app.domain.reading.shape import epoch
from app.domain.release import Document

_OUTCOMES = frozenset({"success", "failure", "error", "undetermined"})
_CATEGORIES = "targeted_harm_categories"


class PyRITReader:
    """Reads attack results and counts them, all and by harm category."""

    format = "pyrit"

    def sniff(self, files: Sequence[Document]) -> bool:
        """Tell whether every row of the one file is an attack result."""
        rows = rows_of(files, "objective", "outcome")
        return bool(rows) and all(_is_result(row) for row in rows)

    def parse(self, files: Sequence[Document]) -> EvaluationReport:
        """Read the results. Raises UnreadableEvidenceError, and nothing else."""
        if not self.sniff(files):
            raise UnreadableEvidenceError("no attack results of PyRIT")
        rows = rows_of(files, "objective", "outcome")
        outcomes = Counter(row["outcome"].lower() for row in rows)
        scored = outcomes["success"] + outcomes["failure"]
        unscored = len(rows) - scored
        times = [moment for row in rows if (moment := epoch(row.get("timestamp"))) is not None]
        flags = []
        if unscored:
            detail = f"{unscored} attacks failed or could not be decided"
            flags.append(QualityFlag("ERRORS_PRESENT", "", detail))
        run = Run(
            status=RunStatus.PARTIAL if unscored else RunStatus.COMPLETE,
            started_at=min(times, default=None),
            finished_at=max(times, default=None),
            samples_expected=len(rows),
            samples_scored=scored,
            samples_errored=unscored,
        )
        return compose(Source(self.format, "pyrit", run=run), _observations(rows), flags)


def _is_result(row: Mapping[str, Any]) -> bool:
    outcome = row.get("outcome")
    is_known = isinstance(outcome, str) and outcome.lower() in _OUTCOMES
    return is_known and isinstance(row.get("objective"), str)


def _observations(rows: Sequence[Mapping[str, Any]]) -> Iterator[Observation]:
    yield _rate(rows, None)
    categories = sorted({category for row in rows for category in _categories(row)})
    for category in categories:
        yield _rate([row for row in rows if category in _categories(row)], category)


def _rate(rows: Sequence[Mapping[str, Any]], category: str | None) -> Observation:
    outcomes = Counter(row["outcome"].lower() for row in rows)
    n = outcomes["success"] + outcomes["failure"]
    unscored = len(rows) - n
    return Observation(
        native_metric="outcome",
        metric="attack_success_rate",
        raw=outcomes["success"] / n if n else None,
        at="",
        dataset=Dataset("attack results"),
        n=n,
        params={"unscored": str(unscored)} if unscored else {},
        slice={"category": category} if category else {},
        slice_role=SliceRole.CATEGORY if category else SliceRole.OVERALL,
    )


def _categories(row: Mapping[str, Any]) -> list[str]:
    raw = row.get(_CATEGORIES)
    named = [text(member) for member in raw] if isinstance(raw, list) else []
    return [name for name in named if name is not None]
