"""Every Eval Ever (evaleval), schemas 0.2 and 0.3: the one shared form among the tools'."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.domain.canonical import Unfit, pointer
from app.domain.errors import UnreadableEvidenceError
from app.domain.evidence import Dataset, Direction, EvaluationReport, Run, RunStatus, Subject
from app.domain.reading.composing import Source, compose
from app.domain.reading.files import sole_json
from app.domain.reading.measuring import Interval, Observation
from app.domain.reading.quantity import count, text
from app.domain.reading.shape import epoch, mapping, members
from app.domain.release import Document

_KEYS = ("schema_version", "evaluation_results", "source_metadata", "model_info")


class EveryEvalEverReader:
    """Reads one record: one model, one or several evaluations."""

    format = "every_eval_ever"

    def sniff(self, files: Sequence[Document]) -> bool:
        """Tell whether the one file has the schema's required keys."""
        return _record(files) is not None

    def parse(self, files: Sequence[Document]) -> EvaluationReport:
        """Read the record. Raises UnreadableEvidenceError, and nothing else."""
        record = _record(files)
        if record is None:
            raise UnreadableEvidenceError("no Every Eval Ever record")
        model, library = mapping(record["model_info"]), mapping(record.get("eval_library"))
        finished = epoch(_seconds(record.get("evaluation_timestamp")))
        rows = [row for _, row in members(record["evaluation_results"])]
        judges = (text(j.get("name")) or _judge(j) for row in rows for j in _judges(row))
        source = Source(
            format=self.format,
            tool=text(library.get("name")) or "unknown",
            version=text(library.get("version")),
            subject=Subject(text(model.get("id")) or text(model.get("name")), None, None),
            run=Run(RunStatus.UNKNOWN, None, finished, None, None, None),
            judge=next((judge for judge in judges if judge), None),
        )
        return compose(source, _observations(record))


def _record(files: Sequence[Document]) -> Mapping[str, Any] | None:
    record = sole_json(files, *_KEYS)
    if not isinstance(record, dict) or not all(key in record for key in _KEYS):
        return None
    is_listed = isinstance(record["evaluation_results"], list)
    return record if is_listed and isinstance(record["model_info"], dict) else None


def _observations(record: Mapping[str, Any]) -> Iterator[Observation]:
    for index, row in members(record["evaluation_results"]):
        config, source = mapping(row.get("metric_config")), mapping(row.get("source_data"))
        details = mapping(row.get("score_details"))
        spread = mapping(details.get("uncertainty"))
        interval = mapping(spread.get("confidence_interval"))
        name = text(row.get("evaluation_name")) or "unknown"
        metric = text(config.get("metric_id")) or text(config.get("metric_name"))
        yield Observation(
            native_metric=metric or name,
            raw=_on_unit(details.get("score"), config),
            at=pointer("evaluation_results", index, "score_details", "score"),
            dataset=Dataset(
                id=text(source.get("hf_repo")) or text(source.get("dataset_name")) or name,
                split=text(source.get("hf_split")),
            ),
            n=count(spread.get("num_samples")),
            stderr=_on_unit(mapping(spread.get("standard_error")).get("value"), config),
            interval=Interval(
                _on_unit(interval.get("lower"), config),
                _on_unit(interval.get("upper"), config),
                _level(interval.get("confidence_level")),
            ),
            direction=_direction(config.get("lower_is_better")),
            params={"evaluation": name},
        )


def _on_unit(raw: object, config: Mapping[str, Any]) -> object:
    # The schema says the unit, so percent is no guess here: it is written as such.
    is_percent = config.get("metric_unit") in {"percent", "percentage", "%"}
    if is_percent and isinstance(raw, (int, float)) and not isinstance(raw, bool):
        return f"{raw!r}%"
    return raw


def _level(raw: object) -> float:
    if not isinstance(raw, (int, float)) or isinstance(raw, (bool, Unfit)):
        return math.nan
    return raw / 100 if raw > 1 else float(raw)


def _direction(lower_is_better: object) -> Direction | None:
    if not isinstance(lower_is_better, bool):
        return None
    return Direction.LOWER if lower_is_better else Direction.HIGHER


def _seconds(raw: object) -> object:
    if isinstance(raw, str) and raw.replace(".", "", 1).isdigit() and len(raw) < 20:  # noqa: PLR2004 - digits of a time
        return float(raw)
    return raw


def _judges(row: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    scoring = mapping(mapping(row.get("metric_config")).get("llm_scoring"))
    for _, judge in members(scoring.get("judges")):
        yield judge


def _judge(judge: Mapping[str, Any]) -> str | None:
    info = mapping(judge.get("model_info"))
    return text(info.get("id")) or text(info.get("name"))
