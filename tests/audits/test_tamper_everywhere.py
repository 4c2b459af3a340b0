"""No byte of a bundle can change, and no entry come or go, without both verifiers saying so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from app.domain.log import audit, note, tile, trust
from tests.audits.conftest import Audited, members_of, write_bundle
from tests.audits.test_verifiers_agree import go

pytestmark = pytest.mark.needs_opa

Members = dict[str, bytes]
LAST = "tile/entries/001.p/44"
UNTOLD = {"key", "policy"}
"""What a bundle says of its own key is trusted by nobody, and checked by nobody."""


def flipped(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


def places(name: str, content: bytes) -> list[int]:
    """Every byte of the checkpoint; of a tile or a bundle of entries those at and in its parts."""
    if name == "checkpoint":
        return list(range(len(content)))
    inner = range(0, len(content), max(1, len(content) // 12))
    return sorted({*inner, 0, 1, 2, len(content) - 1})


def test_no_byte_of_a_bundle_changes_unseen(audited: Audited, bundle: Path) -> None:
    members, policy = members_of(bundle), trust.of_key(note.parse_key(audited.key))
    unseen = []
    for name in sorted(members.keys() - UNTOLD):
        for at in places(name, members[name]):
            forged = {**members, name: flipped(members[name], at)}
            report = audit.audit(forged.get, policy)
            if report.is_whole or not report.findings[0].message:
                unseen.append((name, at))

    assert unseen == []


def of_last(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[Members], Members]:
    def attack(members: Members) -> Members:
        return {**members, LAST: tile.bundle(change(tile.unbundle(members[LAST])))}

    return attack


ATTACKS: dict[str, tuple[Callable[[Members], Members], str]] = {
    "the last entry dropped": (of_last(lambda e: e[:-1]), "entry_missing: entry 299 "),
    "the first of a tile dropped": (of_last(lambda e: e[1:]), "entry_moved: entry 257 "),
    "an entry twice": (of_last(lambda e: [*e[:5], e[4], *e[5:]]), "entry_moved: entry 260 "),
    "the last entry twice": (of_last(lambda e: [*e, e[-1]]), "entry_inserted: "),
    "entries swapped": (of_last(lambda e: [e[1], e[0], *e[2:]]), "entry_moved: entry 257 "),
    "an entry of another place": (
        lambda m: {**m, "tile/entries/000": tile.bundle([tile.unbundle(m[LAST])[0]] * 256)},
        "entry_moved: entry 256 stands where entry 0 belongs",
    ),
    "a file of entries gone": (
        lambda m: {name: content for name, content in m.items() if name != LAST},
        "entry_missing: entry 256 ",
    ),
    "a file of entries cut short": (
        lambda m: {**m, LAST: m[LAST][:-7]},
        "entry_missing: entry 256 ",
    ),
}
OF_HASHES: dict[str, tuple[Callable[[Members], Members], str]] = {
    "a file of hashes gone": (
        lambda m: {name: content for name, content in m.items() if name != "tile/1/000.p/1"},
        "tile_changed: tile/1/000.p/1 ",
    ),
    "hashes of other entries": (
        lambda m: {**m, "tile/0/001.p/44": m["tile/0/000"][: 44 * 32]},
        "tree_changed: ",
    ),
}
"""Go's verifier makes the tree of the entries anew, and reads no file of hashes."""


@pytest.mark.parametrize("name", OF_HASHES)
def test_hashes_that_are_not_those_of_the_entries_are_found(
    audited: Audited, bundle: Path, tmp_path: Path, name: str
) -> None:
    attack, told = OF_HASHES[name]
    forged = write_bundle(tmp_path / "forged.zip", attack(members_of(bundle)))
    ours = audited.run("verify", str(forged), "--key", audited.key)

    assert (ours.exit_code, told in ours.stdout) == (1, True)


@pytest.mark.parametrize("name", ATTACKS)
def test_both_verifiers_find_each_attack_and_ours_names_the_entry(
    audited: Audited, bundle: Path, go_verifier: Path, tmp_path: Path, name: str
) -> None:
    attack, told = ATTACKS[name]
    forged = write_bundle(tmp_path / "forged.zip", attack(members_of(bundle)))
    ours = audited.run("verify", str(forged), "--key", audited.key)

    assert ours.exit_code == 1
    assert told in ours.stdout
    assert go(go_verifier, "bundle", forged, audited.key) == 1


def test_a_zip_that_is_cut_short_or_torn_is_no_log(
    audited: Audited, bundle: Path, tmp_path: Path
) -> None:
    content = bundle.read_bytes()
    for number, torn in enumerate((content[:-30], content[: len(content) // 2], b"")):
        place = tmp_path / f"{number}.zip"
        place.write_bytes(torn)
        told = audited.run("verify", str(place), "--key", audited.key)
        assert (told.exit_code, told.stderr.startswith("countersign: ")) == (3, True)
