from __future__ import annotations

import pytest

from app.adapters.stores.opening import Stores
from app.domain.errors import NotFoundError, StoreError
from tests.contracts.stores.test_proofs import fill


def test_a_log_that_no_witness_saw_has_no_witnessed_checkpoint(stores: Stores) -> None:
    stores.log.checkpoint()

    assert stores.log.witnessed() is None


def test_the_newest_cosigned_checkpoint_is_told_with_all_its_lines(stores: Stores) -> None:
    fill(stores, 1)
    older = stores.log.checkpoint()
    stores.log.cosign(1, {"a": "line of a at 1\n"})
    fill(stores, 1, start=1)
    newer = stores.log.checkpoint()
    stores.log.cosign(2, {"b": "line of b\n"})
    stores.log.cosign(2, {"a": "line of a\n"})

    assert older != newer
    assert stores.log.witnessed() == newer + "line of a\nline of b\n"


def test_a_witness_stands_on_a_checkpoint_once(stores: Stores) -> None:
    signed = stores.log.checkpoint()
    for line in ("first\n", "second\n"):
        stores.log.cosign(0, {"a": line})

    assert stores.log.witnessed() == signed + "first\n"


def test_a_checkpoint_that_was_never_signed_cannot_be_cosigned(stores: Stores) -> None:
    with pytest.raises(NotFoundError):
        stores.log.cosign(7, {"a": "line\n"})


def test_a_checkpoint_holds_no_more_lines_than_verifiers_take(stores: Stores) -> None:
    stores.log.checkpoint()
    stores.log.cosign(0, {f"w-{n}": "line\n" for n in range(16)})

    with pytest.raises(StoreError):
        stores.log.cosign(0, {"one more": "line\n"})


def test_a_receipt_stands_under_the_newest_cosigned_checkpoint(stores: Stores) -> None:
    fill(stores, 2)
    signed = stores.log.checkpoint()
    with pytest.raises(NotFoundError):
        stores.log.witnessed_receipt(1)
    stores.log.cosign(2, {"a": "line of a\n"})
    fill(stores, 1, start=2)

    assert stores.log.witnessed_receipt(1).signed == signed + "line of a\n"
    assert len(stores.log.witnessed_receipt(1).proof) == 1
    with pytest.raises(NotFoundError):
        stores.log.witnessed_receipt(2)
