from __future__ import annotations

import base64

import pytest

from app.domain.errors import InvalidSubmissionError
from app.domain.log import question
from app.domain.log.question import Cursor, Field, Question, Term


def test_a_line_is_read_term_by_term() -> None:
    asked = question.parse('model:acme/credit -stage:dev reason:a.* after:2026-01-01 "Two Words" x')

    assert asked.terms == (
        Term(Field.MODEL, "acme/credit"),
        Term(Field.STAGE, "dev", is_excluded=True),
        Term(Field.REASON, "a.*"),
    )
    assert asked.since == 1_767_225_600_000_000
    assert asked.until is None
    assert asked.words == ("two", "words", "x")


def test_a_quoted_value_may_hold_spaces() -> None:
    assert question.parse('actor:"Ada L"').terms == (Term(Field.ACTOR, "Ada L"),)


def test_parameters_mean_what_a_line_means() -> None:
    given = {"model": "acme/credit", "from": "2026-01-01", "to": "2026-01-02T00:00:00+01:00"}

    asked = question.of_parameters({**given, "q": "outcome:deny"})
    line = "outcome:deny model:acme/credit after:2026-01-01 before:2026-01-01T23:00:00Z"
    assert asked == question.parse(line)


@pytest.mark.parametrize(
    "line",
    [
        "colour:red",
        "model:",
        'model:""',
        "Model:x",
        "-word",
        'open "quote',
        "after:yesterday",
        "-after:2026-01-01",
        "x" * 2001,
        " ".join(["w"] * 21),
        "model:a\x00",
        "digest:abc",
        "kind:decisions",
        "after:2026-01-02 before:2026-01-01",
        "\U0001f600 % -",
    ],
)
def test_a_line_that_is_not_clear_is_refused(line: str) -> None:
    with pytest.raises(InvalidSubmissionError):
        question.parse(line)


@pytest.mark.parametrize(
    ("line", "same"),
    [
        ("outcome:DENY kind:Decision", "outcome:deny kind:decision"),
        (f"digest:sha256:{'A' * 64}", f"digest:{'a' * 64}"),
        ("after:2026-01-02 after:2026-01-01", "after:2026-01-02"),
        ("before:2026-01-01 before:2026-01-02", "before:2026-01-01"),
        ("after:2026-01-01 before:2026-01-01 x", "before:2026-01-01 after:2026-01-01 x"),
        ("seats & roles", "seats roles"),
    ],
)
def test_what_means_the_same_is_the_same_question(line: str, same: str) -> None:
    assert question.parse(line) == question.parse(same)


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ({"words": "Two Words", "q": "x"}, "x two words"),
        ({"project": "acme"}, "project:acme"),
        ({"from": "2026-01-01", "q": "after:2026-01-02"}, "after:2026-01-02"),
        ({"from": "2026-01-03", "q": "after:2026-01-02"}, "after:2026-01-03"),
        ({"to": "2026-01-03", "q": "before:2026-01-02"}, "before:2026-01-02"),
    ],
)
def test_a_line_and_parameters_hold_together(given: dict[str, str], line: str) -> None:
    assert question.of_parameters(given) == question.parse(line)


@pytest.mark.parametrize(
    "given",
    [
        {"from": "2026-01-02", "to": "2026-01-01"},
        {"from": "2026-01-02", "q": "before:2026-01-01"},
        {"words": "%"},
        {"words": ""},
        {"model": ""},
    ],
)
def test_parameters_that_are_not_clear_are_refused(given: dict[str, str]) -> None:
    with pytest.raises(InvalidSubmissionError):
        question.of_parameters(given)


def test_an_unknown_parameter_is_refused() -> None:
    with pytest.raises(InvalidSubmissionError, match="colour"):
        question.of_parameters({"colour": "red"})


def test_a_cursor_is_read_as_it_was_written() -> None:
    asked = question.parse("stage:dev")
    written = Cursor(7, 9).text(asked)

    assert question.cursor(written, asked) == Cursor(7, 9)


def test_a_cursor_of_another_question_is_refused() -> None:
    written = Cursor(7, 9).text(question.parse("stage:dev"))

    with pytest.raises(InvalidSubmissionError, match="another question"):
        question.cursor(written, question.parse("stage:production"))


@pytest.mark.parametrize(
    "text",
    ["", "!", "\u00e9", "AAAA", base64.urlsafe_b64encode(b"2.1.1.0123456789abcdef").decode()],
)
def test_what_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(InvalidSubmissionError):
        question.cursor(text, Question())


def test_words_are_letters_and_digits_in_lower_case() -> None:
    assert question.words("Seat_open: 3 x \u00dcber-pr\u00fcfung!") == (
        "seat",
        "open",
        "3",
        "x",
        "\u00fcber",
        "pr\u00fcfung",
    )
