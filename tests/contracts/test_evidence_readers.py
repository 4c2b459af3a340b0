"""What every reader of evidence promises: the gate's `read` step relies on nothing else."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.adapters.cards import READERS as CARD_READERS
from app.adapters.evaluations import READERS as REPORT_READERS
from app.domain.errors import UnreadableEvidenceError
from app.domain.evidence import (
    SECTIONS,
    EvaluationReport,
    Measurement,
    ModelCard,
    ResultStatus,
    SectionState,
)
from app.domain.release import Document
from app.ports import CardReader, ReportReader
from tests.evidence import SAMPLES, document

Reader = CardReader | ReportReader
READERS: tuple[Reader, ...] = (*CARD_READERS, *REPORT_READERS)
FILES = sorted(path for path in SAMPLES.rglob("*") if path.is_file() and path.name != "ORIGINS.md")
GARBAGE = [
    (),
    (document("README.md", b""),),
    (document("README.md", b"\xff\xfe\x00\x00"),),
    (document("README.md", "---\n---\n"),),
    (document("README.md", "---\nlicense: &a [*a]\n---\n"),),
    (document("README.md", "---\nlicense: [" + "[" * 5000 + "\n---\n"),),
    (document("report.json", b"{"),),
    (document("report.json", "[" * 5000),),
    (document("report.json", '{"results": NaN, "versions": {}, "config": {}}'),),
    (document("report.json", '{"a": 1, "a": 2}'),),
    (document("report.json", [[], {}, 1, None, "text"]),),
    (document("log.eval", b"PK\x03\x04" + b"\x00" * 40),),
    (document("log.eval", b"PK\x05\x06" + b"\x00" * 18),),
    (document("report.jsonl", '{"entry_type": "init"}\n{"entry_type"'),),
    (document("pointer.json", "version https://git-lfs.github.com/spec/v1\noid sha256:0\n"),),
    (document("a.json", {}), document("b.json", {})),
]


def _name(reader: Reader) -> str:
    return reader.format


def _read(reader: Reader, files: Sequence[Document]) -> ModelCard | EvaluationReport | None:
    try:
        return reader.parse(files)
    except UnreadableEvidenceError:
        return None


def _is_honest(read: ModelCard | EvaluationReport) -> bool:
    rows = read.results if isinstance(read, EvaluationReport) else read.reported_results
    json.dumps([flag.detail + flag.at for flag in read.quality], ensure_ascii=False).encode()
    return all(_is_honest_row(row) for row in rows)


def _is_honest_row(row: Measurement) -> bool:
    spread = row.uncertainty
    numbers = [row.value, *(() if spread is None else (spread.stderr, spread.ci_low))]
    texts = [row.dataset.id, row.metric.id, row.metric.native_name, row.at, *row.slice.values()]
    "".join(texts).encode()
    return (
        all(number is None or math.isfinite(number) for number in numbers)
        and (row.value is None) == (row.status is not ResultStatus.OK)
        and (row.n is None or row.n >= 0)
        and all(texts[:3])
        and (row.at.startswith("/") or row.at == "")
        and (spread is None or spread.ci_low is None or _is_interval(row))
    )


def _is_interval(row: Measurement) -> bool:
    spread, value = row.uncertainty, row.value
    assert spread is not None
    assert spread.ci_low is not None
    assert spread.ci_high is not None
    assert value is not None
    return math.isfinite(spread.ci_high) and spread.ci_low <= value <= spread.ci_high


def test_formats_have_one_reader_each() -> None:
    assert len({reader.format for reader in CARD_READERS}) == len(CARD_READERS)
    assert len({reader.format for reader in REPORT_READERS}) == len(REPORT_READERS)


@pytest.mark.parametrize("reader", READERS, ids=_name)
@pytest.mark.parametrize("files", GARBAGE, ids=range(len(GARBAGE)))
def test_garbage_is_refused_and_nothing_else_is_raised(
    reader: Reader, files: tuple[Document, ...]
) -> None:
    was_sniffed = reader.sniff(files)
    read = _read(reader, files)

    assert isinstance(was_sniffed, bool)
    assert read is None or _is_honest(read)


@pytest.mark.parametrize("path", FILES, ids=[path.name[:40] for path in FILES])
def test_a_sample_has_at_most_one_label_and_reads_honestly(path: Path) -> None:
    files = (document(path.name, path.read_bytes()),)
    sniffing = [reader for reader in READERS if reader.sniff(files)]

    assert len(sniffing) <= 1
    for reader in sniffing:
        read = reader.parse(files)
        assert read.format == reader.format
        assert _is_honest(read)


@pytest.mark.parametrize("reader", CARD_READERS, ids=_name)
def test_a_card_tells_every_section_absent_ones_too(reader: CardReader) -> None:
    for path in FILES:
        files = (document(path.name, path.read_bytes()),)
        if reader.sniff(files):
            card = reader.parse(files)

            assert set(card.sections) == set(SECTIONS)
            assert all(
                (section.chars > 0) == (section.state is SectionState.PRESENT)
                for section in card.sections.values()
                if section.state is not SectionState.UNPARSED
            )


@pytest.mark.parametrize("reader", READERS, ids=_name)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(chance=st.data())
def test_a_damaged_sample_is_read_honestly_or_refused(
    reader: Reader, chance: st.DataObject
) -> None:
    content = bytearray(chance.draw(st.sampled_from(_SMALL)).read_bytes())
    name = chance.draw(st.sampled_from(["README.md", "report.json", "x.report.jsonl", "log.eval"]))
    for _ in range(chance.draw(st.integers(1, 4))):
        start = chance.draw(st.integers(0, len(content)))
        end = min(len(content), start + chance.draw(st.integers(0, 30)))
        content[start:end] = chance.draw(st.sampled_from(_SPLINTERS))
    files = (document(name, bytes(content)),)

    assert reader.sniff(files) in {True, False}
    read = _read(reader, files)

    assert read is None or _is_honest(read)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(chance=st.data())
def test_one_odd_part_in_a_whole_report_is_read_honestly_or_refused(chance: st.DataObject) -> None:
    name, whole, reader = _STRUCTURED[chance.draw(st.integers(0, len(_STRUCTURED) - 1))]
    files = (document(name, json.dumps(_damaged(whole, chance)).encode()),)

    assert reader.sniff(files) in {True, False}
    read = _read(reader, files)

    assert read is None or _is_honest(read)


def _damaged(whole: object, chance: st.DataObject) -> object:
    """Copy a JSON value with one part, anywhere in it, put in place of another."""
    odd = chance.draw(st.sampled_from(_ODD_PARTS))
    if not isinstance(whole, (dict, list)) or not whole or chance.draw(st.integers(0, 9)) == 0:
        return odd
    if isinstance(whole, list):
        place = chance.draw(st.integers(0, min(len(whole) - 1, 20)))
        return [_damaged(v, chance) if i == place else v for i, v in enumerate(whole)]
    key = chance.draw(st.sampled_from(sorted(whole)[:60]))
    return {k: _damaged(v, chance) if k == key else v for k, v in whole.items()}


_ODD_PARTS: list[object] = [
    None, True, 0, -1, 1.5, 10**15, float("nan"), float("inf"), "", "text", "N/A", "\ud800\x00",
    [], {}, [None], [[]], [{}], {"a": None}, {"": {}}, "1e400", -0.5, "2026-13-45T99:99:99",
]  # fmt: skip


def _structured() -> list[tuple[str, object, Reader]]:
    found: list[tuple[str, object, Reader]] = []
    for path in FILES:
        if path.suffix == ".json" and path.stat().st_size < 120_000:
            files = (document(path.name, path.read_bytes()),)
            whole = json.loads(path.read_bytes())
            found.extend((path.name, whole, reader) for reader in READERS if reader.sniff(files))
            if "fairlearn" in path.name or "flat_metrics" in str(path):
                hinted = [reader for reader in READERS if reader.format in str(path)]
                found.extend((path.name, whole, reader) for reader in hinted)
    return found


_STRUCTURED = _structured()
_SMALL = [path for path in FILES if path.stat().st_size < 40_000]
_SPLINTERS = (
    b"",
    b"NaN",
    b"-1",
    b"1e400",
    b"null",
    b"[]",
    b"{}",
    b'""',
    b'"\\ud800"',
    b'"\\u0000"',
    b"\xff",
    b"true",
    b"99999999999999999999",
    b"---\n",
    b"*a",
    b'{"a":[{}]}',
    b"\x00",
)
