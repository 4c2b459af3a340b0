"""Logs of Inspect AI: `.json` and `.eval`, finished, running or failed.

Standard errors are metrics of their own there; a grouped metric is named after its group,
with the metric in its parameters; and a failed run has no results at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.adapters.evaluations.scores import inspect_log
from app.domain.canonical import pointer
from app.domain.evidence import (
    Dataset,
    EvaluationReport,
    QualityFlag,
    Run,
    RunStatus,
    SliceRole,
    Subject,
)
from app.domain.reading.composing import Source, compose
from app.domain.reading.measuring import Observation
from app.domain.reading.metrics import lookup
from app.domain.reading.quantity import count, text
from app.domain.reading.shape import epoch, mapping, members
from app.domain.release import Document

_SPREADS = frozenset({"stderr", "bootstrap_stderr", "std", "var"})
_STATUS = {
    "success": RunStatus.COMPLETE,
    "started": RunStatus.PARTIAL,
    "cancelled": RunStatus.FAILED,
    "error": RunStatus.FAILED,
}
_GRADERS = ("grader_model", "model", "grader", "judge_model", "judge")


class InspectReader:
    """Reads the header of a log; samples are not needed for its results."""

    format = "inspect"

    def sniff(self, files: Sequence[Document]) -> bool:
        """Tell whether the one file is an Inspect log."""
        return inspect_log.is_log(files)

    def parse(self, files: Sequence[Document]) -> EvaluationReport:
        """Read the log. Raises UnreadableEvidenceError, and nothing else."""
        log = inspect_log.read(files)
        evaluation = mapping(log.get("eval"))
        run, flags = _run(log, evaluation)
        source = Source(
            format=self.format,
            tool="inspect_ai",
            version=text(mapping(evaluation.get("packages")).get("inspect_ai")),
            # The revision in a log is that of the evaluation's code, not of the model.
            subject=Subject(text(evaluation.get("model")), None, None),
            run=run,
            judge=_judge(log, evaluation),
        )
        sizes = _group_sizes(inspect_log.samples(files, log))
        return compose(source, _observations(log, evaluation, sizes), flags)


def dataset_of(evaluation: Mapping[str, Any]) -> Dataset:
    """Name the data set of a log, by its own name or by that of the task."""
    described = mapping(evaluation.get("dataset"))
    named = text(described.get("name")) or text(described.get("location"))
    version = evaluation.get("task_version")
    return Dataset(
        id=named or text(evaluation.get("task")) or "unknown",
        revision=None if version is None else f"task version {text(str(version))}",
    )


def _observations(
    log: Mapping[str, Any], evaluation: Mapping[str, Any], sizes: Mapping[tuple[str, str], int]
) -> Iterator[Observation]:
    results = mapping(log.get("results"))
    dataset = dataset_of(evaluation)
    task = text(evaluation.get("task")) or "unknown"
    samples = _per_epoch(count(results.get("completed_samples")), evaluation)
    for at, score in _scores(results):
        metrics = mapping(score.get("metrics"))
        n = count(score.get("scored_samples"))
        for key, metric in metrics.items():
            if key in _SPREADS:
                continue
            whole = samples if n is None else n
            options = mapping(mapping(metric).get("params"))
            size = sizes.get((text(options.get("group_key")) or "", key))
            is_group = mapping(metric).get("group") is not None and key != "all"
            yield _observation(
                score, key, mapping(metric), at, dataset, task, size if is_group else whole
            )


def _scores(results: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for index, score in members(results.get("scores")):
        yield pointer("results", "scores", index, "metrics"), score
    if "scores" not in results and isinstance(results.get("metrics"), dict):
        # Version 1 of the log: one scorer, whose metrics stand beside it.
        scorer = mapping(results.get("scorer"))
        yield pointer("results", "metrics"), {**scorer, "metrics": results["metrics"]}


def _observation(  # noqa: PLR0913, PLR0917 - one metric with all that stands around it
    score: Mapping[str, Any],
    key: str,
    metric: Mapping[str, Any],
    at: str,
    dataset: Dataset,
    task: str,
    n: int | None,
) -> Observation:
    options = mapping(metric.get("params")) or mapping(metric.get("options"))
    scorer = text(score.get("name")) or text(score.get("scorer")) or "unknown"
    is_grouped = metric.get("group") is not None
    grouped = text(mapping(options.get("metric")).get("name"))
    native = (grouped or "unknown") if is_grouped else (text(metric.get("name")) or key)
    native = native.rpartition("/")[2] or native  # "inspect_ai/accuracy" names its package
    params = {"scorer": scorer, "task": task}
    reducer = text(score.get("reducer"))
    if reducer:
        params["reducer"] = reducer
    group, role, total = {}, SliceRole.OVERALL, False
    if is_grouped and key == "all":
        total, params["grouped"] = True, text(options.get("group_key")) or "unknown"
    elif is_grouped:
        group = {text(options.get("group_key")) or "unknown": text(key) or "unknown"}
        role = SliceRole.GROUP
    if lookup(native) is None:
        params["aggregation"], native = native, scorer
    return Observation(
        native_metric=native,
        raw=metric.get("value"),
        at=at + pointer(key, "value"),
        dataset=dataset,
        n=n,
        stderr=None if is_grouped else _stderr(mapping(score.get("metrics")), n),
        params=params,
        slice=group,
        slice_role=role,
        is_aggregate=total,
    )


def _stderr(metrics: Mapping[str, Any], n: int | None) -> object:
    for name in ("stderr", "bootstrap_stderr"):
        if name in metrics:
            return mapping(metrics[name]).get("value")
    spread = mapping(metrics.get("std")).get("value")
    return spread / n**0.5 if isinstance(spread, (int, float)) and n else None


def _group_sizes(rows: Sequence[Mapping[str, Any]]) -> dict[tuple[str, str], int]:
    # Groups are values of the samples' metadata; a sample counts once, whatever its epochs.
    groups: dict[tuple[str, str], set[str]] = {}
    for row in rows:
        for key, value in mapping(row.get("metadata")).items():
            if row.get("scores") and isinstance(value, (str, int, bool)):
                groups.setdefault((key, str(value)), set()).add(str(row.get("id")))
    return {group: len(ids) for group, ids in groups.items()}


def _per_epoch(samples: int | None, evaluation: Mapping[str, Any]) -> int | None:
    epochs = count(mapping(evaluation.get("config")).get("epochs")) or 1
    return None if samples is None else samples // epochs


def _run(
    log: Mapping[str, Any], evaluation: Mapping[str, Any]
) -> tuple[Run, tuple[QualityFlag, ...]]:
    results, stats = mapping(log.get("results")), mapping(log.get("stats"))
    config, described = mapping(evaluation.get("config")), mapping(evaluation.get("dataset"))
    total, done = count(results.get("total_samples")), count(results.get("completed_samples"))
    whole = count(described.get("samples"))
    flags = []
    status = _STATUS[log["status"]]
    samples = _per_epoch(total, evaluation)
    is_short = whole is not None and samples is not None and samples < whole
    if config.get("limit") is not None or is_short:
        detail = f"{samples} of {whole} samples were meant to be scored"
        flags.append(QualityFlag("LIMIT_USED", pointer("eval", "config", "limit"), detail))
    unscored = sum(count(s.get("unscored_samples")) or 0 for _, s in members(results.get("scores")))
    lost = max(unscored, (total or 0) - (done or 0))
    if lost:
        detail = f"{lost} samples have no score"
        flags.append(QualityFlag("ERRORS_PRESENT", pointer("results"), detail))
    if (flags or lost) and status is RunStatus.COMPLETE:
        status = RunStatus.PARTIAL
    if log.get("invalidated") is True:
        status = RunStatus.FAILED
        flags.append(QualityFlag("INVALIDATED", "/invalidated", "its own authors took it back"))
    run = Run(
        status=status,
        started_at=epoch(stats.get("started_at")) or epoch(evaluation.get("created")),
        finished_at=epoch(stats.get("completed_at")),
        samples_expected=total,
        samples_scored=done,
        samples_errored=None if total is None else lost,
    )
    return run, tuple(flags)


def _judge(log: Mapping[str, Any], evaluation: Mapping[str, Any]) -> str | None:
    roles = mapping(evaluation.get("model_roles"))
    options = [mapping(scorer.get("options")) for _, scorer in members(evaluation.get("scorers"))]
    scores = members(mapping(log.get("results")).get("scores"))
    options.extend(mapping(score.get("params")) for _, score in scores)
    named = [mapping(roles.get("grader")).get("model"), roles.get("grader")]
    for member in options:
        for key in _GRADERS:
            named.extend((member.get(key), mapping(member.get(key)).get("model")))
    return next((name for name in map(text, named) if name is not None), None)
