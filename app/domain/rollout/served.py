"""A bundle of policies as it is handed out."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.digest import Digest


@dataclass(frozen=True, slots=True)
class ServedBundle:
    """A signed bundle, with the revision of its policies."""

    content: bytes
    revision: str

    @property
    def etag(self) -> str:
        """The name by which a client knows these very bytes."""
        return Digest.of(self.content)
