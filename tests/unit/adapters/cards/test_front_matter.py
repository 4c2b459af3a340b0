from __future__ import annotations

import pytest

from app.adapters.cards import front_matter


def test_words_and_dates_stay_what_was_written() -> None:
    read = front_matter.load("language: no\nreleased: 2024-01-02\nanswer: yes\nhex: 0x1F\n")

    assert read == {"language": "no", "released": "2024-01-02", "answer": "yes", "hex": "0x1F"}


def test_numbers_true_and_null_are_values() -> None:
    read = front_matter.load("a: 0.9\nb: 7\nc: true\nd: null\ne:\nf: '0.9'\ng: -1.5e-3\n")

    assert read == {"a": 0.9, "b": 7, "c": True, "d": None, "e": None, "f": "0.9", "g": -0.0015}


def test_a_version_keeps_its_last_zero() -> None:
    read = front_matter.load("version: 1.10")["version"]

    assert isinstance(read, front_matter.Real)
    assert read.written == "1.10"


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("a: &x [1]\nb: *x\n", "alias"),
        ("a: !!python/object:os.system x\n", "tag"),
        ("a: 1\nb: 2\na: 3\n", "twice"),
        ("a: [" + "[" * 30 + "]" * 30 + "]\n", "deeper"),
        ("a: [" + "1," * 21_000 + "]\n", "nodes"),
        ("? [a]\n: 1\n", "key"),
        ("a: 1\n---\nb: 2\n", "documents"),
        ("a: [1\n", "expected"),
        ("a: \x00\n", "character"),
        ("#" * 1_000_001, "longer"),
    ],
)
def test_what_is_ambiguous_or_endless_is_refused(source: str, problem: str) -> None:
    with pytest.raises(front_matter.FrontMatterError, match=problem):
        front_matter.load(source)


def test_an_anchor_that_nobody_uses_does_no_harm() -> None:
    assert front_matter.load("a: &x 1\n") == {"a": 1}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_card_is_parted_at_any_line_end(end: str) -> None:
    card = end.join(["---", "license: mit", "---", "# Title", ""])

    assert front_matter.split(card) == ("license: mit", "# Title\n")


@pytest.mark.parametrize("card", ["# Title\n---\na: 1\n---\n", "---\nlicense: mit\n# Title\n", ""])
def test_a_card_without_a_whole_block_has_no_front_matter(card: str) -> None:
    assert front_matter.split(card) == (None, card)


def test_an_empty_block_is_front_matter() -> None:
    assert front_matter.split("---\n---\nbody\n") == ("", "body\n")
