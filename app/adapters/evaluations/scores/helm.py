"""HELM run folders: `stats.json`, with `run_spec.json` beside it when there is one.

`count` counts training trials, not answers, so `stddev` is no sampling error; n is the
statistic `num_instances` of the same split. Most rows are bookkeeping and are left out.
"""

from __future__ import annotations

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
    SliceRole,
    Subject,
)
from app.domain.reading.composing import Source, compose
from app.domain.reading.files import json_with
from app.domain.reading.measuring import Observation
from app.domain.reading.quantity import count, text
from app.domain.reading.shape import mapping, members
from app.domain.release import Document

_BOOKKEEPING = ("num_", "training_", "inference_", "batch_size", "finish_reason", "max_num_")
_SIDECARS = ("run_spec", "scenario", "per_instance_stats", "scenario_state", "instances")


class HELMReader:
    """Reads the statistics of one run."""

    format = "helm"

    def sniff(self, files: Sequence[Document]) -> bool:
        """Tell whether there are HELM statistics, and nothing that HELM does not write."""
        return _stats(files) is not None

    def parse(self, files: Sequence[Document]) -> EvaluationReport:
        """Read the run. Raises UnreadableEvidenceError, and nothing else."""
        stats = _stats(files)
        if stats is None:
            raise UnreadableEvidenceError("no HELM stats.json, alone or in its run folder")
        spec = _spec(files)
        adapter = mapping(spec.get("adapter_spec"))
        run, flags = _run(adapter, spec)
        name = text(adapter.get("model_deployment")) or text(adapter.get("model"))
        source = Source(format=self.format, tool="helm", subject=Subject(name, None, None), run=run)
        return compose(source, _observations(stats, spec), flags)


def is_run(files: Sequence[Document]) -> bool:
    """Tell whether the files are those of one run."""
    return _stats(files) is not None


def scenario_of(files: Sequence[Document]) -> str:
    """Name the scenario of a run, as its results name their data set."""
    return (text(_spec(files).get("name")) or "unknown").partition(":")[0]


def _stats(files: Sequence[Document]) -> list[Any] | None:
    found = [json_with(file, "name", "sum_squared", "count") for file in files]
    lists = [stats for stats in found if isinstance(stats, list) and _is_stats(stats)]
    others = [file for file, stats in zip(files, found, strict=True) if stats not in lists]
    is_known = all(file.name.rpartition("/")[2].startswith(_SIDECARS) for file in others)
    return lists[0] if len(lists) == 1 and is_known else None


def _is_stats(stats: list[Any]) -> bool:
    rows = [mapping(row) for row in stats]
    return bool(rows) and all(
        isinstance(mapping(row.get("name")).get("name"), str) and "sum_squared" in row
        for row in rows
    )


def _spec(files: Sequence[Document]) -> Mapping[str, Any]:
    specs = [mapping(json_with(file, "adapter_spec", "scenario_spec")) for file in files]
    return next((spec for spec in specs if spec), {})


def _observations(stats: list[Any], spec: Mapping[str, Any]) -> Iterator[Observation]:
    counts = {
        _part(row): row.get("mean")
        for _, row in members(stats)
        if mapping(row.get("name")).get("name") == "num_instances"
    }
    scenario, _, rest = (text(spec.get("name")) or "unknown").partition(":")
    for index, row in members(stats):
        name = mapping(row["name"])
        native = text(name.get("name")) or "unknown"
        if native.startswith(_BOOKKEEPING) or not row.get("count"):
            continue
        perturbation = mapping(name.get("perturbation"))
        changed = text(perturbation.get("name"))
        params = {
            "run": text(rest),
            "sub_split": text(name.get("sub_split")),
            "computed_on": text(perturbation.get("computed_on")),
        }
        yield Observation(
            native_metric=native,
            raw=row.get("mean"),
            at=pointer(index, "mean"),
            dataset=Dataset(scenario, split=text(name.get("split"))),
            n=count(counts.get(_part(row))) or count(counts.get((name.get("split"), None, None))),
            params={key: value for key, value in params.items() if value is not None},
            slice={"perturbation": changed} if changed else {},
            slice_role=SliceRole.PERTURBATION if changed else SliceRole.OVERALL,
        )


def _part(row: Mapping[str, Any]) -> tuple[object, object, object]:
    name = mapping(row.get("name"))
    perturbation = mapping(name.get("perturbation"))
    parts = (name.get("split"), name.get("sub_split"), perturbation.get("name"))
    split, sub_split, changed = (part if isinstance(part, str) else None for part in parts)
    return split, sub_split, changed


def _run(
    adapter: Mapping[str, Any], spec: Mapping[str, Any]
) -> tuple[Run, tuple[QualityFlag, ...]]:
    limit = count(adapter.get("max_eval_instances"))
    status = RunStatus.PARTIAL if limit is not None else RunStatus.UNKNOWN
    flags = []
    if limit is not None:
        detail = f"at most {limit} instances were evaluated"
        at = pointer("run_spec.json", "adapter_spec", "max_eval_instances")
        flags.append(QualityFlag("LIMIT_USED", at, detail))
    if not spec:
        detail = "without run_spec.json neither model nor scenario is known"
        flags.append(QualityFlag("SIDECAR_MISSING", "", detail))
    return Run(status, None, None, limit, None, None), tuple(flags)
