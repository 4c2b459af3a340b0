from __future__ import annotations

import pytest

from app.adapters.system import answers
from app.adapters.system.answers import KeptAnswers
from app.domain.enforcement.answer import Answer, Ruling

ASKED = ("s3://b/m", "production", "eu-1")
SAID = Answer(Ruling.ALLOW, "allow: acme/scorer", "production")


def test_an_answer_is_kept_while_the_log_stands_still() -> None:
    kept = KeptAnswers()
    kept.keep(ASKED, 7, SAID)

    assert kept.recall(ASKED, 7) is SAID
    assert kept.recall(("s3://b/other", *ASKED[1:]), 7) is None


@pytest.mark.parametrize("as_of", [6, 8])
def test_no_answer_is_given_of_another_state_of_the_log(as_of: int) -> None:
    kept = KeptAnswers()
    kept.keep(ASKED, 7, SAID)

    assert kept.recall(ASKED, as_of) is None


def test_a_slow_answer_of_an_older_state_displaces_none() -> None:
    kept = KeptAnswers()
    kept.keep(ASKED, 8, SAID)
    kept.keep(ASKED, 7, Answer(Ruling.DENY, "deny", "production"))

    assert kept.recall(ASKED, 8) is SAID


def test_answers_do_not_pile_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "MOST_KEPT", 2)
    kept = KeptAnswers()
    for number in range(3):
        kept.keep((str(number),), 7, SAID)

    assert [kept.recall((str(number),), 7) is SAID for number in range(3)] == [False, False, True]
