"""What a Hub card claims to have measured: `model-index`, and the `.eval_results/` files.

As far as honest: a result without a data set is read and flagged, where the Hub's own
parser drops all results of the card.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.adapters.cards import front_matter
from app.domain.canonical import pointer
from app.domain.evidence import Dataset, QualityFlag
from app.domain.reading.measuring import Observation
from app.domain.reading.quantity import text
from app.domain.reading.shape import mapping
from app.domain.release import Document

MOST_RESULTS = 10_000
_AVERAGES = re.compile(r"\b(macro|micro|weighted)\b", re.IGNORECASE)


def observations(
    matter: Mapping[str, Any], files: Sequence[Document]
) -> tuple[list[Observation], list[QualityFlag]]:
    """Collect the results of the front matter and of the files, with flags for odd ones."""
    flags: list[QualityFlag] = []
    listed = list(_of_index(matter.get("model-index"), flags))
    for file in files:
        listed.extend(_of_file(file, flags))
    if len(listed) > MOST_RESULTS:
        detail = f"{len(listed)} results; the first {MOST_RESULTS} are read"
        flags.append(QualityFlag("TRUNCATED", "/model-index", detail))
    return listed[:MOST_RESULTS], flags


def _of_index(index: object, flags: list[QualityFlag]) -> Iterator[Observation]:
    if index is None:
        return
    for i, entry in _members(index, "/model-index", flags):
        at = pointer("model-index", i, "results")
        for j, row in _members(entry.get("results", []), at, flags):
            metrics_at = at + pointer(j, "metrics")
            for k, metric in _members(row.get("metrics", []), metrics_at, flags):
                yield _of_metric(row, metric, metrics_at + pointer(k, "value"))


def _of_metric(row: Mapping[str, Any], metric: Mapping[str, Any], at: str) -> Observation:
    dataset = mapping(row.get("dataset"))
    named, kind = text(metric.get("name")), text(metric.get("type"))
    average = _AVERAGES.search(named or "")
    params = {
        "config": text(dataset.get("config")) or text(dataset.get("args")),
        "task": text(mapping(row.get("task")).get("type")),
        "average": average[1].lower() if average else None,
    }
    return Observation(
        native_metric=named or kind or "unknown",
        metric=kind or named or "unknown",
        raw=metric.get("value"),
        at=at,
        dataset=Dataset(
            id=text(dataset.get("type")) or text(dataset.get("name")) or "unknown",
            split=text(dataset.get("split")),
            revision=text(dataset.get("revision")),
            role="test",
        ),
        params={key: value for key, value in params.items() if value is not None},
    )


def _of_file(file: Document, flags: list[QualityFlag]) -> Iterator[Observation]:
    # One entry: {dataset: {id, task_id, revision}, value, date, ...}; it names no metric.
    name = text(file.name) or "unnamed"
    try:
        entries = front_matter.load(file.content.decode("utf-8-sig"))
    except (UnicodeDecodeError, front_matter.FrontMatterError) as error:
        flags.append(QualityFlag("RESULTS_UNREADABLE", pointer(name), text(str(error)) or ""))
        return
    for index, entry in _members(entries, pointer(name), flags):
        dataset = mapping(entry.get("dataset"))
        yield Observation(
            native_metric=text(dataset.get("task_id")) or "unknown",
            raw=entry.get("value"),
            at=pointer(name, index, "value"),
            dataset=Dataset(
                id=text(dataset.get("id")) or "unknown",
                revision=text(dataset.get("revision")),
                role="test",
            ),
        )


def _members(
    raw: object, at: str, flags: list[QualityFlag]
) -> Iterator[tuple[int, Mapping[str, Any]]]:
    if not isinstance(raw, list):
        flags.append(QualityFlag("MODEL_INDEX_MALFORMED", at, "no list stands here"))
        return
    for index, member in enumerate(raw):
        if isinstance(member, dict):
            yield index, member
        else:
            detail = "no mapping stands here"
            flags.append(QualityFlag("MODEL_INDEX_MALFORMED", at + pointer(index), detail))
