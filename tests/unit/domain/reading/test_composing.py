from __future__ import annotations

import pytest

from app.domain.errors import UnreadableEvidenceError
from app.domain.evidence import Dataset, Run, RunStatus, Subject
from app.domain.reading import composing
from app.domain.reading.composing import Source, compose
from app.domain.reading.measuring import Observation
from tests.evidence import codes

ONE = Observation("accuracy", 0.5, "/a", Dataset("arc"), n=10)
WHOLE = Run(RunStatus.COMPLETE, None, 1_700_000_000, None, None, None)


def test_what_a_source_does_not_tell_is_flagged() -> None:
    report = compose(Source("f", "t"), [ONE])

    assert codes(report) == {"VERSION_UNKNOWN", "TIME_UNKNOWN", "SUBJECT_UNKNOWN"}


def test_what_it_tells_is_not() -> None:
    source = Source("f", "t", version="1", subject=Subject("m", None, None), run=WHOLE)

    assert codes(compose(source, [ONE])) == set()


def test_a_judge_is_never_calibrated_by_being_named() -> None:
    assert "JUDGE_UNCALIBRATED" in codes(compose(Source("f", "t", judge="j"), [ONE]))


def test_a_failed_run_may_be_empty_and_a_whole_one_may_not() -> None:
    failed = Run(RunStatus.FAILED, None, None, None, None, None)

    assert "STATUS_NOT_SUCCESS" in codes(compose(Source("f", "t", run=failed), []))
    with pytest.raises(UnreadableEvidenceError, match="no result"):
        compose(Source("f", "t", run=WHOLE), [])


def test_too_many_results_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(composing, "MOST_RESULTS", 1)

    with pytest.raises(UnreadableEvidenceError, match="more than 1"):
        compose(Source("f", "t"), [ONE, ONE])
