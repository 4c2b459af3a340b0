"""What the gate signs, read by an implementation that shares no line with it (tools/verifier)."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from app.adapters.attestations.local_key import LocalKey
from app.domain.caller import Role
from app.domain.digest import Digest
from tests.api.conftest import WEIGHTS, Gate
from tests.kinds import public_pem
from tests.signing import altered, flipped
from tests.worlds import World, a_world, allow, wants_a_data_scientist

pytestmark = pytest.mark.needs_opa

Serve = Callable[[World], Gate]
Policy = Callable[[Mapping[str, Any]], object]
BUNDLE = "a bundle"
REVISION = "ef" * 32


class Consumer:
    """Somebody who has an attestation and the gate's public key, and no Countersign."""

    def __init__(self, verifier: Path, gate: Gate, folder: Path) -> None:
        answer = gate.submit(bundles=[{"name": "model.sig", "text": BUNDLE}])
        self.decision: dict[str, Any] = answer.get_json()
        self.path = f"/v1/decisions/{self.decision['decision_id']}/attestation"
        self.bundle = gate.ask("GET", self.path).data
        self.simple = gate.ask("GET", f"{self.path}?predicate=svr").data
        self.key = gate.ask("GET", "/v1/attestation-key", Role.AUDITOR).data
        self.verifier, self.folder = verifier, folder

    def verify(
        self, bundle: bytes, key: bytes | None = None, sha256: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Verify a bundle, over the submitted file unless another digest is given."""
        attestation, pinned = self.folder / "decision.json", self.folder / "gate.pub"
        attestation.write_bytes(bundle)
        pinned.write_bytes(key or self.key)
        return subprocess.run(  # noqa: S603 - a verifier of our own
            [self.verifier, "attestation", attestation, pinned, sha256 or str(WEIGHTS["sha256"])],
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
        )


def a_gate(serve: Serve, folder: Path, policy: Policy = allow) -> Gate:
    world = a_world(policy)
    world.engine._revision = f"sha256:{REVISION}"  # noqa: SLF001 - as a real engine names it
    world.ports = replace(world.ports, attestor=LocalKey(folder / "gate.pem"))
    return serve(world)


@pytest.fixture
def consumer(go_verifier: Path, serve: Serve, tmp_path: Path) -> Consumer:
    return Consumer(go_verifier, a_gate(serve, tmp_path), tmp_path)


def test_an_allow_is_a_verification_summary_to_others(consumer: Consumer) -> None:
    told = consumer.verify(consumer.bundle)

    assert told.returncode == 0, told.stderr
    summary = json.loads(told.stdout)
    decision = consumer.decision
    assert summary.pop("time").startswith("20")
    assert summary == {
        "verifier": "https://gate.acme.example",
        "resource": "pkg:generic/acme/scorer@1.4.0",
        "policy": f"https://countersign.dev/policies/{decision['policy']['profile']}",
        "revision": REVISION,
        "inputs": [Digest.of(BUNDLE.encode())],
        "levels": ["COUNTERSIGN_PRODUCTION"],
        "subjects": 2,
        "slsa": "1.1",
        "predicate": "https://slsa.dev/verification_summary/v1",
    }


def test_it_is_about_the_release_as_a_whole_and_about_nothing_else(consumer: Consumer) -> None:
    release = consumer.decision["release"]["digest"]

    assert consumer.verify(consumer.bundle, sha256=release).returncode == 0
    other = consumer.verify(consumer.bundle, sha256="cd" * 32)
    assert (other.returncode, "about something else" in other.stderr) == (1, True)


@pytest.mark.parametrize("member", ["payload", "signature"])
def test_a_flipped_byte_is_refused_by_others(consumer: Consumer, member: str) -> None:
    def flip(document: dict[str, Any]) -> None:
        envelope = document["dsseEnvelope"]
        if member == "payload":
            envelope["payload"] = flipped(envelope["payload"])
        else:
            envelope["signatures"][0]["sig"] = flipped(envelope["signatures"][0]["sig"])

    told = consumer.verify(altered(consumer.bundle, flip))

    assert (told.returncode, told.stdout) == (1, "")
    assert "accepted signatures do not match threshold" in told.stderr


def test_the_payload_as_another_type_is_refused_by_others(consumer: Consumer) -> None:
    told = consumer.verify(
        altered(consumer.bundle, lambda d: d["dsseEnvelope"].update(payloadType="text/plain"))
    )

    assert told.returncode == 1


def test_another_key_is_refused_by_others(consumer: Consumer) -> None:
    other = public_pem(ec.generate_private_key(ec.SECP256R1()))

    named = consumer.verify(consumer.bundle, other)
    assert (named.returncode, "names another key" in named.stderr) == (1, True)
    # Even if the bundle says that it is of that key.
    other_gate = LocalKey(consumer.folder / "other.pem")
    hint = json.loads(other_gate.attest(b"{}"))["verificationMaterial"]["publicKey"]
    forged = altered(consumer.bundle, lambda d: d["verificationMaterial"].update(publicKey=hint))
    told = consumer.verify(forged, other_gate.public_key())
    assert (told.returncode, "do not match threshold" in told.stderr) == (1, True)


def test_what_was_not_allowed_is_no_verification_summary_to_others(
    go_verifier: Path, serve: Serve, tmp_path: Path
) -> None:
    gate = a_gate(serve, tmp_path, wants_a_data_scientist)
    consumer = Consumer(go_verifier, gate, tmp_path)

    told = consumer.verify(consumer.bundle)

    assert consumer.decision["outcome"] == "pending"
    assert (told.returncode, told.stdout) == (1, "")
    assert "countersign.dev/attestations/not-allowed/v1" in told.stderr


def test_a_simple_result_is_no_verification_summary_to_others(consumer: Consumer) -> None:
    told = consumer.verify(consumer.simple)

    assert told.returncode == 1
    assert "in-toto.io/attestation/svr" in told.stderr
