"""READ: from documents to evidence in one honest form."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, TypeVar

from app.domain.canonical import read_tool_json
from app.domain.digest import Digest
from app.domain.errors import MalformedDocumentError, UnreadableEvidenceError
from app.domain.evidence import (
    Binding,
    CardReading,
    EvaluationReport,
    ReadingStatus,
    ReportReading,
    Scores,
    Unread,
)
from app.domain.precedent import Baseline, Compared, compared
from app.domain.reading.archive import unpacked
from app.domain.release import Document, Evidence, Release
from app.ports import CardReader, ReportReader

LONGEST_MESSAGE = 500
_Read = TypeVar("_Read", covariant=True)  # noqa: PLC0105 - a private name, told by its use


class _Reader(Protocol[_Read]):
    format: str

    def sniff(self, files: Sequence[Document]) -> bool: ...

    def parse(self, files: Sequence[Document]) -> _Read: ...


def card(release: Release, readers: Sequence[CardReader]) -> CardReading | None:
    """From the card's files to what it says, or to why it could not be read; None without one."""
    if release.model_card is None:
        return None
    return CardReading(release.model_card.sha256, evidence(release.model_card, readers))


def reports(release: Release, readers: Sequence[ReportReader]) -> tuple[ReportReading, ...]:
    """From report files to results bound to this release, one reading for each report."""
    readings = []
    for submitted in release.evaluations:
        report = evidence(submitted, readers)
        readings.append(ReportReading(submitted.sha256, report, _binding(report, release)))
    return tuple(readings)


def comparisons(
    release: Release,
    readings: Sequence[ReportReading],
    baseline: Baseline | None,
    readers: Sequence[ReportReader],
    scores_by_sample: Callable[[Sequence[Document]], Sequence[Scores]],
) -> tuple[Compared, ...]:
    """From the report files of the released version to how this release compares with it."""
    earlier = [
        ReportReading(recorded.sha256, evidence(recorded, readers), Binding.DECLARED)
        for recorded in (baseline.evaluations if baseline else ())
    ]
    return compared(release, readings, baseline, earlier, scores_by_sample)


def evidence(submitted: Evidence, readers: Sequence[_Reader[_Read]]) -> _Read | Unread:
    """From the files of one piece of evidence to what it says, or to why it cannot be read.

    The format that was named settles it; without one exactly one reader must know the files.
    """
    try:
        files = unpacked(submitted.files)
    except UnreadableEvidenceError as error:
        return Unread(ReadingStatus.UNREADABLE, error.message[:LONGEST_MESSAGE])
    formats = ", ".join(sorted(reader.format for reader in readers))
    if submitted.format is None:
        fitting = [reader for reader in readers if reader.sniff(files)]
        if len(fitting) != 1:
            found = " and ".join(reader.format for reader in fitting) or "none of the formats"
            torn = "" if fitting else "".join(f": {said}" for said in _torn(files))
            return _unknown(f"the files look like {found}{torn}; name one of: {formats}")
    else:
        fitting = [reader for reader in readers if reader.format == submitted.format]
        if len(fitting) != 1:
            return _unknown(f"no reader of the format {submitted.format!r}; known: {formats}")
    try:
        return fitting[0].parse(files)
    except UnreadableEvidenceError as error:
        message = f"not readable as {fitting[0].format}: {error.message}"
        return Unread(ReadingStatus.UNREADABLE, message[:LONGEST_MESSAGE])


def _torn(files: Sequence[Document]) -> Iterator[str]:
    """Say of each JSON file that is none where it breaks off: no format is at fault then."""
    for file in files:
        is_lines = file.name.endswith(".jsonl")
        if not is_lines and not file.name.endswith(".json"):
            continue
        lines = file.content.splitlines() if is_lines else [file.content]
        for number, line in enumerate(lines, 1):
            where = f"{file.name[:80]}, line {number}" if is_lines else file.name[:80]
            try:
                read_tool_json(line or b"null")
            except MalformedDocumentError as error:
                yield f"{where} is broken, {error.message}"
                break


def _unknown(message: str) -> Unread:
    return Unread(ReadingStatus.UNKNOWN_FORMAT, message[:LONGEST_MESSAGE])


def _binding(report: EvaluationReport | Unread, release: Release) -> Binding:
    # A digest in the report speaks for itself: one of other bytes is a report on another
    # model, whoever submits it. Without one the submitter's word is all there is.
    if isinstance(report, Unread):
        return Binding.NONE
    named: Digest | None = report.subject.sha256
    if named is None:
        return Binding.DECLARED
    own = {release.digest, *(file.sha256 for file in release.files)}
    return Binding.DIGEST_MATCH if named in own else Binding.NONE
