"""Why a bundle is refused: raised deep inside, answered as a finding at the port."""

from __future__ import annotations


class RefusalError(Exception):
    """A bundle cannot be relied on; `code` is stable, the message is for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
