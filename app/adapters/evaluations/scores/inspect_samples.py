"""Scores by sample of an Inspect log, so that two models can be compared in pairs."""

from __future__ import annotations

from collections.abc import Sequence

from app.adapters.evaluations.scores import inspect_log
from app.adapters.evaluations.scores.inspect_ai import dataset_of
from app.domain.errors import UnreadableEvidenceError
from app.domain.evidence import Scores
from app.domain.facts.statistics import mean_and_stderr
from app.domain.reading.quantity import text
from app.domain.reading.shape import mapping
from app.domain.release import Document

_LETTERS = {"C": 1.0, "I": 0.0, "P": 0.5, "N": 0.0}  # inspect_ai.scorer.value_to_float


def scores(files: Sequence[Document]) -> tuple[Scores, ...]:
    """Read each scorer's value on each sample, averaged over epochs; none if it cannot."""
    if not inspect_log.is_log(files):
        return ()
    try:
        log = inspect_log.read(files)
    except UnreadableEvidenceError:
        return ()
    found: dict[str, dict[str, list[float]]] = {}
    for row in inspect_log.samples(files, log):
        for scorer, score in mapping(row.get("scores")).items():
            value = _value(mapping(score).get("value"))
            if value is not None:
                by_sample = found.setdefault(text(scorer) or "unknown", {})
                by_sample.setdefault(str(row.get("id")), []).append(value)
    dataset = dataset_of(mapping(log.get("eval"))).id
    return tuple(
        Scores(dataset, "accuracy", {"scorer": scorer}, _means(by_sample))
        for scorer, by_sample in found.items()
    )


def _value(raw: object) -> float | None:
    if isinstance(raw, str):
        return _LETTERS.get(raw)
    return float(raw) if isinstance(raw, (int, float)) else None


def _means(by_sample: dict[str, list[float]]) -> dict[str, float]:
    means = {sample: mean_and_stderr(values)[0] for sample, values in by_sample.items()}
    return {sample: mean for sample, mean in means.items() if mean is not None}
