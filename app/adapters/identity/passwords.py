"""Password hashes by Argon2id (RFC 9106), by argon2-cffi."""

from __future__ import annotations

import threading

from argon2 import Parameters, PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError
from argon2.profiles import RFC_9106_LOW_MEMORY

from app.domain.errors import StoreError, UnauthenticatedError

MOST_AT_ONCE = 2
"""Each takes 64 MiB and a core for a moment: a flood of sign-ins must not take all of them."""
_LONGEST_WAIT = 5.0


class Argon2Passwords:
    """Implements the port Passwords."""

    def __init__(self, parameters: Parameters = RFC_9106_LOW_MEMORY) -> None:
        self._hasher = PasswordHasher.from_parameters(parameters)
        self._turns = threading.BoundedSemaphore(MOST_AT_ONCE)
        self._nobodys = self._hasher.hash("nobody has this password")

    def hashed(self, password: str) -> str:
        """Hash a password with a salt of its own."""
        with self._turn():
            return self._hasher.hash(password)

    def is_of(self, password: str, hashed: str | None) -> bool:
        """Tell whether the hash is of this password; without a hash, do the same work for no."""
        with self._turn():
            try:
                self._hasher.verify(hashed or self._nobodys, password)
            except VerifyMismatchError:
                return False
            except (VerificationError, InvalidHashError) as error:
                raise StoreError("a password's hash cannot be read", detail=str(error)) from error
        return hashed is not None

    def _turn(self) -> _Turn:
        if not self._turns.acquire(timeout=_LONGEST_WAIT):
            raise UnauthenticatedError("too many people sign in at once: try again in a moment")
        return _Turn(self._turns)


class _Turn:
    """Gives the turn back, whatever happens."""

    def __init__(self, turns: threading.BoundedSemaphore) -> None:
        self._turns = turns

    def __enter__(self) -> None:
        return None

    def __exit__(self, *_: object) -> None:
        self._turns.release()
