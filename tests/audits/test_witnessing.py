"""Witnesses cosign a log that only grows, and cry out over one that forks or shrinks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import Result
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.domain.errors import ProofError
from app.domain.log import checkpoint, note, trust
from app.domain.log.checkpoint import Checkpoint
from tests.audits.conftest import Audited, fill, filled, serving
from tests.services.loopback import served
from tests.services.witnesses import Watching
from tests.witness import Witness

NUMBERS = iter(range(10_000, 20_000, 10))


@dataclass
class Watched:
    """A log with one witness, and the policy that asks for it."""

    audited: Audited
    watching: Watching
    policy: Path

    def witness(self) -> Result:
        return self.audited.run(
            "witness", "--trust", str(self.policy), "--token", self.audited.operator
        )

    def grow(self) -> None:
        first = next(NUMBERS)
        fill(self.audited.stores, self.audited.clock, first, first + 3)

    @property
    def size(self) -> int:
        signed = self.audited.stores.log.checkpoint()
        return checkpoint.parse(note.split(signed)[0]).size


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Audited]:
    """A log for these tests alone: it grows, and others count on the size of theirs."""
    with serving(tmp_path_factory.mktemp("watched"), filled) as made:
        yield made


@pytest.fixture
def watched(audited: Audited, tmp_path: Path) -> Iterator[Watched]:
    seed = tmp_path.name.encode()[-32:].rjust(32, b"0")
    witness = Witness("witness.test", Ed25519PrivateKey.from_private_bytes(seed))
    watching = Watching(witness, trust.of_key(note.parse_key(audited.key)))
    policy = tmp_path / "witnesses.policy"
    with served(watching.app()) as url:
        policy.write_text(f"log {audited.key}\nwitness w {witness.key} {url}\nquorum w\n")
        yield Watched(audited, watching, policy)


def test_a_cosigned_checkpoint_satisfies_the_policy_that_wants_the_witness(
    watched: Watched,
) -> None:
    told = watched.witness()

    assert told.exit_code == 0
    assert "1 of 1 witnesses cosigned" in told.output
    signed = watched.audited.run("checkpoint", "--witnessed").stdout
    trusted = trust.parse(watched.policy.read_text())
    assert trusted.believe(signed).size == watched.size
    with pytest.raises(ProofError, match="quorum"):
        trusted.believe(watched.audited.stores.log.checkpoint())


def test_a_log_that_has_grown_is_cosigned_again_with_its_proof(watched: Watched) -> None:
    watched.witness()
    watched.grow()

    assert watched.witness().exit_code == 0
    assert watched.watching.seen is not None
    assert watched.watching.seen.size == watched.size


def test_a_log_that_has_not_grown_is_cosigned_as_it_is(watched: Watched) -> None:
    watched.witness()

    assert watched.witness().exit_code == 0


def test_a_witness_that_saw_more_than_there_is_cries_out(watched: Watched) -> None:
    watched.watching.seen = Checkpoint("gate.test/log", watched.size + 1, b"\x00" * 32)

    told = watched.witness()
    assert told.exit_code == 1
    assert "A FORK OR A ROLLBACK" in told.output


def test_a_witness_that_saw_another_log_cries_out(watched: Watched) -> None:
    watched.watching.seen = Checkpoint("gate.test/log", watched.size - 1, b"\x00" * 32)

    told = watched.witness()
    assert told.exit_code == 1
    assert "A FORK" in told.output


def test_a_witness_that_does_not_answer_cosigns_nothing(watched: Watched) -> None:
    text = watched.policy.read_text()
    watched.policy.write_text(text.replace("127.0.0.1:", "127.0.0.1:9/"))

    told = watched.witness()
    assert told.exit_code == 1
    assert "0 of 1 witnesses" in told.output
    assert "w: no answer from http://127.0.0.1:9/" in told.stderr
    assert max(map(len, told.stderr.splitlines())) <= 80


def test_a_witness_of_another_key_than_the_policy_says_counts_for_nothing(
    watched: Watched,
) -> None:
    other = Ed25519PrivateKey.from_private_bytes(b"\x05" * 32)
    watched.watching.witness = Witness("witness.test", other)

    told = watched.witness()
    assert told.exit_code == 1
    assert "no cosignature that its key verifies" in told.output


def test_a_checkpoint_kept_before_there_were_witnesses_still_counts(
    watched: Watched, tmp_path: Path
) -> None:
    kept, target = tmp_path / "kept.checkpoint", tmp_path / "log.zip"
    watched.grow()
    kept.write_text(watched.audited.stores.log.checkpoint())
    watched.grow()
    watched.witness()
    run, asked = watched.audited.run, ("--trust", str(watched.policy), "--checkpoint", str(kept))
    assert run("export", "--format", "bundle", "--witnessed", "--file", str(target)).exit_code == 0

    assert run("verify", str(target), *asked).exit_code == 0
    kept.write_text(kept.read_text().replace("\n\n", "x\n\n", 1))
    told = run("verify", str(target), *asked)
    assert (told.exit_code, "checkpoint_forged: an older checkpoint" in told.stdout) == (1, True)


def test_a_policy_without_witnesses_has_nobody_to_ask(watched: Watched) -> None:
    watched.policy.write_text(f"log {watched.audited.key}\nquorum none\n")

    assert watched.witness().exit_code == 1


def test_a_receipt_with_cosignatures_satisfies_the_policy_that_wants_the_witness(
    watched: Watched, tmp_path: Path
) -> None:
    watched.grow()
    seen = watched.size - 1
    watched.witness()
    watched.grow()
    run, proof, entry = watched.audited.run, tmp_path / "p.tlog-proof", tmp_path / "p.json"
    entry.write_bytes(run("show", str(seen)).stdout_bytes)
    asked = ("verify", str(proof), "--entry", str(entry), "--trust", str(watched.policy))

    assert run("proof", str(seen), "--witnessed", "--file", str(proof)).exit_code == 0
    assert run(*asked).exit_code == 0
    assert run("proof", str(seen), "--file", str(proof), "--overwrite").exit_code == 0
    assert "has not seen" in run(*asked).stdout
    unseen = run("proof", str(watched.size - 1), "--witnessed")
    assert unseen.exit_code == 3


def test_a_bundle_with_cosignatures_satisfies_the_policy_that_wants_the_witness(
    watched: Watched, tmp_path: Path
) -> None:
    watched.grow()
    watched.witness()
    size = watched.size
    watched.grow()
    run, target = watched.audited.run, tmp_path / "log.zip"
    export = ("export", "--format", "bundle", "--file", str(target))

    assert run(*export, "--witnessed").exit_code == 0
    told = run("verify", str(target), "--trust", str(watched.policy))
    assert (told.exit_code, f"whole: {size} entries" in told.stdout) == (0, True)
    assert run(*export, "--overwrite").exit_code == 0
    assert run("verify", str(target), "--trust", str(watched.policy)).exit_code == 1
    assert run("export", "--witnessed").exit_code == 3
