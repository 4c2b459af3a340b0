"""JUnit XML is read by a reader that others use too."""

from __future__ import annotations

from junitparser import Error, Failure, JUnitXml, TestCase, TestSuite

from app.cli.reports import junit
from app.domain.decision import Outcome
from tests.builders import a_reason
from tests.decided import a_body


def suite_of(content: bytes) -> TestSuite:
    (suite,) = JUnitXml.fromstring(content)
    return suite


def cases(content: bytes) -> dict[str, TestCase]:
    return {case.name: case for case in suite_of(content)}


def test_each_check_is_a_case_and_an_allow_has_no_failure() -> None:
    read = cases(junit.decided(a_body()))

    assert list(read) == ["signatures"]
    assert read["signatures"].is_passed


def test_a_reason_fails_the_case_of_its_check_and_no_other() -> None:
    content = junit.decided(a_body(a_reason(), a_reason(at="/b", message="another")))
    read, suite = cases(content), suite_of(content)

    (failure,) = read["evaluation"].result
    assert isinstance(failure, Failure)
    assert (failure.type, failure.message) == ("evaluation.below_threshold", a_reason().message)
    assert "another" in failure.text
    assert a_reason().how in failure.text
    assert read["signatures"].is_passed
    assert (suite.tests, suite.failures, suite.errors) == (2, 1, 0)


def test_what_waits_for_people_is_a_failure_since_skipped_is_green() -> None:
    body = a_body(a_reason(code="approvals.seat_open", is_pending=True), outcome=Outcome.PENDING)

    (failure,) = cases(junit.decided(body))["approvals"].result
    assert isinstance(failure, Failure)


def test_a_gate_that_could_not_decide_is_an_error() -> None:
    (told,) = cases(junit.undecided("no answer"))["gate"].result

    assert isinstance(told, Error)


def test_a_message_that_xml_cannot_hold_is_still_read() -> None:
    content = junit.decided(a_body(a_reason(message="bell \x07 <b> & \uffff")))

    (failure,) = cases(content)["evaluation"].result
    assert failure.message == "bell \N{REPLACEMENT CHARACTER} <b> & \N{REPLACEMENT CHARACTER}"
