from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from app.domain.digest import Digest
from app.domain.errors import UnreadableEvidenceError
from app.domain.evidence import (
    Binding,
    CardReading,
    EvaluationReport,
    ModelCard,
    ReadingStatus,
    Run,
    RunStatus,
    Subject,
    Unread,
)
from app.domain.release import Document, Evidence, File, ModelVersion, Release
from app.gate import read
from tests.evidence import document

WEIGHTS = File("model.safetensors", 4, Digest.of(b"weights"))
RELEASE = Digest.of(b"release")
CARD = ModelCard(
    format="left",
    name="m",
    version=None,
    license=None,
    owners=(),
    base_models=(),
    datasets=(),
    languages=(),
    task=None,
    library=None,
    sections={},
    reported_results=(),
    quality=(),
)


@dataclass
class FakeCardReader:
    """Knows files by their first word; refuses those that say broken."""

    format: str

    def sniff(self, files: Sequence[Document]) -> bool:
        """Look for the format's name."""
        return self.format.encode() in files[0].content

    def parse(self, files: Sequence[Document]) -> ModelCard:
        """Read a card."""
        if b"broken" in files[0].content:
            raise UnreadableEvidenceError("the card is torn")
        return CARD


@dataclass
class FakeReportReader:
    """Reads a report on the bytes with this digest."""

    named: Digest | None
    format: str = "left"

    def sniff(self, files: Sequence[Document]) -> bool:
        """Know everything."""
        return bool(files)

    def parse(self, files: Sequence[Document]) -> EvaluationReport:
        """Read a report."""
        if b"broken" in files[0].content:
            raise UnreadableEvidenceError("x" * 5000)
        return EvaluationReport(
            format=self.format,
            tool="t",
            tool_version=None,
            subject=Subject("m", None, self.named),
            run=Run(RunStatus.COMPLETE, None, None, None, None, None),
            judge=None,
            results=(),
            quality=(),
        )


def evidence(content: str, format_: str | None = None) -> Evidence:
    return Evidence((document("file", content),), format_, "/model_card")


def a_release(card: Evidence | None = None, *evaluations: Evidence) -> Release:
    return Release(
        digest=RELEASE,
        model=ModelVersion("org", "m", "1"),
        files=(WEIGHTS,),
        stage="production",
        risk_tier="high",
        model_card=card,
        evaluations=evaluations,
        bundles=(),
        change_note=None,
        rollback=None,
        people={},
        change_plan=None,
    )


def read_card(content: str, format_: str | None = None) -> CardReading:
    readers = (FakeCardReader("left"), FakeCardReader("right"))
    reading = read.card(a_release(evidence(content, format_)), readers)
    assert reading is not None
    return reading


def test_a_release_without_a_card_has_no_reading() -> None:
    assert read.card(a_release(), (FakeCardReader("left"),)) is None


def test_the_one_reader_that_knows_the_file_reads_it() -> None:
    reading = read_card("left")

    assert reading.card is CARD
    assert reading.sha256 == Digest.of(b"left")


@pytest.mark.parametrize(
    ("content", "found"), [("up", "none of the formats"), ("left right", "left and right")]
)
def test_none_or_two_readers_are_none(content: str, found: str) -> None:
    card = read_card(content).card

    assert isinstance(card, Unread)
    assert card.status is ReadingStatus.UNKNOWN_FORMAT
    assert card.message == f"the files look like {found}; name one of: left, right"


NO_VALUE = "not a JSON document: Expecting value"


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        (
            "r.json",
            '{"a": 1,\n "b": }',
            f": r.json is broken, {NO_VALUE}: line 2 column 7 (char 15)",
        ),
        (
            "r.jsonl",
            '{"a": 1}\n\n{"a": }\n',
            f": r.jsonl, line 3 is broken, {NO_VALUE}: line 1 column 7 (char 6)",
        ),
        ("r.json", '{"a": NaN}', ""),
        ("r.txt", "{", ""),
    ],
)
def test_json_that_is_none_is_told_with_where_it_breaks_off(
    name: str, content: str, told: str
) -> None:
    submitted = Evidence((document(name, content),), None, "/model_card")
    found = read.evidence(submitted, (FakeCardReader("left"),))

    assert isinstance(found, Unread)
    assert found.message == f"the files look like none of the formats{told}; name one of: left"


def test_a_format_that_is_named_settles_it() -> None:
    assert read_card("left right", "left").card is CARD


def test_a_format_that_nobody_reads_is_unknown() -> None:
    card = read_card("left", "up").card

    assert card == Unread(
        ReadingStatus.UNKNOWN_FORMAT, "no reader of the format 'up'; known: left, right"
    )


@pytest.mark.parametrize("format_", [None, "left"])
def test_a_torn_card_is_a_fact(format_: str | None) -> None:
    card = read_card("left broken", format_).card

    assert card == Unread(ReadingStatus.UNREADABLE, "not readable as left: the card is torn")


@pytest.mark.parametrize(
    ("named", "binding"),
    [
        (None, Binding.DECLARED),
        (RELEASE, Binding.DIGEST_MATCH),
        (WEIGHTS.sha256, Binding.DIGEST_MATCH),
        (Digest.of(b"other weights"), Binding.NONE),
    ],
)
def test_a_report_is_bound_by_the_digest_that_it_names(
    named: Digest | None, binding: Binding
) -> None:
    release = a_release(None, evidence("report"))

    (reading,) = read.reports(release, (FakeReportReader(named),))

    assert reading.binding is binding


def test_an_unreadable_report_is_bound_to_nothing() -> None:
    (reading,) = read.reports(a_release(None, evidence("broken")), (FakeReportReader(RELEASE),))

    assert reading.binding is Binding.NONE
    assert isinstance(reading.report, Unread)
    assert len(reading.report.message) == read.LONGEST_MESSAGE


def test_every_report_has_its_reading_in_order() -> None:
    release = a_release(None, evidence("one"), evidence("broken"), evidence("two"))

    readings = read.reports(release, (FakeReportReader(None),))

    assert [reading.sha256 for reading in readings] == [
        Digest.of(b"one"),
        Digest.of(b"broken"),
        Digest.of(b"two"),
    ]


def test_without_reports_there_are_no_readings() -> None:
    assert read.reports(a_release(), (FakeReportReader(None),)) == ()


def a_zip(content: str) -> Evidence:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as writer:
        writer.writestr("card.md", content)
    return Evidence((document("card.zip", packed.getvalue()),), None, "/model_card")


def test_an_archive_is_read_by_what_is_in_it() -> None:
    evidence = a_zip("left")

    reading = read.card(a_release(evidence), (FakeCardReader("left"),))

    assert reading is not None
    assert reading.card is CARD
    assert reading.sha256 == evidence.files[0].sha256


def test_a_torn_archive_is_a_fact() -> None:
    torn = Evidence((document("card.zip", b"PK torn"),), None, "/model_card")

    reading = read.card(a_release(torn), (FakeCardReader("left"),))

    assert reading is not None
    assert reading.card == Unread(ReadingStatus.UNREADABLE, "the archive is torn")
