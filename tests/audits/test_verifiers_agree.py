"""Our verifier and Go's find the same: each attack of the tamper table, on a copy of a bundle."""

from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.domain.canonical import canonical_json
from app.domain.log import merkle, note, tile
from app.domain.log.checkpoint import Checkpoint
from app.domain.log.note import SigningKey
from tests.audits.conftest import Audited, members_of, write_bundle

pytestmark = pytest.mark.needs_opa

Members = dict[str, bytes]
Attack = Callable[[Members], Members]
FIRST = "tile/entries/000"


def with_entries(members: Members, change: Callable[[list[bytes]], list[bytes]]) -> Members:
    return {**members, FIRST: tile.bundle(change(tile.unbundle(members[FIRST])))}


def edited(members: Members) -> Members:
    def edit(entries: list[bytes]) -> list[bytes]:
        body = {**json.loads(entries[7]), "outcome": "allow"}
        return [*entries[:7], canonical_json(body), *entries[8:]]

    return with_entries(members, edit)


def edited_with_its_leaf(members: Members) -> Members:
    forged = edited(members)
    leaves = b"".join(merkle.leaf_hash(entry) for entry in tile.unbundle(forged[FIRST]))
    return {**forged, "tile/0/000": leaves}


def deleted(members: Members) -> Members:
    return with_entries(members, lambda entries: [*entries[:7], *entries[8:]])


def inserted(members: Members) -> Members:
    return with_entries(members, lambda entries: [*entries[:7], b'{"seq":999}', *entries[7:]])


def reordered(members: Members) -> Members:
    return with_entries(
        members, lambda entries: [*entries[:7], entries[8], entries[7], *entries[9:]]
    )


def forged_signature(members: Members) -> Members:
    text, _ = note.split(members["checkpoint"].decode())
    eve = SigningKey("gate.test/log", Ed25519PrivateKey.from_private_bytes(b"\x09" * 32))
    return {**members, "checkpoint": eve.sign(text).encode()}


def changed_checkpoint(members: Members) -> Members:
    signed = members["checkpoint"].decode()
    return {**members, "checkpoint": signed.replace("\n300\n", "\n299\n").encode()}


TAMPERED: dict[Attack, str] = {
    edited: "entry_edited: entry 7 ",
    edited_with_its_leaf: "tree_changed: the first 300 entries",
    deleted: "entry_moved: entry 8 stands where entry 7 belongs",
    inserted: "entry_inserted: what stands where entry 7 belongs",
    reordered: "entry_moved: entry 8 stands where entry 7 belongs",
    forged_signature: "checkpoint_forged: no signature",
    changed_checkpoint: "checkpoint_forged: the signature",
}


def go(verifier: Path, *arguments: object) -> int:
    return subprocess.run(  # noqa: S603 - a verifier of our own
        [verifier, *map(str, arguments)], check=False, capture_output=True, timeout=60
    ).returncode


def test_both_find_an_untouched_bundle_whole(
    audited: Audited, bundle: Path, go_verifier: Path
) -> None:
    ours = audited.run("verify", str(bundle), "--key", audited.key)

    assert ours.exit_code == 0
    assert ours.stdout.strip().startswith("whole: 300 entries of gate.test/log")
    assert go(go_verifier, "bundle", bundle, audited.key) == 0


@pytest.mark.parametrize("attack", TAMPERED, ids=lambda attack: attack.__name__)
def test_both_find_what_was_tampered_with(
    audited: Audited,
    bundle: Path,
    go_verifier: Path,
    tmp_path: Path,
    attack: Attack,
) -> None:
    forged = write_bundle(tmp_path / "forged.zip", attack(members_of(bundle)))
    ours = audited.run("verify", str(forged), "--key", audited.key)

    assert ours.exit_code == 1
    assert TAMPERED[attack] in ours.output
    assert go(go_verifier, "bundle", forged, audited.key) == 1


def test_both_accept_the_receipt_of_an_entry_and_of_no_other(
    audited: Audited, go_verifier: Path, tmp_path: Path
) -> None:
    proof, entry, other = (tmp_path / name for name in ("7.tlog-proof", "7.json", "8.json"))
    audited.run("proof", "7", "--file", str(proof))
    entry.write_bytes(audited.run("show", "7").stdout_bytes)
    other.write_bytes(audited.run("show", "8").stdout_bytes)

    def ours(content: Path) -> int:
        arguments = ("verify", str(proof), "--entry", str(content), "--key", audited.key)
        return audited.run(*arguments).exit_code

    assert (ours(entry), ours(other)) == (0, 1)
    assert go(go_verifier, "receipt", proof, entry, audited.key) == 0
    assert go(go_verifier, "receipt", proof, other, audited.key) == 1


@pytest.mark.parametrize(
    ("older", "fault"),
    [
        (Checkpoint("gate.test/log", 9, merkle.EMPTY_ROOT), "history_forked"),
        (Checkpoint("gate.test/log", 9999, merkle.EMPTY_ROOT), "log_shrunk"),
    ],
)
def test_a_checkpoint_kept_before_shows_truncation_and_forks(
    audited: Audited, bundle: Path, tmp_path: Path, older: Checkpoint, fault: str
) -> None:
    # What the log once signed, had it been another log: signed here with its very key.
    text = (audited.folder / "log.key").read_text().strip().split("+", 4)
    seed = base64.b64decode(text[-1])[1:]
    key = SigningKey("gate.test/log", Ed25519PrivateKey.from_private_bytes(seed))
    kept = tmp_path / "kept.checkpoint"
    kept.write_text(key.sign(str(older)))

    arguments = ("verify", str(bundle), "--key", audited.key, "--checkpoint", str(kept))
    told = audited.run(*arguments)
    assert told.exit_code == 1
    assert fault in told.output
