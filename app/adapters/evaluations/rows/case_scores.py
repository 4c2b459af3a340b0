"""Scores by case of promptfoo and DeepEval, so that two versions can be compared in pairs.

A case is known by its place and by the digest of what was asked: pairs are of the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.adapters.evaluations.rows import deepeval, promptfoo
from app.domain.canonical import canonical_json
from app.domain.digest import Digest
from app.domain.evidence import Scores
from app.domain.facts.statistics import mean_and_stderr
from app.domain.reading.quantity import count, quantity, text
from app.domain.reading.shape import mapping, members
from app.domain.release import Document

_Found = dict[tuple[str, str, tuple[tuple[str, str], ...]], dict[str, list[float]]]


def scores(files: Sequence[Document]) -> tuple[Scores, ...]:
    """Read what every case scored; nothing if the files are of neither tool."""
    found: _Found = {}
    for dataset, metric, params, case, score in (*_promptfoo(files), *_deepeval(files)):
        key = (dataset, metric, tuple(sorted(params.items())))
        found.setdefault(key, {}).setdefault(case, []).append(score)
    return tuple(
        Scores(dataset, metric, dict(params), _means(by_case))
        for (dataset, metric, params), by_case in found.items()
    )


_Score = tuple[str, str, Mapping[str, str], str, float]


def _promptfoo(files: Sequence[Document]) -> Iterator[_Score]:
    export = promptfoo.export_of(files)
    results = mapping(export.get("results"))
    prompts = [prompt for _, prompt in promptfoo.prompts_of(results)]
    for _, row in members(results.get("results")):
        index, success = count(row.get("promptIdx")), row.get("success")
        is_error = row.get("failureReason") == promptfoo.ERROR
        if index is None or index >= len(prompts) or is_error or not isinstance(success, bool):
            continue
        params = promptfoo.params_of(prompts[index])
        case = _case(row.get("testIdx"), row.get("vars"))
        yield promptfoo.dataset_of(export), "testPassCount", params, case, float(success)


def _deepeval(files: Sequence[Document]) -> Iterator[_Score]:
    native = deepeval.native_of(files)
    dataset = text(native.get("identifier")) or "unknown"
    for listed, key in {**deepeval.CASES, **deepeval.DUMPED_CASES}.items():
        for index, case in members(native.get(listed)):
            asked = _case(index, [case.get("input"), case.get("turns")])
            for _, name, metric in deepeval.metrics_of(case, key):
                score = quantity(metric.get("score")).value
                if score is not None and not metric.get("error"):
                    yield dataset, name, {"aggregation": "mean"}, asked, score


def _case(place: object, asked: Any) -> str:  # noqa: ANN401 - any JSON value
    try:
        return f"{place} {Digest.of(canonical_json(asked))}"
    except (TypeError, ValueError):  # a number or a character that JSON does not hold
        return f"{place} {Digest.of(repr(asked).encode('utf-8', 'backslashreplace'))}"


def _means(by_case: Mapping[str, list[float]]) -> dict[str, float]:
    means = {case: mean_and_stderr(values)[0] for case, values in by_case.items()}
    return {case: mean for case, mean in means.items() if mean is not None}
