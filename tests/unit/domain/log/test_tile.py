from __future__ import annotations

import pytest

from app.domain.errors import ProofError
from app.domain.log import tile
from app.domain.log.tile import Tile


@pytest.mark.parametrize(
    ("made", "path"),
    [
        (Tile(0, 0, 256), "tile/0/000"),
        (Tile(1, 1234067, 256), "tile/1/x001/x234/067"),
        (Tile(0, 273, 112), "tile/0/273.p/112"),
        (Tile(None, 1000, 256), "tile/entries/x001/000"),
        (Tile(None, 5, 1), "tile/entries/005.p/1"),
    ],
)
def test_a_tile_is_named_as_the_specification_says(made: Tile, path: str) -> None:
    assert str(made) == path
    _, level, rest = path.split("/", 2)
    assert tile.parse(level, rest) == made


@pytest.mark.parametrize(
    ("level", "path"),
    [
        ("0", ""),
        ("0", "0"),
        ("0", "00"),
        ("0", "x000/000"),
        ("0", "001/000"),
        ("0", "x001"),
        ("0", "000.p/0"),
        ("0", "000.p/256"),
        ("0", "000.p/01"),
        ("0", "000.p/"),
        ("64", "000"),
        ("00", "000"),
        ("-1", "000"),
        ("\u0661", "000"),
        ("data", "000"),
        ("0", "../000"),
        ("0", "x001/" * 20 + "000"),
    ],
)
def test_another_spelling_is_refused(level: str, path: str) -> None:
    with pytest.raises(ProofError):
        tile.parse(level, path)


def test_a_tree_has_the_tiles_that_the_specification_counts() -> None:
    tiles = list(tile.of_tree(70_000))

    assert len([t for t in tiles if t.level == 0 and t.width == 256]) == 273
    assert [str(t) for t in tiles if t.width < 256] == [
        "tile/0/273.p/112",
        "tile/1/001.p/17",
        "tile/2/000.p/1",
    ]
    assert [str(t) for t in tile.of_tree(256)] == ["tile/0/000", "tile/1/000.p/1"]
    assert list(tile.of_tree(0)) == []


def test_entries_are_read_as_they_were_bundled() -> None:
    entries = [b"one", b"", b"three" * 100]

    assert tile.unbundle(tile.bundle(entries)) == entries


@pytest.mark.parametrize("cut", [1, 3])
def test_a_bundle_cut_short_is_refused(cut: int) -> None:
    with pytest.raises(ProofError):
        tile.unbundle(tile.bundle([b"one"])[:cut])
