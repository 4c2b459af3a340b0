"""DeepEval: `test_run_*.json` of a results folder, and a dumped `EvaluationResult`.

Scores are averaged here. Whether a case passed is not read: its threshold is the
producer's. Cases whose metric failed have no score, and are counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.domain.canonical import pointer
from app.domain.errors import UnreadableEvidenceError
from app.domain.evidence import Dataset, EvaluationReport, QualityFlag, Run, RunStatus
from app.domain.facts.statistics import mean_and_stderr
from app.domain.reading.composing import Source, compose
from app.domain.reading.files import sole_json
from app.domain.reading.measuring import Observation
from app.domain.reading.quantity import quantity, text
from app.domain.reading.shape import mapping, members
from app.domain.release import Document

CASES = {"testCases": "metricsData", "conversationalTestCases": "metricsData"}
DUMPED_CASES = {"test_results": "metrics_data"}


class DeepEvalReader:
    """Reads the scores of all cases, metric by metric."""

    format = "deepeval"

    def sniff(self, files: Sequence[Document]) -> bool:
        """Tell whether the one file is a test run or a dumped result."""
        return bool(native_of(files))

    def parse(self, files: Sequence[Document]) -> EvaluationReport:
        """Read the scores. Raises UnreadableEvidenceError, and nothing else."""
        native = native_of(files)
        if not native:
            raise UnreadableEvidenceError("no test run of DeepEval")
        tally = _Tally()
        for cases, scores in {**CASES, **DUMPED_CASES}.items():
            for index, case in members(native.get(cases)):
                tally.count(case, scores, pointer(cases, index))
        source = Source(self.format, "deepeval", run=tally.run(), judge=tally.judge)
        name = text(native.get("identifier")) or "unknown"
        return compose(source, tally.observations(name), tuple(tally.flags()))


def native_of(files: Sequence[Document]) -> Mapping[str, Any]:
    """Open the one file if it is a test run or a dumped result; empty otherwise."""
    for key in ("metricsData", "metricsMetadata"):  # so named before version 1
        run = mapping(sole_json(files, "testCases", key))
        if isinstance(run.get("testCases"), list):
            return run
    dumped = mapping(sole_json(files, "test_results", "metrics_data"))
    return dumped if isinstance(dumped.get("test_results"), list) else {}


def metrics_of(case: Mapping[str, Any], key: str) -> Iterator[tuple[int, str, Mapping[str, Any]]]:
    """Give what a case was scored by, each with its place and name."""
    for index, metric in members(case.get(_key(case, key))):
        name = text(metric.get("name")) or text(metric.get("metric")) or "unknown"
        yield index, name, metric


def _key(case: Mapping[str, Any], key: str) -> str:
    return key if key in case else "metricsMetadata"


@dataclass(slots=True)
class _Tally:
    """Scores by metric, in the order in which the metrics came."""

    scores: dict[str, list[float]] = field(default_factory=dict)
    lost: dict[str, int] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    judge: str | None = None
    cases: int = 0

    def count(self, case: Mapping[str, Any], key: str, at: str) -> None:
        """Take the scores of one case."""
        self.cases += 1
        for index, name, metric in metrics_of(case, key):
            self.places.setdefault(name, at + pointer(_key(case, key), index, "score"))
            self.scores.setdefault(name, [])
            self.lost.setdefault(name, 0)
            score = quantity(metric.get("score")).value
            if score is None or metric.get("error"):
                self.lost[name] += 1
            else:
                self.scores[name].append(score)
            judge = metric.get("evaluationModel", metric.get("evaluation_model"))
            self.judge = self.judge or text(judge)

    def observations(self, dataset: str) -> Iterator[Observation]:
        """Yield the mean of each metric, at the place of its first score."""
        for name, scores in self.scores.items():
            mean, stderr = mean_and_stderr(scores)
            lost = self.lost[name]
            yield Observation(
                native_metric=name,
                raw=mean,
                at=self.places[name],
                dataset=Dataset(dataset),
                n=len(scores),
                stderr=stderr,
                params={"aggregation": "mean", **({"unscored": str(lost)} if lost else {})},
            )

    def flags(self) -> Iterator[QualityFlag]:
        """Tell of the metrics that have no score for some case."""
        for name, lost in self.lost.items():
            if lost:
                detail = f"{lost} cases have no score of {name}"
                yield QualityFlag("ERRORS_PRESENT", self.places[name], detail)

    def run(self) -> Run:
        """Tell how many cases there were."""
        lost = max(self.lost.values(), default=0)
        status = RunStatus.PARTIAL if lost else RunStatus.COMPLETE
        return Run(status, None, None, self.cases, self.cases - lost, lost)
