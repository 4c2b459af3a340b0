from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.domain.errors import InvalidSubmissionError
from app.domain.identity import password
from app.domain.identity.password import Credential

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("elevenchars", "12 to 128"),
        ("x1y2z3" * 22, "12 to 128"),
        ("abcabcabcabcabc", "different characters"),
        ("adalovelace12", "little more than the name"),
        ("Countersign2026", "tries first"),
        ("my-Password-42", "tries first"),
    ],
)
def test_a_password_that_is_easily_guessed_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(InvalidSubmissionError, match=complaint) as refusal:
        password.must_be_good(text, "adalovelace")
    assert refusal.value.pointer == "/password"
    assert text not in refusal.value.message


@pytest.mark.parametrize(
    "text", ["twelve chars", "correct horse battery staple", "Пароль-это-длинный", "x1y2z3" * 21]
)
def test_length_is_what_makes_one_good(text: str) -> None:
    password.must_be_good(text, "ada")


def test_the_same_password_of_another_keyboard_is_the_same() -> None:
    assert password.normal("Zoe\u0308") == password.normal("Zo\u00eb")


@pytest.mark.parametrize(
    ("failures", "pause"),
    [
        (4, timedelta(0)),
        (5, timedelta(minutes=1)),
        (6, timedelta(minutes=2)),
        (8, timedelta(minutes=8)),
        (11, timedelta(hours=1)),
        (5000, timedelta(hours=1)),
    ],
)
def test_one_waits_longer_after_each_wrong_password(failures: int, pause: timedelta) -> None:
    kept = Credential("hash", failures, NOW)

    assert not kept.is_locked(NOW + pause)
    assert kept.is_locked(NOW + pause - timedelta(microseconds=1)) is bool(pause)


def test_who_has_not_failed_is_not_locked() -> None:
    assert not Credential("hash", 0, None).is_locked(NOW)
