"""Documents by digest in a database."""

from __future__ import annotations

from sqlalchemy import select

from app.adapters.stores import dialect
from app.adapters.stores.database import Database
from app.adapters.stores.schema import document
from app.domain.digest import Digest
from app.domain.errors import InvalidDigestError, StoreError


class DatabaseDocuments:
    """Implements the port Documents; what is read is hashed again."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, sha256: Digest, content: bytes) -> bool:
        """Keep a document; True if it is new."""
        if Digest.of(content) != sha256:
            raise InvalidDigestError(f"the content is not that of digest {sha256}")
        with self._database.write() as connection:
            return dialect.keep_document(connection, sha256, content)

    def read(self, sha256: Digest) -> bytes | None:
        """Read a document, or None if there is none."""
        query = select(document.c.content).where(document.c.sha256 == str(sha256))
        with self._database.read() as connection:
            content = connection.execute(query).scalar()
        if content is None:
            return None
        if Digest.of(content) != sha256:
            raise StoreError("a stored document is damaged", detail=f"document {sha256}")
        return bytes(content)
