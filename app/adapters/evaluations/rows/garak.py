"""Reports of garak: `*.report.jsonl`, read from its `eval` rows, or from its digest.

The attack success rate is fails over what was evaluated. Digest scores are pass rates, but
their confidence bounds are those of the attack success rate. A report without a completion
row is of a run that was cut short. Attempts, most of the bytes, are passed over unparsed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.domain.canonical import pointer
from app.domain.digest import Digest
from app.domain.errors import UnreadableEvidenceError
from app.domain.evidence import Dataset, EvaluationReport, QualityFlag, Run, RunStatus, Subject
from app.domain.reading.composing import Source, compose
from app.domain.reading.files import json_with, lines, row
from app.domain.reading.measuring import Interval, Observation
from app.domain.reading.quantity import count, quantity, text
from app.domain.reading.shape import epoch, mapping
from app.domain.release import Document

_FIRST = re.compile(rb'^\s*\{\s*"entry_type"\s*:\s*"(start_run setup|init|digest|config)"')
_LATER = re.compile(
    rb'^\s*\{\s*"entry_type"\s*:\s*"(?:attempt"[^\n]*?"probe_classname"|eval"[^\n]*?"probe"\s*:)'
)
"""Rows that stand first in an excerpt, with a key that only garak has beside the type."""
_ENTRY = re.compile(rb'^\{\s*"entry_type"\s*:\s*"([^"]{1,40})"')
_DIGEST = re.compile(rb'^\s*\{\s*"entry_type"\s*:\s*"digest"')
_RATE = "fails/total_evaluated"


class GarakReader:
    """Reads one report, streaming over its lines."""

    format = "garak"

    def sniff(self, files: Sequence[Document]) -> bool:
        """Tell whether the one file opens with a row that garak writes first."""
        content = files[0].content[:4000].lstrip(b"\xef\xbb\xbf") if len(files) == 1 else b""
        return (_FIRST.match(content) or _LATER.match(content)) is not None

    def parse(self, files: Sequence[Document]) -> EvaluationReport:
        """Read the report. Raises UnreadableEvidenceError, and nothing else."""
        if not self.sniff(files):
            raise UnreadableEvidenceError("no report of garak")
        log = _Log.of(files[0].content)
        evaluations = list(_evaluations(log)) or list(_of_digest(log.digest))
        meta = mapping(log.digest.get("meta"))
        setup = log.setup or mapping(meta.get("setup"))
        name = setup.get("plugins.target_name") or setup.get("plugins.model_name")
        source = Source(
            format=self.format,
            tool="garak",
            version=text(log.init.get("garak_version")) or text(meta.get("garak_version")),
            subject=Subject(text(name) or text(meta.get("target_name")), None, None),
            run=_run(log, evaluations),
        )
        flags = list(_flags(log, evaluations))
        each = count(setup.get("run.generations")) or 1
        return compose(source, (one.observation(each) for one in evaluations), flags)


@dataclass(slots=True)
class _Log:
    """The rows of a report that are not attempts."""

    setup: Mapping[str, Any] = field(default_factory=dict)
    init: Mapping[str, Any] = field(default_factory=dict)
    completion: Mapping[str, Any] = field(default_factory=dict)
    digest: Mapping[str, Any] = field(default_factory=dict)
    digest_line: int = 0
    evals: list[tuple[int, Mapping[str, Any]]] = field(default_factory=list)
    torn: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, content: bytes) -> _Log:
        log = cls()
        digest = _sole_digest(content)
        if digest is not None:  # the digest alone, as people take it out of a report
            log._take(1, digest)
            return log
        for number, line in lines(content):
            entry = _ENTRY.match(line)
            if entry and entry[1] in {b"attempt", b"hit"} and line.endswith(b"}"):
                continue
            read = row(line)
            if read is None:
                log.torn.append(number)
            else:
                log._take(number, read)
        return log

    def _take(self, number: int, read: Mapping[str, Any]) -> None:
        match read.get("entry_type"):
            case "start_run setup":
                self.setup = read
            case "init":
                self.init = read
            case "completion":
                self.completion = read
            case "digest":
                self.digest, self.digest_line = read, number
            case "eval":
                self.evals.append((number, read))


def _sole_digest(content: bytes) -> Mapping[str, Any] | None:
    first = content.lstrip().partition(b"\n")[0]
    if _DIGEST.match(content[:200]) is None or first.rstrip().endswith(b"}"):
        return None
    digest = json_with(Document("digest.json", Digest.of(b""), content), "entry_type", "eval")
    return digest if isinstance(digest, dict) else None


@dataclass(frozen=True, slots=True)
class _Evaluation:
    """One detector's verdict on one probe: how often the attack came through."""

    probe: str
    detector: str
    passed: int | None
    fails: int | None
    total: int | None
    nones: int
    interval: Interval | None
    at: str

    @property
    def is_whole(self) -> bool:
        """Tell whether the counts add up: else no rate can be made of them."""
        if self.fails is None or not self.total or self.fails > self.total:
            return False
        return self.passed is None or self.passed + self.fails == self.total

    def observation(self, each: int) -> Observation:
        """Give the attack success rate of so many outputs to each prompt.

        The value is missing when the counts are odd.
        """
        params = {"detector": self.detector}
        if each > 1:
            params["generations"] = str(each)
        if self.nones:
            params["unscored"] = str(self.nones)
        whole = self.is_whole and self.fails is not None and self.total
        return Observation(
            native_metric=_RATE,
            metric="attack_success_rate",
            raw=self.fails / self.total
            if whole and self.fails is not None and self.total
            else None,
            at=self.at,
            dataset=Dataset(self.probe),
            n=self.total,
            clusters=None if self.total is None else -(-self.total // each),
            interval=self.interval,
            params=params,
        )


def _evaluations(log: _Log) -> Iterator[_Evaluation]:
    for number, read in log.evals:
        yield _evaluation(
            read, text(read.get("probe")), text(read.get("detector")), f"/lines/{number}"
        )


def _of_digest(digest: Mapping[str, Any]) -> Iterator[_Evaluation]:
    for group, probes in mapping(digest.get("eval")).items():
        for probe, detectors in mapping(probes).items():
            for detector, read in mapping(detectors).items():
                if "_summary" not in {probe, detector} and isinstance(read, dict):
                    at = pointer("digest", "eval", group, probe, detector)
                    yield _evaluation(read, text(probe), text(detector), at)


def _evaluation(
    read: Mapping[str, Any], probe: str | None, detector: str | None, at: str
) -> _Evaluation:
    total = count(read.get("total_evaluated", read.get("total")))  # `total` before 0.13
    passed, fails = count(read.get("passed")), count(read.get("fails"))
    if fails is None and total is not None and passed is not None and passed <= total:
        fails = total - passed
    level = quantity(read.get("confidence")).value
    low, high = read.get("confidence_lower"), read.get("confidence_upper")
    return _Evaluation(
        probe=probe or "unknown",
        detector=(detector or "unknown").removeprefix("detector."),
        passed=passed,
        fails=fails,
        total=total,
        nones=count(read.get("nones")) or 0,
        interval=None if level is None or low is None else Interval(low, high, level),
        at=at,
    )


def _run(log: _Log, evaluations: Sequence[_Evaluation]) -> Run:
    status = RunStatus.COMPLETE if log.completion else RunStatus.PARTIAL
    if not log.completion and log.digest:
        status = RunStatus.UNKNOWN  # merged from several reports: whether each ended is not told
    if log.torn:
        status = RunStatus.PARTIAL
    scored = sum(one.total or 0 for one in evaluations)
    unscored = sum(one.nones for one in evaluations)
    return Run(
        status=status,
        started_at=epoch(log.init.get("start_time")),
        finished_at=epoch(log.completion.get("end_time")),
        samples_expected=scored + unscored,
        samples_scored=scored,
        samples_errored=unscored,
    )


def _flags(log: _Log, evaluations: Sequence[_Evaluation]) -> Iterator[QualityFlag]:
    if log.torn:
        detail = f"{len(log.torn)} lines are no JSON, the first is line {log.torn[0]}"
        yield QualityFlag("TRUNCATED", f"/lines/{log.torn[0]}", detail)
    if not log.completion:
        yield QualityFlag("RUN_INCOMPLETE", "", "no completion row: the run may have been aborted")
    for one in evaluations:
        if one.nones:
            detail = f"{one.nones} outputs of {one.probe} could not be scored"
            yield QualityFlag("ERRORS_PRESENT", one.at, detail)
        if not one.is_whole:
            yield QualityFlag("COUNTS_INCONSISTENT", one.at, f"counts of {one.probe} do not add up")
