from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest

from app.domain.log import merkle

# Leaves and roots of the certificate-transparency test data.
LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def naive_root(leaves: list[bytes]) -> bytes:
    """Compute RFC 6962 section 2.1 as it is written."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return merkle.node_hash(naive_root(leaves[:split]), naive_root(leaves[split:]))


def leaves_of(count: int) -> list[bytes]:
    return [merkle.leaf_hash(b"%d" % number) for number in range(count)]


def subtrees(leaves: list[bytes]) -> Callable[[int, int], bytes]:
    return lambda level, index: naive_root(leaves[index << level : (index + 1) << level])


def test_an_empty_tree_has_the_hash_of_nothing() -> None:
    assert merkle.EMPTY.root == hashlib.sha256(b"").digest()


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_are_those_of_certificate_transparency(size: int) -> None:
    grown = merkle.grow(merkle.EMPTY, [merkle.leaf_hash(leaf) for leaf in LEAVES[:size]])

    assert grown.frontier.root.hex() == ROOTS[size - 1]


def test_growing_in_pieces_is_growing_at_once() -> None:
    leaves = leaves_of(600)
    at_once = merkle.grow(merkle.EMPTY, leaves)
    first = merkle.grow(merkle.EMPTY, leaves[:255])
    packed = merkle.unpack(255, first.frontier.packed())
    second = merkle.grow(packed, leaves[255:])

    assert second.frontier == at_once.frontier
    assert first.filled + second.filled == at_once.filled
    assert [(level, number) for level, number, _ in at_once.filled] == [(0, 0), (0, 1)]


def test_a_filled_tile_comes_with_its_root() -> None:
    leaves = leaves_of(512)

    filled = merkle.grow(merkle.EMPTY, leaves).filled
    assert [root for _, _, root in filled] == [naive_root(leaves[:256]), naive_root(leaves[256:])]


@pytest.mark.parametrize(("size", "packed"), [(3, b"\0" * 32), (1, b"\0" * 31), (0, b"\0" * 32)])
def test_a_frontier_of_another_size_is_refused(size: int, packed: bytes) -> None:
    with pytest.raises(ValueError, match="not the frontier"):
        merkle.unpack(size, packed)


def test_every_inclusion_proof_of_small_trees_verifies() -> None:
    leaves = leaves_of(40)
    for size in range(1, 41):
        root = naive_root(leaves[:size])
        for index in range(size):
            proof = merkle.inclusion_proof(subtrees(leaves[:size]), index, size)
            assert merkle.includes(leaves[index], index, size, proof, root)


def test_every_consistency_proof_of_small_trees_verifies() -> None:
    leaves = leaves_of(40)
    for new in range(41):
        for old in range(new + 1):
            proof = merkle.consistency_proof(subtrees(leaves[:new]), old, new)
            roots = naive_root(leaves[:old]), naive_root(leaves[:new])
            assert merkle.is_consistent(old, new, *roots, proof)


def test_the_root_at_an_earlier_size_is_the_root_that_was() -> None:
    leaves = leaves_of(40)

    for size in range(41):
        assert merkle.root_of(subtrees(leaves), size) == naive_root(leaves[:size])


def test_a_forged_inclusion_proof_does_not_verify() -> None:
    leaves = leaves_of(13)
    root = naive_root(leaves)
    proof = merkle.inclusion_proof(subtrees(leaves), 5, 13)

    assert merkle.includes(leaves[5], 5, 13, proof, root)
    assert not merkle.includes(leaves[4], 5, 13, proof, root)
    assert not merkle.includes(leaves[5], 4, 13, proof, root)
    assert not merkle.includes(leaves[5], 5, 12, proof[:-1], root)
    assert not merkle.includes(leaves[5], 5, 13, proof[:-1], root)
    assert not merkle.includes(leaves[5], 5, 13, (*proof, root), root)
    assert not merkle.includes(leaves[5], 5, 13, proof[::-1], root)
    assert not merkle.includes(leaves[5], 13, 13, proof, root)
    assert not merkle.includes(leaves[5], -1, 13, proof, root)
    assert not merkle.includes(leaves[0], 0, 0, (), merkle.EMPTY_ROOT)


def test_a_forged_consistency_proof_does_not_verify() -> None:
    leaves = leaves_of(13)
    old, new = naive_root(leaves[:6]), naive_root(leaves)
    proof = merkle.consistency_proof(subtrees(leaves), 6, 13)

    assert merkle.is_consistent(6, 13, old, new, proof)
    assert not merkle.is_consistent(6, 13, naive_root(leaves[:7]), new, proof)
    assert not merkle.is_consistent(7, 13, old, new, proof)
    assert not merkle.is_consistent(6, 13, old, old, proof)
    assert not merkle.is_consistent(6, 13, old, new, proof[:-1])
    assert not merkle.is_consistent(6, 13, old, new, (*proof, old))
    assert not merkle.is_consistent(6, 13, old, new, ())
    assert not merkle.is_consistent(13, 6, new, old, proof)
    assert not merkle.is_consistent(13, 13, new, old, ())
    assert not merkle.is_consistent(0, 13, old, new, ())


def test_a_node_is_not_a_leaf() -> None:
    left, right = leaves_of(2)

    assert merkle.leaf_hash(left + right) != merkle.node_hash(left, right)


def test_folding_siblings_gives_their_root() -> None:
    leaves = leaves_of(256)

    assert merkle.fold(leaves) == naive_root(leaves)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (3, 3), (-1, 3)])
def test_no_proof_is_made_for_what_is_not_there(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="no leaf"):
        merkle.inclusion_proof(subtrees(leaves_of(3)), index, size)


def test_no_consistency_proof_is_made_backwards() -> None:
    with pytest.raises(ValueError, match="does not begin"):
        merkle.consistency_proof(subtrees(leaves_of(3)), 3, 2)
