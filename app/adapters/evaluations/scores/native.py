"""The gate's own form, for tools that have none: schemas/evaluation_report.json.

The one form that can name the digest of what was evaluated. It is read strictly: a member
that the schema does not know may be one that somebody relied on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.domain.canonical import pointer, read_json
from app.domain.digest import Digest
from app.domain.errors import InvalidDigestError, MalformedDocumentError, UnreadableEvidenceError
from app.domain.evidence import (
    Dataset,
    Direction,
    EvaluationReport,
    Run,
    RunStatus,
    SliceRole,
    Subject,
)
from app.domain.reading.composing import Source, compose
from app.domain.reading.files import sole_json
from app.domain.reading.measuring import Interval, Observation
from app.domain.reading.quantity import count, text
from app.domain.reading.shape import epoch, mapping
from app.domain.release import Document

SCHEMA = "countersign.dev/evaluation-report/v1"
_TOP = frozenset({"schema", "tool", "model", "run", "judge", "results"})
_MODEL = frozenset({"name", "revision", "sha256"})
_RUN = frozenset(
    {
        "status",
        "started_at",
        "finished_at",
        "samples_expected",
        "samples_scored",
        "samples_errored",
    }
)
_RESULT = frozenset(
    {
        "dataset",
        "metric",
        "direction",
        "value",
        "n",
        "stderr",
        "interval",
        "params",
        "slice",
        "is_aggregate",
    }
)
_DATASET = frozenset({"id", "split", "revision"})
_STATUS = {status.value: status for status in RunStatus if status is not RunStatus.UNKNOWN}
_DIRECTIONS = {"higher": Direction.HIGHER, "lower": Direction.LOWER, None: None}


class NativeReportReader:
    """Reads one report."""

    format = "native"

    def sniff(self, files: Sequence[Document]) -> bool:
        """Tell whether the one file names the schema."""
        return mapping(sole_json(files, "schema", SCHEMA)).get("schema") == SCHEMA

    def parse(self, files: Sequence[Document]) -> EvaluationReport:
        """Read the report. Raises UnreadableEvidenceError, and nothing else."""
        if len(files) != 1:
            raise UnreadableEvidenceError(f"one file was expected, not {len(files)}")
        try:
            report = mapping(read_json(files[0].content))
        except MalformedDocumentError as error:
            raise UnreadableEvidenceError(error.message) from error
        if report.get("schema") != SCHEMA:
            raise UnreadableEvidenceError(f"the document does not say schema {SCHEMA}")
        _known(report, _TOP, "")
        tool = _part(report, "tool", frozenset({"name", "version"}), "")
        source = Source(
            format=self.format,
            tool=_told(tool, "name", "/tool") or _missing("/tool/name"),
            version=_told(tool, "version", "/tool"),
            subject=_subject(_part(report, "model", _MODEL, "")),
            run=_run(_part(report, "run", _RUN, "")),
            judge=_told(report, "judge", ""),
        )
        results = report.get("results")
        if not isinstance(results, list):
            raise UnreadableEvidenceError("no list at /results")
        return compose(source, _observations(results))


def _observations(results: Sequence[object]) -> Iterator[Observation]:
    for index, raw in enumerate(results):
        at = pointer("results", index)
        if not isinstance(raw, dict):
            raise UnreadableEvidenceError(f"no object at {at}")
        _known(raw, _RESULT, at)
        dataset = _part(raw, "dataset", _DATASET, at)
        group = _texts(raw, "slice", at)
        yield Observation(
            native_metric=_told(raw, "metric", at) or _missing(f"{at}/metric"),
            raw=_number(raw, "value", at, is_required=True),
            at=f"{at}/value",
            dataset=Dataset(
                id=_told(dataset, "id", f"{at}/dataset") or _missing(f"{at}/dataset/id"),
                split=_told(dataset, "split", f"{at}/dataset"),
                revision=_told(dataset, "revision", f"{at}/dataset"),
            ),
            n=_count(raw, "n", at),
            stderr=_number(raw, "stderr", at),
            interval=_interval(raw, at),
            direction=_direction(raw, at),
            params=_texts(raw, "params", at),
            slice=group,
            slice_role=SliceRole.GROUP if group else SliceRole.OVERALL,
            is_aggregate=_flag(raw, at),
        )


def _subject(model: Mapping[str, Any]) -> Subject:
    named = _told(model, "sha256", "/model")
    try:
        sha256 = None if named is None else Digest(named)
    except InvalidDigestError as error:
        raise UnreadableEvidenceError("no SHA-256 digest at /model/sha256") from error
    return Subject(_told(model, "name", "/model"), _told(model, "revision", "/model"), sha256)


def _run(run: Mapping[str, Any]) -> Run:
    status = _STATUS.get(_told(run, "status", "/run") or "")
    if status is None:
        raise UnreadableEvidenceError("no known status at /run/status")
    counts = [_count(run, f"samples_{name}", "/run") for name in ("expected", "scored", "errored")]
    return Run(status, _time(run, "started_at"), _time(run, "finished_at"), *counts)


def _time(run: Mapping[str, Any], key: str) -> int | None:
    written = _told(run, key, "/run")
    moment = None if written is None else epoch(written)
    if written is not None and moment is None:
        raise UnreadableEvidenceError(f"no time at /run/{key}")
    return moment


def _interval(raw: Mapping[str, Any], at: str) -> Interval | None:
    if "interval" not in raw:
        return None
    here = f"{at}/interval"
    interval = _part(raw, "interval", frozenset({"low", "high", "level"}), at)
    low, high, level = (
        _number(interval, key, here, is_required=True) for key in ("low", "high", "level")
    )
    return Interval(low, high, level)


def _direction(raw: Mapping[str, Any], at: str) -> Direction | None:
    named = _told(raw, "direction", at)
    if named not in _DIRECTIONS:
        raise UnreadableEvidenceError(f"neither higher nor lower at {at}/direction")
    return _DIRECTIONS[named]


def _flag(raw: Mapping[str, Any], at: str) -> bool:
    flag = raw.get("is_aggregate", False)
    if not isinstance(flag, bool):
        raise UnreadableEvidenceError(f"neither true nor false at {at}/is_aggregate")
    return flag


def _part(raw: Mapping[str, Any], key: str, known: frozenset[str], at: str) -> Mapping[str, Any]:
    part = raw.get(key)
    if not isinstance(part, dict):
        raise UnreadableEvidenceError(f"no object at {at}/{key}")
    _known(part, known, f"{at}/{key}")
    return part


def _known(raw: Mapping[str, Any], known: frozenset[str], at: str) -> None:
    strangers = sorted(raw.keys() - known)
    if strangers:
        raise UnreadableEvidenceError(f"unknown member {text(strangers[0], 80)!r} at {at or '/'}")


def _told(raw: Mapping[str, Any], key: str, at: str) -> str | None:
    told = text(raw.get(key))
    if key in raw and told is None:
        raise UnreadableEvidenceError(f"no text at {at}/{key}")
    return told


def _texts(raw: Mapping[str, Any], key: str, at: str) -> dict[str, str]:
    members = raw.get(key, {})
    if not isinstance(members, dict):
        raise UnreadableEvidenceError(f"no object at {at}/{key}")
    told = {text(name): text(value) for name, value in members.items()}
    found = {name: value for name, value in told.items() if name and value}
    if len(found) != len(members):
        raise UnreadableEvidenceError(f"a member without text at {at}/{key}")
    return found


def _number(
    raw: Mapping[str, Any], key: str, at: str, *, is_required: bool = False
) -> float | None:
    value = raw.get(key)
    if value is None and key not in raw and not is_required:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise UnreadableEvidenceError(f"no number at {at}/{key}")
    return float(value)


def _count(raw: Mapping[str, Any], key: str, at: str) -> int | None:
    found = count(raw.get(key))
    if key in raw and found is None:
        raise UnreadableEvidenceError(f"no count at {at}/{key}")
    return found


def _missing(at: str) -> str:
    raise UnreadableEvidenceError(f"nothing at {at}")
