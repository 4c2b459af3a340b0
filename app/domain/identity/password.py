"""What a password has to be, and how long one waits after wrong ones (NIST SP 800-63B)."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.errors import InvalidSubmissionError

SHORTEST = 12
LONGEST = 128
FEWEST_CHARACTERS = 6
"""Different ones: `aaaaaaaaaaaa` is long and no secret."""
FREE_ATTEMPTS = 5
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=1)
_OBVIOUS = ("password", "countersign", "123456", "qwerty", "letmein")


@dataclass(frozen=True, slots=True)
class Credential:
    """What is kept of a user's password, and how often it was given wrongly since."""

    hashed: str
    failures: int
    failed_at: datetime | None

    def is_locked(self, now: datetime) -> bool:
        """Whether nothing is tried now, right or wrong: longer with every failure."""
        if self.failed_at is None or self.failures < FREE_ATTEMPTS:
            return False
        pause = FIRST_PAUSE * int(2 ** min(self.failures - FREE_ATTEMPTS, 10))
        return now < self.failed_at + min(pause, LONGEST_PAUSE)


@dataclass(frozen=True, slots=True)
class Invitation:
    """A one-time link by which somebody sets a password; only the hash of its secret is kept."""

    id: str
    name: str | None
    """Whose; None for the first user, who chooses a name."""
    expires_at: datetime


def normal(password: str) -> str:
    """Give the one form of a password that keyboards write differently (section 5.1.1.2)."""
    return unicodedata.normalize("NFKC", password)


def must_be_good(password: str, name: str) -> None:
    """Raise InvalidSubmissionError, saying what is wrong, unless it is hard to guess."""
    text = normal(password)
    folded = text.casefold()
    if not SHORTEST <= len(text) <= LONGEST:
        fault = f"expected {SHORTEST} to {LONGEST} characters"
    elif len(set(folded)) < FEWEST_CHARACTERS:
        fault = f"expected at least {FEWEST_CHARACTERS} different characters"
    elif name.casefold() in folded and len(folded) < 2 * len(name) + SHORTEST:
        fault = "it is little more than the name"
    elif any(word in folded for word in _OBVIOUS) and len(folded) < 2 * SHORTEST:
        fault = "it holds a word that everybody tries first"
    else:
        return
    raise InvalidSubmissionError(f"this password will not do: {fault}", pointer="/password")
