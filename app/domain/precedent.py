"""What the log knows of earlier releases of a model on a stage."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.domain.digest import Digest
from app.domain.evidence import Binding, ReportReading, Scores, Unread
from app.domain.facts.comparison import Comparison, compare
from app.domain.models.pointer import Residence
from app.domain.reading.archive import unpacked
from app.domain.release import Document, Evidence, Release


@dataclass(frozen=True, slots=True)
class Precedent:
    """Whether anything was released before, and whether the rollback target was."""

    is_first: bool
    """True when no other release of the model was ever allowed on the stage."""
    is_rollback_released: bool
    """True when a rollback target is named and was once allowed on the stage."""
    residences: tuple[Residence, ...] = ()
    """Where the very same version runs now."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """The released version that a release is compared with, and the reports it was allowed with."""

    release_digest: Digest
    version: str
    evaluations: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """One result of a report beside the same of the baseline."""

    report: int
    """Place of the report in the submission."""
    baseline: Baseline
    comparison: Comparison


def compared(
    release: Release,
    readings: Sequence[ReportReading],
    baseline: Baseline | None,
    earlier: Sequence[ReportReading],
    scores_by_sample: Callable[[Sequence[Document]], Sequence[Scores]],
) -> tuple[Compared, ...]:
    """Compare every result that a release and its baseline both give.

    Each report is compared with each of the baseline, so that of two that disagree both
    must hold. A report about other bytes is compared with nothing.
    """
    if baseline is None:
        return ()
    scores = _Scores(scores_by_sample)
    found: list[Compared] = []
    for index, (mine, evidence) in enumerate(zip(readings, release.evaluations, strict=True)):
        for other, before in zip(earlier, baseline.evaluations, strict=True):
            if isinstance(mine.report, Unread) or isinstance(other.report, Unread):
                continue
            if mine.binding is not Binding.NONE:
                samples = scores.of(evidence), scores.of(before)
                found.extend(
                    Compared(index, baseline, comparison)
                    for comparison in compare(mine.report, other.report, samples)
                )
    return tuple(found)


class _Scores:
    """Scores by sample, read once for each piece of evidence."""

    def __init__(self, read: Callable[[Sequence[Document]], Sequence[Scores]]) -> None:
        self._read = read
        self._known: dict[int, Sequence[Scores]] = {}

    def of(self, evidence: Evidence) -> Sequence[Scores]:
        if id(evidence) not in self._known:
            self._known[id(evidence)] = self._read(unpacked(evidence.files))
        return self._known[id(evidence)]
