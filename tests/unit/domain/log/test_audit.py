from __future__ import annotations

import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.domain.canonical import canonical_json
from app.domain.log import audit, merkle, tile, trust
from app.domain.log.audit import Fault, Report
from app.domain.log.checkpoint import Checkpoint
from app.domain.log.note import SigningKey

NAME = "gate.test/log"
KEY = SigningKey(NAME, Ed25519PrivateKey.from_private_bytes(b"\x01" * 32))
TRUST = trust.of_key(KEY.public)


def bodies_of(count: int, **changes: str) -> list[bytes]:
    return [
        canonical_json({"log": NAME, "seq": n, "at": f"2026-01-01T00:00:{n:06}Z", **changes})
        for n in range(count)
    ]


def checkpoint_of(bodies: list[bytes], key: SigningKey = KEY, origin: str = NAME) -> str:
    leaves = [merkle.leaf_hash(body) for body in bodies]
    root = merkle.grow(merkle.EMPTY, leaves).frontier.root
    return key.sign(str(Checkpoint(origin, len(bodies), root)))


def files_of(bodies: list[bytes]) -> dict[str, bytes]:
    """Lay out a log as C2SP tlog-tiles says."""
    files = {"checkpoint": checkpoint_of(bodies).encode()}
    row = [merkle.leaf_hash(body) for body in bodies]
    for wanted in tile.of_tree(len(bodies)):
        if wanted.level and wanted.number == 0:
            row = [merkle.fold(row[i : i + 256]) for i in range(0, len(row) - 255, 256)]
        first = wanted.number * 256
        files[str(wanted)] = b"".join(row[first : first + wanted.width])
        if wanted.level == 0:
            entries = tile.Tile(None, wanted.number, wanted.width)
            files[str(entries)] = tile.bundle(bodies[first : first + wanted.width])
    return files


def audited(files: dict[str, bytes], *older: str) -> Report:
    return audit.audit(files.get, TRUST, older)


def rebundled(files: dict[str, bytes], path: str, entries: list[bytes]) -> dict[str, bytes]:
    return {**files, path: tile.bundle(entries)}


def faults(report: Report) -> list[tuple[Fault, int | None]]:
    return [(finding.fault, finding.seq) for finding in report.findings]


@pytest.mark.parametrize("size", [0, 1, 5, 256, 300, 513])
def test_a_log_that_nobody_touched_is_whole(size: int) -> None:
    bodies = bodies_of(size)

    report = audited(files_of(bodies), *(checkpoint_of(bodies[:n]) for n in {0, size // 2, size}))
    assert report.is_whole
    assert report.entries == size


def test_an_edited_entry_is_named() -> None:
    bodies = bodies_of(300)
    changed = [*bodies[:7], bodies[7].replace(b"log", b"goL"), *bodies[8:256]]
    changed[7] = canonical_json({**json.loads(bodies[7]), "outcome": "allow"})

    report = audited(rebundled(files_of(bodies), "tile/entries/000", changed))
    assert faults(report) == [(Fault.EDITED, 7)]


def test_an_edited_entry_with_its_leaf_is_found_by_the_root_and_the_tile_above() -> None:
    bodies = bodies_of(300)
    forged = [*bodies]
    forged[7] = canonical_json({**json.loads(bodies[7]), "outcome": "allow"})
    files = {**files_of(forged), "checkpoint": checkpoint_of(bodies).encode()}
    files["tile/1/000.p/1"] = files_of(bodies)["tile/1/000.p/1"]

    assert faults(audited(files)) == [(Fault.CHANGED, None), (Fault.TILE, 0)]


def test_a_deleted_entry_is_named() -> None:
    bodies = bodies_of(10)
    files = rebundled(files_of(bodies), "tile/entries/000.p/10", bodies[:4] + bodies[5:])

    assert faults(audited(files))[0] == (Fault.MOVED, 4)
    assert faults(audited(files))[-1] == (Fault.MISSING, 9)


def test_an_inserted_entry_is_named() -> None:
    bodies = bodies_of(10)
    foreign = canonical_json({"log": NAME, "seq": 99, "at": "2026"})
    files = rebundled(
        files_of(bodies), "tile/entries/000.p/10", [*bodies[:4], foreign, *bodies[4:]]
    )

    assert faults(audited(files))[0] == (Fault.INSERTED, 4)


def test_reordered_entries_are_named() -> None:
    bodies = bodies_of(10)
    swapped = [*bodies[:4], bodies[5], bodies[4], *bodies[6:]]

    report = audited(rebundled(files_of(bodies), "tile/entries/000.p/10", swapped))
    assert faults(report) == [(Fault.MOVED, 4), (Fault.MOVED, 5)]


def test_truncation_since_an_older_checkpoint_is_found() -> None:
    bodies = bodies_of(10)

    report = audited(files_of(bodies[:6]), checkpoint_of(bodies))
    assert faults(report) == [(Fault.SHRUNK, 6)]


def test_a_forked_history_is_found() -> None:
    other = bodies_of(10, actor="eve")

    report = audited(files_of(other), checkpoint_of(bodies_of(5)))
    assert faults(report) == [(Fault.FORKED, None)]


@pytest.mark.parametrize(
    "forged",
    [
        b"",
        b"nonsense",
        checkpoint_of(
            bodies_of(3), SigningKey(NAME, Ed25519PrivateKey.from_private_bytes(b"\x02" * 32))
        ).encode(),
        checkpoint_of(bodies_of(3)).replace("\n3\n", "\n4\n").encode(),
    ],
)
def test_a_forged_checkpoint_is_found_and_nothing_else_is_believed(forged: bytes) -> None:
    report = audited({**files_of(bodies_of(3)), "checkpoint": forged})

    assert faults(report) == [(Fault.FORGED, None)]
    assert not report.is_whole


def test_a_log_without_a_checkpoint_is_not_whole() -> None:
    assert not audited({}).is_whole


def test_a_missing_tile_is_found() -> None:
    files = files_of(bodies_of(300))
    del files["tile/0/001.p/44"]

    assert (Fault.TILE, 256) in faults(audited(files))


def test_missing_entries_are_named() -> None:
    files = files_of(bodies_of(3))
    del files["tile/entries/000.p/3"]

    assert faults(audited(files)) == [(Fault.MISSING, n) for n in range(3)]


def test_an_entry_that_states_another_place_is_found_though_it_was_signed() -> None:
    bodies = bodies_of(3)
    bodies[1] = canonical_json({**json.loads(bodies[1]), "seq": 2})

    assert faults(audited(files_of(bodies))) == [(Fault.MOVED, 1)]


def test_an_entry_older_than_the_one_before_is_found_though_it_was_signed() -> None:
    bodies = bodies_of(3)
    bodies[2] = canonical_json({**json.loads(bodies[2]), "at": "2025-01-01T00:00:00.000000Z"})

    assert faults(audited(files_of(bodies))) == [(Fault.BACKDATED, 2)]


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"",
        b"\xff",
        b'{"seq":0,"seq":0}',
        b'{"a":NaN}',
        b'{"a": 1}',
        b"[" * 9999,
        b'"\\ud800"',
    ],
)
def test_an_entry_that_two_readers_might_read_differently_is_found(content: bytes) -> None:
    bodies = bodies_of(3)
    bodies[0] = content

    assert faults(audited(files_of(bodies))) == [(Fault.UNREADABLE, 0)]


def test_an_older_checkpoint_of_another_log_is_not_believed() -> None:
    other = checkpoint_of(bodies_of(1), origin="gate.test/other")

    assert faults(audited(files_of(bodies_of(3)), other)) == [(Fault.FORGED, None)]


def test_progress_is_told() -> None:
    told: list[int] = []
    audit.audit(files_of(bodies_of(300)).get, TRUST, (), told.append)

    assert told == [256, 300]
