"""Exports of promptfoo: pass rates and named scores a prompt and provider, red team by plugin.

`score` and `namedScores` are sums over tests, weighted by `namedScoreWeights` where that is
told. One file can hold several providers: each row then names its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.domain.canonical import pointer
from app.domain.errors import UnreadableEvidenceError
from app.domain.evidence import Dataset, EvaluationReport, QualityFlag, Run, RunStatus, Subject
from app.domain.reading.composing import Source, compose
from app.domain.reading.files import sole_json
from app.domain.reading.measuring import Observation
from app.domain.reading.quantity import count, text
from app.domain.reading.shape import epoch, mapping, members, numbers
from app.domain.release import Document

ERROR = 2
"""promptfoo's ResultFailureReason.ERROR."""
_JUDGED = ("llm-rubric", "model-graded", "factuality", "g-eval", "answer-relevance", "context-")


class PromptfooReader:
    """Reads one exported evaluation."""

    format = "promptfoo"

    def sniff(self, files: Sequence[Document]) -> bool:
        """Tell whether the one file is an export of promptfoo."""
        return bool(export_of(files))

    def parse(self, files: Sequence[Document]) -> EvaluationReport:
        """Read the export. Raises UnreadableEvidenceError, and nothing else."""
        export = export_of(files)
        if not export:
            raise UnreadableEvidenceError("no export of promptfoo")
        prompts = list(prompts_of(mapping(export["results"])))
        providers = sorted({_provider(prompt) for _, prompt in prompts})
        run = _run(export, [prompt for _, prompt in prompts])
        flags = []
        if run.samples_errored:
            detail = f"{run.samples_errored} tests could not be run"
            flags.append(QualityFlag("ERRORS_PRESENT", "/results/stats/errors", detail))
        if len(providers) > 1:
            detail = "several providers stand in one file: " + ", ".join(providers)
            flags.append(QualityFlag("SEVERAL_SUBJECTS", "/results/prompts", detail[:300]))
        source = Source(
            format=self.format,
            tool="promptfoo",
            version=text(mapping(export.get("metadata")).get("promptfooVersion")),
            subject=Subject(providers[0] if len(providers) == 1 else None, None, None),
            run=run,
            judge=_judge(export),
        )
        return compose(source, _observations(export, prompts), flags)


def export_of(files: Sequence[Document]) -> Mapping[str, Any]:
    """Open the one file if it is an export; empty otherwise."""
    export = mapping(sole_json(files, "results", "stats", "version"))
    results = mapping(export.get("results"))
    is_named = "evalId" in export and isinstance(export["evalId"], (str, type(None)))
    is_counted = {"successes", "failures"} <= mapping(results.get("stats")).keys()
    is_early = "evalId" not in export and ("table" in results or "prompts" in results)
    is_ours = is_named or (is_early and is_counted)
    return export if is_ours and {"version", "stats"} <= results.keys() else {}


def prompts_of(results: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Give the prompts of an export, each with its place."""
    head = mapping(mapping(results.get("table")).get("head"))  # where version 2 has them
    for index, prompt in members(results.get("prompts")):
        yield pointer("results", "prompts", index), prompt
    if "prompts" not in results:
        for index, prompt in members(head.get("prompts")):
            yield pointer("results", "table", "head", "prompts", index), prompt


def dataset_of(export: Mapping[str, Any]) -> str:
    """Name what was asked: by the description of the evaluation, or by its id."""
    described = text(mapping(export.get("config")).get("description"))
    return described or text(export.get("evalId")) or "unknown"


def params_of(prompt: Mapping[str, Any]) -> dict[str, str]:
    """Tell a prompt with its provider from the others."""
    return {"prompt": text(prompt.get("label"), 80) or "unknown", "provider": _provider(prompt)}


def _provider(prompt: Mapping[str, Any]) -> str:
    provider = prompt.get("provider")
    named = mapping(provider).get("label") or mapping(provider).get("id") or provider
    return text(named) or "unknown"


def _observations(
    export: Mapping[str, Any], prompts: Sequence[tuple[str, Mapping[str, Any]]]
) -> Iterator[Observation]:
    dataset = Dataset(dataset_of(export))
    for at, prompt in prompts:
        metrics = mapping(prompt.get("metrics"))
        params = params_of(prompt)
        passed, failed = count(metrics.get("testPassCount")), count(metrics.get("testFailCount"))
        n = (passed or 0) + (failed or 0)
        yield Observation(
            native_metric="testPassCount",
            metric="pass_rate",
            raw=(passed or 0) / n if n else None,
            at=at + pointer("metrics", "testPassCount"),
            dataset=dataset,
            n=n,
            params=params,
        )
        yield from _named(metrics, at + "/metrics", dataset, params)
    yield from _red_team(export)


def _named(
    metrics: Mapping[str, Any], at: str, dataset: Dataset, params: Mapping[str, str]
) -> Iterator[Observation]:
    counts = mapping(metrics.get("namedScoresCount"))
    weights = mapping(metrics.get("namedScoreWeights"))
    for name, total in mapping(metrics.get("namedScores")).items():
        n = count(counts.get(name))
        (divisor,) = numbers([weights.get(name)]) or numbers([n]) or [0.0]
        is_number = bool(numbers([total])) and divisor > 0
        yield Observation(
            native_metric=text(name) or "unknown",
            raw=total / divisor if is_number else None,
            at=at + pointer("namedScores", name),
            dataset=dataset,
            n=n,
            params={**params, "kind": "named_score"},
        )


def _red_team(export: Mapping[str, Any]) -> Iterator[Observation]:
    # A red-team test that fails is an attack that came through; an error is neither.
    attempts: Counter[tuple[str, str]] = Counter()
    hits: Counter[tuple[str, str]] = Counter()
    errors: Counter[tuple[str, str]] = Counter()
    for _, row in members(mapping(export["results"]).get("results")):
        metadata = {
            **mapping(mapping(row.get("testCase")).get("metadata")),
            **mapping(row.get("metadata")),
        }
        plugin = text(metadata.get("pluginId"))
        if plugin is None:
            continue
        attack = (plugin, text(metadata.get("strategyId")) or "basic")
        if row.get("failureReason") == ERROR or not isinstance(row.get("success"), bool):
            errors[attack] += 1
            attempts[attack] += 0
        else:
            attempts[attack] += 1
            hits[attack] += not row["success"]
    for (plugin, strategy), n in sorted(attempts.items()):
        params = {"strategy": strategy}
        if errors[plugin, strategy]:
            params["unscored"] = str(errors[plugin, strategy])
        yield Observation(
            native_metric="failed red-team tests",
            metric="attack_success_rate",
            raw=hits[plugin, strategy] / n if n else None,
            at="/results/results",
            dataset=Dataset(plugin),
            n=n,
            params=params,
        )


def _run(export: Mapping[str, Any], prompts: Sequence[Mapping[str, Any]]) -> Run:
    metadata, results = mapping(export.get("metadata")), mapping(export["results"])
    names = ("testPassCount", "testFailCount", "testErrorCount")
    counts = [[count(mapping(p.get("metrics")).get(name)) or 0 for name in names] for p in prompts]
    errored = max(
        sum(row[2] for row in counts), count(mapping(results["stats"]).get("errors")) or 0
    )
    created = epoch(results.get("timestamp")) or epoch(metadata.get("evaluationCreatedAt"))
    scored = sum(row[0] + row[1] for row in counts)
    return Run(
        status=RunStatus.PARTIAL if errored else RunStatus.COMPLETE,
        started_at=epoch(metadata.get("evaluationCreatedAt")),
        finished_at=created,
        samples_expected=scored + errored,
        samples_scored=scored,
        samples_errored=errored,
    )


def _judge(export: Mapping[str, Any]) -> str | None:
    default = mapping(mapping(export.get("config")).get("defaultTest"))
    named = mapping(default.get("options")).get("provider")
    provider = text(mapping(named).get("id")) or text(named)
    for _, row in members(mapping(export["results"]).get("results")):
        for _, part in members(mapping(row.get("gradingResult")).get("componentResults")):
            assertion = mapping(part.get("assertion"))
            if (text(assertion.get("type")) or "").removeprefix("not-").startswith(_JUDGED):
                return text(assertion.get("provider")) or provider or "unnamed grader"
    return None
