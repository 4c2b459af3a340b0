"""Scores by sample of lm-evaluation-harness: the `samples_<task>_<time>.jsonl` files."""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.domain.evidence import Scores
from app.domain.reading.files import lines, row
from app.domain.reading.quantity import text
from app.domain.release import Document

_NAME = re.compile(r"samples_(?P<task>.+)_\d{4}-\d{2}-\d{2}T[\d.:-]+\.jsonl")


def scores(files: Sequence[Document]) -> tuple[Scores, ...]:
    """Read each metric's value on each document; none if there are no sample files.

    A document is known by its number and the hash of its content: pairs are of the same.
    """
    found: dict[tuple[str, str, str], dict[str, float]] = {}
    for file in files:
        named = _NAME.fullmatch(file.name.rpartition("/")[2])
        for _, line in lines(file.content) if named else ():
            read = row(line) or {}
            metrics = read.get("metrics")
            sample = f"{read.get('doc_id')} {read.get('doc_hash')}"
            for metric in metrics if isinstance(metrics, list) else ():
                value = read.get(metric) if isinstance(metric, str) else None
                if named and isinstance(value, (int, float)):
                    key = (named["task"], metric, text(read.get("filter")) or "none")
                    found.setdefault(key, {})[sample] = float(value)
    return tuple(
        Scores(task, metric, {"filter": filter_name}, by_sample)
        for (task, metric, filter_name), by_sample in found.items()
    )
