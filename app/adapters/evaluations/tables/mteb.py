"""Task results of MTEB, old and new: one file a task, `model_meta.json` beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.domain.canonical import pointer
from app.domain.errors import UnreadableEvidenceError
from app.domain.evidence import Dataset, Direction, EvaluationReport, SliceRole, Subject
from app.domain.reading.composing import Source, compose
from app.domain.reading.files import json_with
from app.domain.reading.measuring import Observation
from app.domain.reading.quantity import text
from app.domain.reading.shape import mapping, members
from app.domain.release import Document

_SPLITS = ("test", "validation", "dev", "train")
_NOT_METRICS = frozenset({"hf_subset", "languages", "evaluation_time", "scores_per_experiment"})
_DEEPEST = 3
_META = "model_meta.json"


class MTEBReader:
    """Reads the results of one model on one or several tasks."""

    format = "mteb"

    def sniff(self, files: Sequence[Document]) -> bool:
        """Tell whether every file is a task's results, or the model's description."""
        return bool(_tasks(files))

    def parse(self, files: Sequence[Document]) -> EvaluationReport:
        """Read the tasks. Raises UnreadableEvidenceError, and nothing else."""
        tasks = _tasks(files)
        if not tasks:
            raise UnreadableEvidenceError("no task results of MTEB")
        described = [mapping(json_with(f, "name", "revision")) for f in files if _is_meta(f)]
        meta = described[0] if described else {}
        versions = {text(task.get("mteb_version")) for _, task in tasks}
        source = Source(
            format=self.format,
            tool="mteb",
            version=versions.pop() if len(versions) == 1 else None,
            subject=Subject(text(meta.get("name")), text(meta.get("revision")), None),
        )
        several = len(tasks) > 1
        return compose(
            source,
            (
                observed
                for name, task in tasks
                for observed in _observations(task, pointer(name) if several else "")
            ),
        )


def _tasks(files: Sequence[Document]) -> list[tuple[str, Mapping[str, Any]]]:
    tasks: list[tuple[str, Mapping[str, Any]]] = []
    for file in files:
        if _is_meta(file):
            continue
        task = json_with(file, "mteb_version")
        if not isinstance(task, dict) or not isinstance(task.get("mteb_version"), str):
            return []
        tasks.append((text(file.name) or "unnamed", task))
    return tasks


def _is_meta(file: Document) -> bool:
    return file.name.rpartition("/")[2] == _META


def _observations(task: Mapping[str, Any], at: str) -> Iterator[Observation]:
    name = text(task.get("task_name")) or text(task.get("mteb_dataset_name")) or "unknown"
    revision = text(task.get("dataset_revision"))
    for split, rows in mapping(task.get("scores")).items():
        dataset = Dataset(name, text(split), revision)
        for index, row in members(rows):
            subset = text(row.get("hf_subset"))
            for metric, raw in row.items():
                if metric not in _NOT_METRICS and not isinstance(raw, (dict, list)):
                    here = at + pointer("scores", split, index, metric)
                    yield _observation(dataset, metric, raw, here, subset)
    for split in _SPLITS:
        dataset = Dataset(name, split, revision)
        rows = mapping(task.get(split))
        yield from _old(dataset, rows, at + pointer(split), (), None)


def _old(
    dataset: Dataset,
    rows: Mapping[str, Any],
    at: str,
    path: tuple[str, ...],
    subset: str | None,
) -> Iterator[Observation]:
    # {lang: {cos_sim: {pearson: v}}} or {cos_sim: {pearson: v}} or {accuracy: v}: a mapping
    # of mappings of mappings opens with languages.
    for key, member in rows.items():
        here = at + pointer(key)
        if isinstance(member, dict):
            is_subset = not path and subset is None and _is_subset(member)
            inner = path if is_subset else (*path, key)
            if len(inner) < _DEEPEST:
                yield from _old(dataset, member, here, inner, text(key) if is_subset else subset)
        elif key not in _NOT_METRICS and not isinstance(member, list):
            yield _observation(dataset, ".".join((*path, key)), member, here, subset)


def _is_subset(member: Mapping[str, Any]) -> bool:
    return any(isinstance(inner, dict) for inner in member.values())


def _observation(
    dataset: Dataset, metric: str, raw: object, at: str, subset: str | None
) -> Observation:
    native = text(metric) or "unknown"
    return Observation(
        native_metric=native,
        metric=native.rpartition(".")[2],
        raw=raw,
        at=at,
        dataset=dataset,
        direction=Direction.HIGHER,
        params={"similarity": native.rpartition(".")[0]} if "." in native else {},
        slice={"subset": subset} if subset and subset != "default" else {},
        slice_role=SliceRole.CATEGORY if subset and subset != "default" else SliceRole.OVERALL,
    )
