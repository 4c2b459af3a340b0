from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.domain.errors import ProofError
from app.domain.log import trust
from app.domain.log.checkpoint import Checkpoint
from app.domain.log.merkle import EMPTY_ROOT
from app.domain.log.note import SigningKey
from tests.witness import Witness


def a_key(name: str, seed: int) -> SigningKey:
    return SigningKey(name, Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32))


LOG = a_key("gate.test/log", 1)
OTHER_LOG = a_key("gate.test/other", 2)
WITNESSES = [Witness(f"witness-{n}.test", a_key("", 10 + n).private) for n in range(3)]
STATED = Checkpoint("gate.test/log", 0, EMPTY_ROOT)
SIGNED = LOG.sign(str(STATED))
LINES = f"log {LOG.public}\n" + "".join(
    f"witness w{n} {key.key}\n" for n, key in enumerate(WITNESSES)
)


def test_a_policy_that_was_written_is_read_as_the_key_alone() -> None:
    policy = trust.parse(trust.written(str(LOG.public)))

    assert policy == trust.of_key(LOG.public)
    assert policy.believe(SIGNED) == STATED


def seen_by(*numbers: int) -> str:
    return SIGNED + "".join(WITNESSES[n].cosign(SIGNED, 7) for n in numbers)


def test_a_checkpoint_of_a_trusted_log_is_believed() -> None:
    assert trust.of_key(LOG.public).believe(SIGNED) == STATED


def test_a_checkpoint_of_another_log_is_not() -> None:
    with pytest.raises(ProofError):
        trust.of_key(OTHER_LOG.public).believe(SIGNED)


def test_a_trusted_log_cannot_speak_for_another() -> None:
    both = trust.parse(f"log {LOG.public}\nlog {OTHER_LOG.public}\nquorum none\n")

    with pytest.raises(ProofError, match="not signed by a trusted key"):
        both.believe(OTHER_LOG.sign(str(STATED)))


def test_a_witness_alone_does_not_make_a_checkpoint() -> None:
    text, _, _ = SIGNED.partition("\n\n")
    policy = trust.parse(LINES + "quorum none\n")

    with pytest.raises(ProofError, match="not signed by a trusted key"):
        policy.believe(f"{text}\n\n{WITNESSES[0].cosign(SIGNED, 7)}")


@pytest.mark.parametrize(
    ("quorum", "enough", "too_few"),
    [
        ("quorum w1", (1,), (0, 2)),
        ("group g any w0 w1 w2\nquorum g", (2,), ()),
        ("group g all w0 w1 w2\nquorum g", (0, 1, 2), (0, 1)),
        ("group g 2 w0 w1 w2\nquorum g", (0, 2), (1,)),
        ("group a any w0 w1\ngroup b all a w2\nquorum b", (1, 2), (0, 1)),
    ],
)
def test_a_quorum_is_met_or_not(
    quorum: str, enough: tuple[int, ...], too_few: tuple[int, ...]
) -> None:
    policy = trust.parse(f"# comment\n\n{LINES}{quorum}\n")

    assert policy.believe(seen_by(*enough)) == STATED
    with pytest.raises(ProofError, match="quorum"):
        policy.believe(seen_by(*too_few))


@pytest.mark.parametrize(
    "lines",
    [
        LINES,
        LINES + "quorum none\nquorum none\n",
        LINES + "quorum w9\n",
        LINES + "group none any w0\nquorum none\n",
        LINES + "group w0 any w1\nquorum w0\n",
        LINES + "group g 0 w0\nquorum g\n",
        LINES + "group g 2 w0\nquorum g\n",
        LINES + "group g any\nquorum g\n",
        LINES + "group g any g\nquorum g\n",
        LINES + "group g any none\nquorum g\n",
        LINES + "group g 2 w0 w0\nquorum g\n",
        LINES + "surprise\nquorum none\n",
        LINES + f"witness again {WITNESSES[0].key}\nquorum none\n",
        f"log {LOG.public}\nlog {LOG.public}\nquorum none\n",
        f"log {Witness(LOG.name, LOG.private).key}\nquorum none\n",
        f"witness w {LOG.public}\nquorum none\n",
        "",
    ],
)
def test_a_policy_that_is_not_clear_is_refused(lines: str) -> None:
    with pytest.raises(ProofError):
        trust.parse(lines)
