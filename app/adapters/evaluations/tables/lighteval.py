"""Results of lighteval: from `<suite>|<task>|<shots>` or `<task>|<shots>` to metrics."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
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
from app.domain.reading.shape import epoch, mapping, members
from app.domain.release import Document

_STDERR = "_stderr"
_NAME_TIME = re.compile(r"(\d{4}-\d{2}-\d{2}T\d{2})-(\d{2})-(\d{2})")


class LightevalReader:
    """Reads one results file."""

    format = "lighteval"

    def sniff(self, files: Sequence[Document]) -> bool:
        """Tell whether the one file has lighteval's keys."""
        return bool(_native(files))

    def parse(self, files: Sequence[Document]) -> EvaluationReport:
        """Read the results. Raises UnreadableEvidenceError, and nothing else."""
        native = _native(files)
        if not native:
            raise UnreadableEvidenceError("no results file of lighteval")
        general = mapping(native["config_general"])
        run, flags = _run(native, general, files[0].name)
        source = Source(
            format=self.format,
            tool="lighteval",
            version=text(general.get("lighteval_sha")),
            subject=_subject(general),
            run=run,
        )
        return compose(source, _observations(native), flags)


def _subject(general: Mapping[str, Any]) -> Subject:
    config = mapping(general.get("model_config"))  # where later versions have the model
    name = text(general.get("model_name")) or text(config.get("model_name"))
    return Subject(name, text(general.get("model_sha")) or text(config.get("revision")), None)


def _native(files: Sequence[Document]) -> Mapping[str, Any]:
    native = mapping(sole_json(files, "config_general", "results"))
    is_ours = isinstance(native.get("config_general"), dict)
    return native if is_ours and isinstance(native.get("results"), dict) else {}


def _observations(native: Mapping[str, Any]) -> Iterator[Observation]:
    configs = _configs(native)
    for key, row in mapping(native["results"]).items():
        task, shots = _task(key)
        config = configs.get(task, {})
        metrics = {
            name: metric.get("higher_is_better")
            for _, metric in members(config.get("metric") or config.get("metrics"))
            if isinstance(name := metric.get("metric_name"), str)
        }
        splits = config.get("evaluation_splits")
        split = text(splits[0]) if isinstance(splits, list) and len(splits) == 1 else None
        version = mapping(native.get("versions")).get(key)
        for metric, raw in mapping(row).items():
            if metric.endswith(_STDERR):
                continue
            yield Observation(
                native_metric=text(metric) or "unknown",
                raw=raw,
                at=pointer("results", key, metric),
                dataset=Dataset(
                    id=text(task) or "unknown",
                    split=split,
                    revision=None if version is None else text(str(version)),
                ),
                n=count(config.get("effective_num_docs")),
                stderr=mapping(row).get(metric + _STDERR),
                direction=_direction(metrics.get(metric)),
                params={} if shots is None else {"shots": shots},
                is_aggregate=key == "all" or "_average" in key,
            )


def _configs(native: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {_task(key)[0]: mapping(c) for key, c in mapping(native.get("config_tasks")).items()}


def _task(key: str) -> tuple[str, str | None]:
    # "lighteval|gsm8k|0", "gsm8k|0", "lighteval|gsm8k"; early ones end in "|5|0", shots and
    # whether they may be cut. What is left last is the task.
    parts = key.split("|")
    numbers = []
    while len(parts) > 1 and parts[-1].isdigit():
        numbers.append(parts.pop())
    return parts[-1], numbers[-1] if numbers else None


def _direction(higher_is_better: object) -> Direction | None:
    if not isinstance(higher_is_better, bool):
        return None
    return Direction.HIGHER if higher_is_better else Direction.LOWER


def _run(
    native: Mapping[str, Any], general: Mapping[str, Any], name: str
) -> tuple[Run, tuple[QualityFlag, ...]]:
    configs = _configs(native).values()
    original = [count(config.get("original_num_docs")) for config in configs]
    effective = [count(config.get("effective_num_docs")) for config in configs]
    pairs = zip(original, effective, strict=True)
    limit = general.get("max_samples")
    is_short = any(a is not None and b is not None and b < a for a, b in pairs)
    flags = []
    if limit is not None or is_short:
        detail = f"max_samples {text(str(limit))}: not every document was scored"
        flags.append(QualityFlag("LIMIT_USED", "/config_general/max_samples", detail))
    is_told = bool(effective) and None not in effective and None not in original
    status = RunStatus.COMPLETE if is_told else RunStatus.UNKNOWN
    written = _NAME_TIME.search(name)  # its own times are of a monotonic clock
    run = Run(
        status=RunStatus.PARTIAL if flags else status,
        started_at=None,
        finished_at=epoch(":".join(written.groups())) if written else None,
        samples_expected=sum(n for n in original if n is not None) if is_told else None,
        samples_scored=sum(n for n in effective if n is not None) if is_told else None,
        samples_errored=None,
    )
    return run, tuple(flags)
