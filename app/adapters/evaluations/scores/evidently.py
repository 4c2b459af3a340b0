"""Evidently snapshots (0.6 and 0.7): a list of metrics with their configuration, and tests.

The tests' own verdicts are not read: their thresholds are the producer's. A drift value is
a p-value or a distance, as its method says; the two get better in opposite directions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.adapters.evaluations.scores import evidently_reports
from app.domain.canonical import pointer
from app.domain.errors import UnreadableEvidenceError
from app.domain.evidence import Dataset, Direction, EvaluationReport, SliceRole
from app.domain.reading.composing import Source, compose
from app.domain.reading.files import sole_json
from app.domain.reading.measuring import Observation
from app.domain.reading.quantity import text
from app.domain.reading.shape import mapping, members
from app.domain.release import Document

_PREFIX = "evidently:metric_v2:"
_UNKNOWN = Dataset("unknown")
_CALL = re.compile(r"(?P<name>[A-Z]\w*)\((?P<arguments>.*)\)", re.DOTALL)
_ARGUMENT = re.compile(r"(\w+)=([^,()]*)")
_FINGERPRINT = re.compile(r"[0-9a-f]{32}")
_LONGEST_CALL = 2_000
_BY_LABEL = "ByLabel"


class EvidentlyReader:
    """Reads the metrics of one snapshot."""

    format = "evidently"

    def sniff(self, files: Sequence[Document]) -> bool:
        """Tell whether every metric of the one file is of Evidently, of 0.7 or before."""
        return _snapshot(files) is not None or evidently_reports.report(files) is not None

    def parse(self, files: Sequence[Document]) -> EvaluationReport:
        """Read the snapshot. Raises UnreadableEvidenceError, and nothing else."""
        snapshot = _snapshot(files)
        if snapshot is None:
            early = evidently_reports.report(files)
            if early is None:
                raise UnreadableEvidenceError("neither an Evidently snapshot nor a report")
            return evidently_reports.parse(early, self.format)
        return compose(Source(format=self.format, tool="evidently"), _observations(snapshot))


def _snapshot(files: Sequence[Document]) -> Mapping[str, Any] | None:
    if any(b'"evidently:' in file.content for file in files):
        snapshot = mapping(sole_json(files, "metrics", "config"))
        rows = list(members(snapshot.get("metrics")))
        if rows and all(_type(row).startswith("evidently:") for _, row in rows):
            return snapshot
    early = mapping(sole_json(files, "metrics", "metric_id", "value"))
    rows = list(members(early.get("metrics")))
    is_early = bool(rows) and early.keys() == {"metrics", "tests"}
    return early if is_early and all(_is_early(row) for _, row in rows) else None


def _is_early(row: Mapping[str, Any]) -> bool:
    # Up to 0.7.8 a metric has no configuration: its name and arguments are one text.
    name, fingerprint = row.get("metric_id"), row.get("id")
    is_named = isinstance(name, str) and _CALL.fullmatch(name[:_LONGEST_CALL]) is not None
    is_marked = isinstance(fingerprint, str) and _FINGERPRINT.fullmatch(fingerprint) is not None
    return is_named and is_marked and "value" in row


def _config(row: Mapping[str, Any]) -> Mapping[str, Any]:
    called = _CALL.fullmatch(str(row.get("metric_id"))[:_LONGEST_CALL])
    if called is None:
        return mapping(row.get("config"))
    told = dict(_ARGUMENT.findall(called["arguments"]))
    return {**told, "type": _PREFIX + called["name"]}


def _type(row: Mapping[str, Any]) -> str:
    return text(_config(row).get("type")) or ""


def _observations(snapshot: Mapping[str, Any]) -> Iterator[Observation]:
    for index, row in members(snapshot["metrics"]):
        config = _config(row)
        native = _type(row).removeprefix(_PREFIX) or "unknown"
        params = {
            key: text(str(value)) or "unknown"
            for key, value in config.items()
            if key != "type" and isinstance(value, (str, int, float, bool))
        }
        at, value = pointer("metrics", index, "value"), row.get("value")
        if not isinstance(value, dict):
            yield _observation(native, value, at, params, {}, _direction(params))
            continue
        for key, member in value.items():
            if isinstance(member, (dict, list)):
                continue  # a table of values or a histogram, and no score
            if native.endswith(_BY_LABEL):
                label, metric = {"label": text(key) or "unknown"}, native.removesuffix(_BY_LABEL)
            else:
                label, metric = {}, f"{native}.{text(key) or 'unknown'}"
            known = native if key == "mean" else metric
            yield _observation(metric, member, at + pointer(key), params, label, None, known)


def _observation(  # noqa: PLR0913, PLR0917 - one value with all that stands around it
    native: str,
    raw: object,
    at: str,
    params: Mapping[str, str],
    label: Mapping[str, str],
    direction: Direction | None,
    known: str | None = None,
) -> Observation:
    is_p_value = native == "ValueDrift" and "p_value" in params.get("method", "")
    column = params.get("column")
    return Observation(
        native_metric=native,
        metric="p_value" if is_p_value else (known or native).removesuffix("Score"),
        raw=raw,
        at=at,
        dataset=_UNKNOWN,
        direction=direction,
        params=params,
        slice=label or ({"column": column} if column else {}),
        slice_role=SliceRole.GROUP if label else SliceRole.OVERALL,
    )


def _direction(params: Mapping[str, str]) -> Direction | None:
    method = params.get("method", "")
    if "p_value" in method:
        return Direction.HIGHER
    return Direction.LOWER if "distance" in method or "divergence" in method else None
