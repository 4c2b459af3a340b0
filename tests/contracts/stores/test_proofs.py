from __future__ import annotations

import pytest

from app.adapters.stores.opening import Stores
from app.domain.entry import Draft, Kind
from app.domain.errors import NotFoundError, StoreError
from app.domain.log import merkle, note, receipt, tile, trust
from app.domain.log.question import Question
from app.domain.log.tile import Tile


def fill(stores: Stores, count: int, start: int = 0) -> list[bytes]:
    drafts = [Draft(f"d-{n}", Kind.DECISION, "ci", {"n": n}) for n in range(start, start + count)]
    return [stores.log.append(draft).body for draft in drafts]


def believed(stores: Stores) -> merkle.Frontier:
    """Rebuild the tree from the bodies, as an outsider would."""
    size = trust.of_key(note.parse_key(stores.log.key)).believe(stores.log.checkpoint()).size
    bodies = [entry.body for entry in stores.log.scan(Question(), 0, size, size)]
    return merkle.grow(merkle.EMPTY, map(merkle.leaf_hash, bodies)).frontier


def test_the_checkpoint_is_that_of_the_entries(stores: Stores) -> None:
    fill(stores, 5)

    stated = trust.of_key(note.parse_key(stores.log.key)).believe(stores.log.checkpoint())
    assert (stated.origin, stated.size) == (stores.log.name, 5)
    assert stated.root == believed(stores).root


def test_an_empty_log_has_a_checkpoint(stores: Stores) -> None:
    stated = trust.of_key(note.parse_key(stores.log.key)).believe(stores.log.checkpoint())

    assert (stated.size, stated.root) == (0, merkle.EMPTY_ROOT)


def test_every_entry_has_a_receipt_that_verifies(stores: Stores) -> None:
    bodies = fill(stores, 7)
    policy = trust.of_key(note.parse_key(stores.log.key))

    for seq, body in enumerate(bodies):
        receipt.verify(receipt.parse(str(stores.log.receipt(seq))), body, policy)


def test_a_receipt_still_verifies_when_the_log_has_grown(stores: Stores) -> None:
    bodies = fill(stores, 3)
    policy = trust.of_key(note.parse_key(stores.log.key))
    early = stores.log.receipt(2)
    fill(stores, 4, start=3)
    late = stores.log.receipt(2)

    for made in (early, late):
        receipt.verify(made, bodies[2], policy)


def test_there_is_no_receipt_for_what_is_not_there(stores: Stores) -> None:
    fill(stores, 2)

    for seq in (2, -1):
        with pytest.raises(NotFoundError):
            stores.log.receipt(seq)


def test_checkpoints_are_consistent_with_each_other(stores: Stores) -> None:
    policy = trust.of_key(note.parse_key(stores.log.key))
    fill(stores, 3)
    old = policy.believe(stores.log.checkpoint())
    fill(stores, 6, start=3)
    new = policy.believe(stores.log.checkpoint())

    proof = stores.log.consistency(3, 9)
    assert merkle.is_consistent(3, 9, old.root, new.root, proof)


@pytest.mark.parametrize(("old", "new"), [(3, 2), (-1, 2), (0, 4)])
def test_there_is_no_proof_between_sizes_that_never_were(
    stores: Stores, old: int, new: int
) -> None:
    fill(stores, 3)

    with pytest.raises(NotFoundError):
        stores.log.consistency(old, new)


def test_proofs_and_tiles_hold_across_full_tiles(stores: Stores) -> None:
    bodies = fill(stores, 300)
    leaves = [merkle.leaf_hash(body) for body in bodies]
    policy = trust.of_key(note.parse_key(stores.log.key))

    assert policy.believe(stores.log.checkpoint()).root == believed(stores).root
    for seq in (0, 255, 256, 299):
        receipt.verify(stores.log.receipt(seq), bodies[seq], policy)
    assert stores.log.tile(Tile(0, 0, 256)) == b"".join(leaves[:256])
    assert stores.log.tile(Tile(0, 1, 44)) == b"".join(leaves[256:])
    assert stores.log.tile(Tile(1, 0, 1)) == merkle.fold(leaves[:256])
    assert tile.unbundle(stores.log.tile(Tile(None, 1, 44))) == bodies[256:]
    assert tile.unbundle(stores.log.tile(Tile(None, 0, 256))) == bodies[:256]
    old = merkle.grow(merkle.EMPTY, leaves[:100]).frontier.root
    assert merkle.is_consistent(
        100, 300, old, believed(stores).root, stores.log.consistency(100, 300)
    )


@pytest.mark.parametrize(
    "beyond", [Tile(0, 0, 4), Tile(0, 1, 1), Tile(1, 0, 1), Tile(None, 0, 4), Tile(None, 9, 256)]
)
def test_there_is_no_tile_beyond_the_log(stores: Stores, beyond: Tile) -> None:
    fill(stores, 3)

    with pytest.raises(NotFoundError):
        stores.log.tile(beyond)


def test_a_closed_store_proves_nothing(stores: Stores) -> None:
    fill(stores, 2)
    stores.close()

    for use in (
        stores.log.checkpoint,
        lambda: stores.log.receipt(0),
        lambda: stores.log.consistency(0, 1),
        lambda: stores.log.tile(Tile(0, 0, 1)),
        lambda: stores.log.scan(Question(), 0, 1, 1),
    ):
        with pytest.raises(StoreError):
            use()
