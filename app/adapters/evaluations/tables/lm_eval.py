"""Reports of lm-evaluation-harness: `results_*.json` of 0.3 and 0.4, with or without samples.

Keys of 0.4 are `<metric>,<filter>` and `<metric>_stderr,<filter>`; those of 0.3 have no
filter, and its files tell neither n, version nor date.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.domain.canonical import pointer
from app.domain.errors import UnreadableEvidenceError
from app.domain.evidence import (
    Dataset,
    Direction,
    EvaluationReport,
    QualityFlag,
    Run,
    RunStatus,
    Subject,
)
from app.domain.reading.composing import Source, compose
from app.domain.reading.files import sole_json
from app.domain.reading.measuring import Observation
from app.domain.reading.quantity import count, text
from app.domain.reading.shape import epoch, mapping
from app.domain.release import Document

_NOT_METRICS = frozenset({"alias", "name", "sample_len", "sample_count", "samples"})
_OF_TEXT = frozenset({"word_perplexity", "byte_perplexity", "bits_per_byte"})
"""What is measured of running text, without an error."""
_RANDOM_NAME_SOURCES = frozenset({"dummy"})
"""Sources whose `model_name` is a name for a temporary folder, not for a model."""


class LMEvalReader:
    """Reads one results file; sample files beside it are left to the comparison."""

    format = "lm_eval"

    def sniff(self, files: Sequence[Document]) -> bool:
        """Tell whether one file has the harness's keys, and the others are its samples."""
        return _find(files) is not None

    def parse(self, files: Sequence[Document]) -> EvaluationReport:
        """Read the results. Raises UnreadableEvidenceError, and nothing else."""
        native = _find(files)
        if native is None:
            raise UnreadableEvidenceError("no results file of lm-evaluation-harness")
        tables = _Tables.of(native)
        run, flags = _run(native, tables)
        source = Source(
            format=self.format,
            tool="lm-evaluation-harness",
            version=text(native.get("lm_eval_version")),
            subject=_subject(native),
            run=run,
        )
        return compose(source, tables.observations(), flags)


@dataclass(frozen=True, slots=True)
class _Tables:
    """The parts of a results file that are keyed by task; what is no mapping is empty."""

    results: Mapping[str, Any]
    groups: Mapping[str, Any]
    subtasks: Mapping[str, Any]
    versions: Mapping[str, Any]
    shots: Mapping[str, Any]
    samples: Mapping[str, Any]
    higher_is_better: Mapping[str, Any]
    configs: Mapping[str, Any]
    config: Mapping[str, Any]

    @classmethod
    def of(cls, native: Mapping[str, Any]) -> _Tables:
        """Take the tables out of a results file."""
        keys = ("results", "groups", "group_subtasks", "versions", "n-shot", "n-samples")
        tables = [
            mapping(native.get(key)) for key in (*keys, "higher_is_better", "configs", "config")
        ]
        return cls(*tables)

    def observations(self) -> Iterator[Observation]:
        """Yield every metric of every task and group, once."""
        for task, row in self.results.items():
            yield from self._of_task(task, mapping(row), pointer("results", task))
        for group in self.groups.keys() - self.results.keys():
            row = mapping(self.groups[group])
            yield from self._of_task(group, row, pointer("groups", group))

    def _of_task(self, task: str, row: Mapping[str, Any], at: str) -> Iterator[Observation]:
        for key, raw in row.items():
            metric, _, filter_name = key.partition(",")
            if key in _NOT_METRICS or metric.endswith("_stderr"):
                continue
            suffix = f",{filter_name}" if filter_name else ""
            yield Observation(
                native_metric=metric,
                raw=raw,
                at=at + pointer(key),
                dataset=self._dataset(task),
                n=self._n(task, row, key),
                stderr=row.get(f"{metric}_stderr{suffix}"),
                direction=self._direction(task, metric),
                params=self._params(task, filter_name),
                is_aggregate=self.is_group(task),
            )

    def is_group(self, task: str) -> bool:
        """Tell whether the row sums up other tasks: it must not be counted with them."""
        subtasks = self.subtasks.get(task)
        return task in self.groups or (isinstance(subtasks, list) and bool(subtasks))

    def _dataset(self, task: str) -> Dataset:
        config = mapping(self.configs.get(task))
        version = self.versions.get(task)
        return Dataset(
            id=text(task) or "unknown",
            split=text(config.get("test_split")) or text(config.get("validation_split")),
            revision=None if version is None else text(str(version)),
        )

    def _n(self, task: str, row: Mapping[str, Any], key: str) -> int | None:
        effective = count(mapping(self.samples.get(task)).get("effective"))
        grouped = count(mapping(row.get("sample_count")).get(key))
        return next((n for n in (effective, grouped, count(row.get("sample_len"))) if n), None)

    def _direction(self, task: str, metric: str) -> Direction | None:
        declared = mapping(self.higher_is_better.get(task)).get(metric)
        if not isinstance(declared, bool):
            return None
        return Direction.HIGHER if declared else Direction.LOWER

    def _params(self, task: str, filter_name: str) -> dict[str, str]:
        params = {}
        if filter_name:
            params["filter"] = text(filter_name) or "unknown"
        shots = count(self.shots.get(task, self.config.get("num_fewshot")))
        if shots is not None:
            params["shots"] = str(shots)
        return params


def _find(files: Sequence[Document]) -> Mapping[str, Any] | None:
    # Samples are told by their file names alone: reading megabytes to sniff is not needed.
    reports = [file for file in files if not file.name.lower().endswith(".jsonl")]
    native = sole_json(reports, "results", "versions")
    return native if isinstance(native, dict) and _is_lm_eval(native) else None


def _is_lm_eval(native: Mapping[str, Any]) -> bool:
    results, versions = native.get("results"), native.get("versions")
    if not isinstance(results, dict) or not isinstance(versions, dict):
        return False
    if "config_general" in native:
        return False  # lighteval's
    config = mapping(native.get("config"))
    is_told = "lm_eval_version" in native or ("model" in config and "limit" in config)
    return is_told or ("config" not in native and _is_early(results, versions))


def _is_early(results: Mapping[str, Any], versions: Mapping[str, Any]) -> bool:
    # Before 0.3 only these two tables were written, alike in their tasks, versions numbered.
    rows = [mapping(row) for row in results.values()]
    has_errors = any(f"{name}_stderr" in row for row in rows for name in row)
    is_of_text = all(row and row.keys() <= _OF_TEXT for row in rows)
    return bool(rows) and results.keys() == versions.keys() and (has_errors or is_of_text)


def _run(native: Mapping[str, Any], tables: _Tables) -> tuple[Run, tuple[QualityFlag, ...]]:
    counts = [mapping(row) for row in tables.samples.values()]
    original = [count(row.get("original")) for row in counts]
    effective = [count(row.get("effective")) for row in counts]
    flags = []
    limit = mapping(native.get("config")).get("limit")
    is_short = any(
        a is not None and b is not None and b < a for a, b in zip(original, effective, strict=True)
    )
    if limit is not None or is_short:
        detail = f"limit {text(str(limit))}: not the whole data set was scored"
        flags.append(QualityFlag("LIMIT_USED", pointer("config", "limit"), detail))
    status = RunStatus.PARTIAL if limit is not None or is_short else RunStatus.COMPLETE
    if status is RunStatus.COMPLETE and not counts:
        # 0.3 tells no sample counts: no limit was set, but that all was scored is not said.
        status = RunStatus.UNKNOWN
    run = Run(
        status=status,
        started_at=None,
        finished_at=epoch(native.get("date")),
        samples_expected=_sum(original),
        samples_scored=_sum(effective),
        samples_errored=None,
    )
    return run, tuple(flags)


def _sum(counts: Sequence[int | None]) -> int | None:
    known = [number for number in counts if number is not None]
    return sum(known) if counts and len(known) == len(counts) else None


def _subject(native: Mapping[str, Any]) -> Subject:
    config = mapping(native.get("config"))
    arguments = _arguments(config.get("model_args"))
    is_random = text(native.get("model_source")) in _RANDOM_NAME_SOURCES
    named = None if is_random else text(native.get("model_name"))
    revision = (
        text(config.get("model_sha"))
        or text(native.get("model_sha"))
        or text(config.get("model_revision"))
        or arguments.get("revision")
    )
    return Subject(
        name=named or arguments.get("pretrained") or arguments.get("model"),
        revision=revision,
        sha256=None,
    )


def _arguments(raw: object) -> dict[str, str]:
    # An object since 0.4.10, before that text: `pretrained=org/name,revision=main`.
    if isinstance(raw, str):
        pairs = [part.partition("=") for part in raw.split(",")]
        raw = {key.strip(): value for key, _, value in pairs}
    found = {key: text(value) for key, value in mapping(raw).items()}
    return {key: value for key, value in found.items() if value is not None}
