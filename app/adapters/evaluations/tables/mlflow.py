"""MLflow: `metrics.json` of `evaluate().save()`, and a run exported with `to_dictionary()`.

Metric names are free: `val_accuracy` is accuracy on the split val, and counts stand among
the shares. Only the last value of each metric is there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.domain.canonical import pointer
from app.domain.errors import UnreadableEvidenceError
from app.domain.evidence import (
    Dataset,
    EvaluationReport,
    QualityFlag,
    Run,
    RunStatus,
    Subject,
)
from app.domain.reading.composing import UNKNOWN_RUN, Source, compose
from app.domain.reading.files import json_with
from app.domain.reading.measuring import Observation
from app.domain.reading.metrics import lookup
from app.domain.reading.quantity import count, text
from app.domain.reading.shape import epoch, mapping, members
from app.domain.release import Document

_EVALUATED = frozenset(
    (
        "accuracy_score",
        "recall_score",
        "precision_score",
        "f1_score",
        "roc_auc",
        "log_loss",
        "mean_absolute_error",
        "mean_squared_error",
        "root_mean_squared_error",
        "r2_score",
    )
)
_SPLIT = re.compile(r"(?P<split>train|training|val|valid|validation|dev|test|eval)_(?P<metric>.+)")
_GENAI = re.compile(r"(?P<metric>.+)/v\d+/(?P<aggregation>mean|median|p\d+|variance|min|max)")
_STATUS = {
    "FINISHED": RunStatus.COMPLETE,
    "RUNNING": RunStatus.PARTIAL,
    "SCHEDULED": RunStatus.PARTIAL,
    "FAILED": RunStatus.FAILED,
    "KILLED": RunStatus.FAILED,
}
_SIDECAR = "artifacts_metadata.json"


class MLflowReader:
    """Reads the metrics of one run or of one evaluation."""

    format = "mlflow"

    def sniff(self, files: Sequence[Document]) -> bool:
        """Tell whether there is a run export, or metrics as `evaluate` names them."""
        return bool(_native(files))

    def parse(self, files: Sequence[Document]) -> EvaluationReport:
        """Read the metrics. Raises UnreadableEvidenceError, and nothing else."""
        native = _native(files)
        if not native:
            raise UnreadableEvidenceError("neither an MLflow run export nor evaluate() metrics")
        if "info" not in native:
            source = Source(self.format, "mlflow")
            return compose(source, _observations(native, "", Dataset("unknown")))
        data = mapping(native["data"])
        outputs = mapping(native.get("outputs")).get("model_outputs")
        models = [text(output.get("model_id")) for _, output in members(outputs)]
        source = Source(
            format=self.format,
            tool="mlflow",
            version=text(mapping(data.get("tags")).get("mlflow.version")),
            subject=Subject(models[0] if len(models) == 1 else None, None, None),
            run=_run(mapping(native["info"])),
            scale=None,
        )
        dataset, flags = _dataset(native)
        metrics = mapping(data.get("metrics"))
        return compose(source, _observations(metrics, "/data/metrics", dataset), flags)


def _from_api(run: Mapping[str, Any]) -> Mapping[str, Any]:
    """Take a run as the REST API answers it: wrapped, with lists of keys and values."""
    run = mapping(run.get("run")) or run
    data = mapping(run.get("data"))
    pairs = {
        name: {key: one.get("value") for _, one in members(listed) if (key := text(one.get("key")))}
        for name, listed in data.items()
        if isinstance(listed, list)
    }
    return {**run, "data": {**data, **pairs}} if pairs else run


def _native(files: Sequence[Document]) -> Mapping[str, Any]:
    reports = [file for file in files if file.name.rpartition("/")[2] != _SIDECAR]
    if len(reports) != 1:
        return {}
    run = mapping(json_with(reports[0], "info", "data", "metrics", "run_id"))
    run = _from_api(run)
    if "run_id" in mapping(run.get("info")) and isinstance(run.get("data"), dict):
        return run
    flat = mapping(json_with(reports[0], "example_count"))
    is_flat = not any(isinstance(value, (dict, list)) for value in flat.values())
    return flat if is_flat and not _EVALUATED.isdisjoint(flat) else {}


def _observations(metrics: Mapping[str, Any], at: str, dataset: Dataset) -> Iterator[Observation]:
    positives = [count(metrics.get(name)) for name in ("true_positives", "false_negatives")]
    known = [n for n in positives if n is not None]
    for name, raw in metrics.items():
        metric, split, params = _named(name)
        n = count(metrics.get("example_count"))
        if lookup(metric) == lookup("recall"):
            n = sum(known) if len(known) == len(positives) else None
        yield Observation(
            native_metric=text(name) or "unknown",
            metric=metric,
            raw=raw,
            at=at + pointer(name),
            dataset=Dataset(dataset.id, split or dataset.split, dataset.revision),
            n=n,
            params=params,
        )


def _named(name: str) -> tuple[str, str | None, dict[str, str]]:
    judged = _GENAI.fullmatch(name)
    if judged:
        return judged["metric"], None, {"aggregation": judged["aggregation"]}
    prefixed = _SPLIT.fullmatch(name)
    if prefixed and lookup(name) is None:
        return prefixed["metric"], prefixed["split"], {}
    return name, None, {}


def _dataset(native: Mapping[str, Any]) -> tuple[Dataset, tuple[QualityFlag, ...]]:
    inputs = mapping(native.get("inputs")).get("dataset_inputs")
    datasets = [mapping(entry.get("dataset")) for _, entry in members(inputs)]
    if len(datasets) == 1:
        name = text(datasets[0].get("name")) or "unknown"
        return Dataset(name, revision=text(datasets[0].get("digest"))), ()
    if not datasets:
        return Dataset("unknown"), ()
    detail = f"the run names {len(datasets)} data sets; which metric is of which is not said"
    return Dataset("unknown"), (QualityFlag("DATASET_AMBIGUOUS", "/inputs/dataset_inputs", detail),)


def _run(info: Mapping[str, Any]) -> Run:
    started, ended = (_milliseconds(info.get(key)) for key in ("start_time", "end_time"))
    status = _STATUS.get(text(info.get("status")) or "", RunStatus.UNKNOWN)
    return Run(status, started, ended, None, None, None) if info else UNKNOWN_RUN


def _milliseconds(raw: object) -> int | None:
    moment = count(raw)
    return None if moment is None else epoch(moment // 1000)
