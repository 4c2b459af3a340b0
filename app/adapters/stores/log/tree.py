"""The Merkle tree in a database: hashes by tile, roots and proofs without a cache."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, select

from app.adapters.stores.log import reading
from app.adapters.stores.log.reading import LOG
from app.adapters.stores.schema import tile
from app.domain.errors import NotFoundError, StoreError
from app.domain.log import merkle
from app.domain.log.merkle import HASH_SIZE, TILE_HEIGHT, TILE_WIDTH
from app.domain.log.tile import Tile

_TILE = select(tile.c.hashes).where(
    tile.c.log == LOG, tile.c.level == bindparam("level"), tile.c.number == bindparam("number")
)


class Tree:
    """The tree of one size, read within one transaction; each tile is read once."""

    def __init__(self, connection: Connection, size: int) -> None:
        self.size = size
        self._connection = connection
        self._tiles: dict[tuple[int, int], bytes] = {}

    def root(self, size: int) -> bytes:
        """Tell the root that the tree had at an earlier size."""
        return merkle.root_of(self._subtree, size)

    def inclusion(self, index: int) -> tuple[bytes, ...]:
        """Prove that the entry of this index is in the tree."""
        return merkle.inclusion_proof(self._subtree, index, self.size)

    def consistency(self, old: int) -> tuple[bytes, ...]:
        """Prove that the tree begins with what it was at an earlier size."""
        return merkle.consistency_proof(self._subtree, old, self.size)

    def tile(self, wanted: Tile) -> bytes:
        """Read a tile of hashes. Raises NotFoundError beyond the tree."""
        level = wanted.level or 0
        there = (self.size >> (TILE_HEIGHT * level)) - wanted.number * TILE_WIDTH
        if there < wanted.width:
            raise NotFoundError(f"a log of {self.size} entries has no {wanted}")
        return self._hashes(level, wanted.number)[: wanted.width * HASH_SIZE]

    def _subtree(self, level: int, index: int) -> bytes:
        tile_level, height = divmod(level, TILE_HEIGHT)
        first, count = index << height, 1 << height
        hashes = self._hashes(tile_level, first // TILE_WIDTH)
        start = first % TILE_WIDTH * HASH_SIZE
        row = hashes[start : start + count * HASH_SIZE]
        if len(row) != count * HASH_SIZE:
            raise StoreError(f"hashes of the tree are missing at level {tile_level}")
        return merkle.fold([row[i : i + HASH_SIZE] for i in range(0, len(row), HASH_SIZE)])

    def _hashes(self, level: int, number: int) -> bytes:
        if (level, number) not in self._tiles:
            width = (self.size >> (TILE_HEIGHT * level)) - number * TILE_WIDTH
            self._tiles[level, number] = (
                self._full(level, number)
                if width >= TILE_WIDTH
                else b"".join(reading.hashes(self._connection, level, number * TILE_WIDTH, width))
            )
        return self._tiles[level, number]

    def _full(self, level: int, number: int) -> bytes:
        place = {"level": level, "number": number}
        hashes = self._connection.execute(_TILE, place).scalar()
        if hashes is None or len(hashes) != TILE_WIDTH * HASH_SIZE:
            raise StoreError(f"tile {number} of level {level} is missing from the log")
        return bytes(hashes)
