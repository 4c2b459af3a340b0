"""From the observations of one file to its report, with what every report must tell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.domain.errors import UnreadableEvidenceError
from app.domain.evidence import EvaluationReport, QualityFlag, Run, RunStatus, Subject
from app.domain.reading.measuring import Observation, measure
from app.domain.reading.scale import Scale

MOST_RESULTS = 20_000
UNKNOWN_RUN = Run(RunStatus.UNKNOWN, None, None, None, None, None)
NOBODY = Subject(None, None, None)


@dataclass(frozen=True, slots=True)
class Source:
    """Who says it: the tool and its version, on which model, in what run, judged by whom."""

    format: str
    tool: str
    version: str | None = None
    subject: Subject = NOBODY
    run: Run = UNKNOWN_RUN
    judge: str | None = None
    scale: Scale | None = Scale.NATIVE
    """How the tool writes shares; None when people may have typed them."""


def compose(
    source: Source, observations: Iterable[Observation], flags: Sequence[QualityFlag] = ()
) -> EvaluationReport:
    """Make the report of one source.

    Raises UnreadableEvidenceError when it holds no result at all, unless its run failed:
    that is worth telling; and when it holds more than MOST_RESULTS.
    """
    listed = list(observations)
    if not listed and source.run.status is not RunStatus.FAILED:
        raise UnreadableEvidenceError("the report holds no result")
    if len(listed) > MOST_RESULTS:
        raise UnreadableEvidenceError(f"the report holds more than {MOST_RESULTS} results")
    results, more = measure(listed, scale=source.scale)
    return EvaluationReport(
        format=source.format,
        tool=source.tool,
        tool_version=source.version,
        subject=source.subject,
        run=source.run,
        judge=source.judge,
        results=results,
        quality=(*_untold(source), *flags, *more),
    )


def _untold(source: Source) -> Iterable[QualityFlag]:
    if source.version is None:
        yield QualityFlag("VERSION_UNKNOWN", "", "the file does not tell its tool's version")
    if source.run.finished_at is None:
        yield QualityFlag("TIME_UNKNOWN", "", "the file does not tell when it was made")
    if source.run.status is RunStatus.FAILED:
        yield QualityFlag("STATUS_NOT_SUCCESS", "", "the run did not succeed")
    if source.subject == NOBODY:
        yield QualityFlag("SUBJECT_UNKNOWN", "", "the file does not tell what it evaluated")
    if source.judge is not None:
        detail = "a model judged; how well it agrees with people is not known"
        yield QualityFlag("JUDGE_UNCALIBRATED", "", detail)
