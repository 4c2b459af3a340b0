from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.domain.errors import ProofError
from app.domain.log import note
from app.domain.log.note import SigningKey
from tests.witness import Witness

# The example of C2SP signed-note.
EXAMPLE_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
EXAMPLE = (
    "This is an example message.\n\n"
    "\u2014 example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXs"
    "YjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
LOG = SigningKey("gate.test/log", Ed25519PrivateKey.from_private_bytes(b"\x01" * 32))
WITNESS = Witness("witness.test", Ed25519PrivateKey.from_private_bytes(b"\x02" * 32))
TEXT = "gate.test/log\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"


def test_the_example_of_the_specification_verifies() -> None:
    text, signatures = note.opened(EXAMPLE, [note.parse_key(EXAMPLE_KEY)])

    assert text == "This is an example message.\n"
    assert [signature.key.name for signature in signatures] == ["example.com/foo"]


def test_a_key_is_written_as_it_is_read() -> None:
    assert str(note.parse_key(EXAMPLE_KEY)) == EXAMPLE_KEY


def test_a_signed_note_verifies() -> None:
    text, signatures = note.opened(LOG.sign(TEXT), [LOG.public])

    assert text == TEXT
    assert signatures[0].at is None


def test_a_cosigned_note_tells_when_the_witness_saw_it() -> None:
    signed = LOG.sign(TEXT)
    cosigned = signed + WITNESS.cosign(signed, 1_795_000_000)

    _, signatures = note.opened(cosigned, [LOG.public, WITNESS.key])
    assert [(s.key.name, s.at) for s in signatures] == [
        ("gate.test/log", None),
        ("witness.test", 1_795_000_000),
    ]


def test_signatures_of_unknown_keys_are_ignored() -> None:
    signed = LOG.sign(TEXT)
    cosigned = signed + WITNESS.cosign(signed, 1)

    _, signatures = note.opened(cosigned, [LOG.public])
    assert len(signatures) == 1


def test_a_note_without_a_known_signature_is_refused() -> None:
    with pytest.raises(ProofError, match="no signature"):
        note.opened(LOG.sign(TEXT), [WITNESS.key])


def test_a_note_is_refused_when_nobody_is_trusted() -> None:
    with pytest.raises(ProofError, match="no signature"):
        note.opened(LOG.sign(TEXT), [])


def test_a_changed_text_is_refused() -> None:
    with pytest.raises(ProofError, match="forged"):
        note.opened(LOG.sign(TEXT).replace("\n0\n", "\n1\n"), [LOG.public])


def test_a_changed_cosignature_time_is_refused() -> None:
    signed = LOG.sign(TEXT)
    line = WITNESS.cosign(signed, 1)
    name, encoded = line.split(" ")[1:]
    raw = bytearray(base64.b64decode(encoded))
    raw[11] = 2
    forged = f"\u2014 {name} {base64.b64encode(raw).decode()}\n"

    with pytest.raises(ProofError, match="forged"):
        note.opened(signed + forged, [LOG.public, WITNESS.key])


def test_another_spelling_of_the_same_signature_is_refused() -> None:
    signed = LOG.sign(TEXT)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    last = signed[-3]
    other = signed[:-3] + alphabet[alphabet.index(last) + 1] + "=\n"

    assert base64.b64decode(other.split(" ")[-1]) == base64.b64decode(signed.split(" ")[-1])
    with pytest.raises(ProofError, match="canonical"):
        note.opened(other, [LOG.public])


def test_a_forged_signature_beside_a_good_one_is_refused() -> None:
    other = SigningKey("gate.test/log", Ed25519PrivateKey.from_private_bytes(b"\x03" * 32))
    stolen_id = base64.b64encode(LOG.public.id + other.private.sign(TEXT.encode())).decode()

    with pytest.raises(ProofError, match="forged"):
        note.opened(f"{LOG.sign(TEXT)}\u2014 gate.test/log {stolen_id}\n", [LOG.public])


@pytest.mark.parametrize(
    "malformed",
    [
        "",
        "text only\n",
        "text\n\n",
        "text\n\nno dash\n",
        "text\n\n\u2014 name\n",
        "text\n\n\u2014 name !!!!\n",
        "text\n\n\u2014 name AAAA\n",
        "text\n\n\u2014  AAAAAAAA\n",
        "te\rxt\n\n\u2014 name AAAAAAAA\n",
        "text\n\n\u2014 name AAAAAAAA",
        "text\n\n" + "\u2014 name AAAAAAAA\n" * 65,
        "x" * note.LARGEST_NOTE + "\n\n\u2014 name AAAAAAAA\n",
    ],
)
def test_what_is_no_note_is_refused(malformed: str) -> None:
    with pytest.raises(ProofError):
        note.opened(malformed, [LOG.public])


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "name",
        "name+00000000",
        "name+00000000+!!",
        EXAMPLE_KEY.replace("530d903a", "530d903b"),
        EXAMPLE_KEY.replace("example.com/foo", "example.com/bar"),
        "name+00000000+" + base64.b64encode(b"\x02" + b"k" * 32).decode(),
        "name+00000000+" + base64.b64encode(b"\x01" + b"k" * 31).decode(),
    ],
)
def test_what_is_no_key_is_refused(vkey: str) -> None:
    with pytest.raises(ProofError):
        note.parse_key(vkey)
