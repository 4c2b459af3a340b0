from __future__ import annotations

import pytest

from app.adapters.stores.opening import Stores
from app.domain.digest import Digest
from app.domain.errors import InvalidDigestError, StoreError

CONTENT = b"\x00\xff any bytes"


def test_what_is_put_is_read(stores: Stores) -> None:
    stores.documents.put(Digest.of(CONTENT), CONTENT)

    assert stores.documents.read(Digest.of(CONTENT)) == CONTENT


def test_what_was_never_put_is_none(stores: Stores) -> None:
    assert stores.documents.read(Digest.of(CONTENT)) is None


def test_an_empty_document_is_a_document(stores: Stores) -> None:
    stores.documents.put(Digest.of(b""), b"")

    assert stores.documents.read(Digest.of(b"")) == b""


def test_put_tells_whether_it_is_new(stores: Stores) -> None:
    assert stores.documents.put(Digest.of(CONTENT), CONTENT)
    assert not stores.documents.put(Digest.of(CONTENT), CONTENT)


def test_content_of_another_digest_is_refused_and_not_kept(stores: Stores) -> None:
    with pytest.raises(InvalidDigestError):
        stores.documents.put(Digest.of(b"another"), CONTENT)
    assert stores.documents.read(Digest.of(b"another")) is None


def test_a_closed_store_neither_keeps_nor_reads(stores: Stores) -> None:
    stores.documents.put(Digest.of(CONTENT), CONTENT)
    stores.close()

    with pytest.raises(StoreError):
        stores.documents.read(Digest.of(CONTENT))
    with pytest.raises(StoreError):
        stores.documents.put(Digest.of(b"new"), b"new")
