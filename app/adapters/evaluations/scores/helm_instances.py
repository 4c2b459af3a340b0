"""Scores by instance of a HELM run: `per_instance_stats.json` beside its statistics."""

from __future__ import annotations

from collections.abc import Sequence

from app.adapters.evaluations.scores import helm
from app.domain.evidence import Scores
from app.domain.facts.statistics import mean_and_stderr
from app.domain.reading.files import json_with
from app.domain.reading.quantity import text
from app.domain.reading.shape import mapping, members, numbers
from app.domain.release import Document

_FILE = "per_instance_stats.json"


def scores(files: Sequence[Document]) -> tuple[Scores, ...]:
    """Read each metric's value on each instance; none if the files are no HELM run.

    Instances that were changed on purpose are left out, and so is a metric that is told of
    several splits: which of them a result is of, could not be told from its pairs.
    """
    listed = [file for file in files if file.name.rpartition("/")[2] == _FILE]
    if len(listed) != 1 or not helm.is_run(files):
        return ()
    found: dict[str, dict[str, list[float]]] = {}
    splits: dict[str, set[object]] = {}
    for _, row in members(json_with(listed[0], "instance_id", "stats")):
        if row.get("perturbation") is not None:
            continue
        for _, stat in members(row.get("stats")):
            name = mapping(stat.get("name"))
            metric, value = text(name.get("name")), numbers([stat.get("mean")])
            if metric is None or not value or name.get("perturbation") is not None:
                continue
            splits.setdefault(metric, set()).add(str(name.get("split")))
            by_instance = found.setdefault(metric, {})
            by_instance.setdefault(str(row.get("instance_id")), []).append(value[0])
    scenario = helm.scenario_of(files)
    return tuple(
        Scores(scenario, metric, {}, _means(by_instance))
        for metric, by_instance in found.items()
        if len(splits[metric]) == 1
    )


def _means(by_instance: dict[str, list[float]]) -> dict[str, float]:
    means = {instance: mean_and_stderr(values)[0] for instance, values in by_instance.items()}
    return {instance: mean for instance, mean in means.items() if mean is not None}
