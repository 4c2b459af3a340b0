"""The Merkle tree of RFC 6962: roots, proofs, and their verification (RFC 9162, section 2.1)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

HASH_SIZE = 32
TILE_HEIGHT = 8
TILE_WIDTH = 1 << TILE_HEIGHT
EMPTY_ROOT = hashlib.sha256(b"").digest()

Subtree = Callable[[int, int], bytes]
"""Tells the root of the complete subtree of 2**level leaves that is number `index`."""


@dataclass(frozen=True, slots=True)
class Frontier:
    """The right edge of a tree: all that is needed to append to it."""

    size: int
    roots: tuple[bytes, ...]
    """Roots of the complete subtrees that the size is made of, the largest first."""

    def packed(self) -> bytes:
        """Write the roots one after the other."""
        return b"".join(self.roots)

    @property
    def root(self) -> bytes:
        """The root of the whole tree."""
        if not self.roots:
            return EMPTY_ROOT
        root = self.roots[-1]
        for left in reversed(self.roots[:-1]):
            root = node_hash(left, root)
        return root


@dataclass(frozen=True, slots=True)
class Growth:
    """A tree after leaves were appended, and the tiles that these leaves filled."""

    frontier: Frontier
    filled: tuple[tuple[int, int, bytes], ...]
    """Tile level, number and root of each tile that became full, lower levels first."""


EMPTY = Frontier(0, ())


def leaf_hash(entry: bytes) -> bytes:
    """Hash one entry as a leaf."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two children; the other prefix keeps a node from being passed off as a leaf."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def unpack(size: int, packed: bytes) -> Frontier:
    """Read a frontier. Raises ValueError unless there is a root for each bit of the size."""
    roots = tuple(packed[i : i + HASH_SIZE] for i in range(0, len(packed), HASH_SIZE))
    if len(packed) % HASH_SIZE or len(roots) != size.bit_count():
        raise ValueError(f"not the frontier of a tree of {size} leaves")
    return Frontier(size, roots)


def grow(frontier: Frontier, leaves: Iterable[bytes]) -> Growth:
    """Append leaf hashes."""
    size, roots = frontier.size, list(frontier.roots)
    filled: list[tuple[int, int, bytes]] = []
    for leaf in leaves:
        root, level, index = leaf, 0, size
        while index & 1:
            root = node_hash(roots.pop(), root)
            level, index = level + 1, index >> 1
            if level % TILE_HEIGHT == 0:
                filled.append((level // TILE_HEIGHT - 1, index, root))
        roots.append(root)
        size += 1
    return Growth(Frontier(size, tuple(roots)), tuple(filled))


def fold(hashes: Sequence[bytes]) -> bytes:
    """Fold 2**k sibling hashes to the root over them."""
    row = list(hashes)
    while len(row) > 1:
        row = [node_hash(row[i], row[i + 1]) for i in range(0, len(row), 2)]
    return row[0]


def root_of(subtree: Subtree, size: int) -> bytes:
    """Tell the root that the tree had at this size."""
    return _range_root(subtree, 0, size) if size else EMPTY_ROOT


def inclusion_proof(subtree: Subtree, index: int, size: int) -> tuple[bytes, ...]:
    """Prove that leaf `index` is in the tree of this size, from the leaf upwards."""
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} in a tree of {size}")
    path: list[bytes] = []
    low, high = 0, size
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            path.append(_range_root(subtree, middle, high))
            high = middle
        else:
            path.append(_range_root(subtree, low, middle))
            low = middle
    return tuple(reversed(path))


def consistency_proof(subtree: Subtree, old: int, new: int) -> tuple[bytes, ...]:
    """Prove that the tree of size `new` begins with the tree of size `old`."""
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {new} leaves does not begin with one of {old}")
    if old in {0, new}:
        return ()
    path: list[bytes] = []
    low, high, is_whole = 0, new, True
    while high != old:
        middle = low + _split(high - low)
        if old <= middle:
            path.append(_range_root(subtree, middle, high))
            high = middle
        else:
            path.append(_range_root(subtree, low, middle))
            low, is_whole = middle, False
    if not is_whole:
        path.append(_range_root(subtree, low, high))
    return tuple(reversed(path))


def includes(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Verify an inclusion proof (RFC 9162, section 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    fn, sn, calculated = index, size - 1, leaf
    for sibling in proof:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            calculated = node_hash(sibling, calculated)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            calculated = node_hash(calculated, sibling)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and calculated == root


def is_consistent(
    old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Verify a consistency proof (RFC 9162, section 2.1.4.2)."""
    if not 0 <= old <= new:
        return False
    if old == new:
        return not proof and old_root == new_root
    if old == 0:
        return not proof and old_root == EMPTY_ROOT
    path = list(proof) if old & (old - 1) else [old_root, *proof]
    if not path:
        return False
    fn, sn = old - 1, new - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    first = second = path[0]
    for sibling in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            first, second = node_hash(sibling, first), node_hash(sibling, second)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            second = node_hash(second, sibling)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and first == old_root and second == new_root


def _split(width: int) -> int:
    # The largest power of two below the width: RFC 6962 section 2.1 splits there.
    return 1 << ((width - 1).bit_length() - 1)


def _range_root(subtree: Subtree, low: int, high: int) -> bytes:
    width = high - low
    if width & (width - 1) == 0 and low % width == 0:
        return subtree(width.bit_length() - 1, low // width)
    middle = low + _split(width)
    return node_hash(_range_root(subtree, low, middle), _range_root(subtree, middle, high))
