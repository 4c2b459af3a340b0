"""Waivers, emergencies and signed votes on the command line, against a gate with soft rules."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from app.adapters.engines.opa_wasm import OpaWasm
from app.adapters.signatures import trusted_roots
from app.adapters.signatures.bundles import public_key
from app.adapters.signatures.sigstore_bundles import SigstoreBundles
from app.cli import main
from app.domain.digest import Digest
from tests import house as houses
from tests import served_sigstore
from tests.fakes.stores import SetClock
from tests.house import House
from tests.kinds import public_pem
from tests.services.loopback import served
from tests.signing import a_domain, a_sigstore

CODE = "change.note_missing"
KEY = ec.generate_private_key(ec.SECP256R1())
SIGSTORE = a_sigstore()
SIGNERS = [
    {
        "subject": "rita",
        "trust_domain": "staff",
        "issuer": "pinned key",
        "identity": f"sha256:{Digest.of(public_key.spki(KEY.public_key()))}",
    },
    {
        "subject": "rolf",
        "trust_domain": "acme",
        "issuer": served_sigstore.ISSUER,
        "identity": served_sigstore.SUBJECT,
    },
]


@dataclass
class Desk:
    """People of the organisation at their terminals."""

    house: House
    url: str

    def run(self, name: str, *words: str) -> Result:
        asked = [*words, "--url", self.url, "--token", self.house.tokens[name]]
        return CliRunner().invoke(main, asked)

    def told(self, name: str, *words: str) -> dict[str, Any]:
        ran = self.run(name, *words, "--output", "json")
        assert ran.exit_code in {0, 1}, ran.output
        answer: dict[str, Any] = json.loads(ran.stdout)
        return answer

    def waiver(self, name: str = "sam", **changes: str) -> str:
        given = {
            "code": CODE,
            "model": "acme/scorer",
            "stage": "production",
            "reason": "the note is in the ticket",
            "ticket": "OPS-1",
            "expires-at": self.house.rolls(days=2),
            **changes,
        }
        words = [word for option, value in given.items() for word in (f"--{option}", value)]
        return str(self.told(name, "waive", "request", *words)["waiver_id"])


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> OpaWasm:
    rules = {
        "change.note_missing": {"level": "soft"},
        "approvals.seat_open": {"level": "emergency"},
    }
    profile = {**houses.DATA["profiles"]["production"]["limited"], "rules": rules}
    profiles = {"production": {"limited": profile}}
    data = {**houses.DATA, "profiles": profiles, "approvers": {"signers": SIGNERS}}
    return houses.an_engine(tmp_path_factory.mktemp("policies") / "policies", data)


@pytest.fixture
def desk(engine: OpaWasm, tmp_path: Path) -> Iterator[Desk]:
    staff = trusted_roots.read("staff", public_pem(KEY), source="test")
    house = houses.a_house(
        engine, tmp_path, SigstoreBundles([staff, a_domain(SIGSTORE)], SetClock())
    )
    with served(house.client.application) as url:
        yield Desk(house, url)


def test_a_waiver_is_asked_for_by_one_and_approved_by_another(desk: Desk) -> None:
    waiver = desk.waiver()

    alone = desk.run("sam", "waive", "approve", waiver)
    approved = desk.run("gus", "waive", "approve", waiver)
    again = desk.run("rita", "waive", "approve", waiver)

    assert (alone.exit_code, "forbidden" in alone.stderr) == (3, True)
    assert approved.exit_code == 0
    assert f"APPROVED  {waiver}" in approved.stdout
    assert "approved by gus as governance_lead" in approved.stdout
    assert (again.exit_code, "state_conflict" in again.stderr) == (3, True)


def test_a_waiver_is_revoked_once(desk: Desk) -> None:
    waiver = desk.waiver()

    revoked = desk.run("sam", "waive", "revoke", waiver)
    again = desk.run("sam", "waive", "revoke", waiver)

    assert (revoked.exit_code, f"REVOKED   {waiver}" in revoked.stdout) == (0, True)
    assert (again.exit_code, "revoked already" in again.stderr) == (3, True)
    assert desk.told("sam", "waive", "list")["waivers"][0]["revoked_by"] == "sam"


@pytest.mark.parametrize("how", ["approve", "revoke"])
def test_a_waiver_that_is_not_there_is_exit_3(desk: Desk, how: str) -> None:
    told = desk.run("gus", "waive", how, "nothing")

    assert (told.exit_code, "not_found" in told.stderr) == (3, True)


def test_the_report_has_nothing_to_look_at_until_a_waiver_ends_soon(desk: Desk) -> None:
    quiet = desk.run("audrey", "waive", "report")
    waiver = desk.waiver()
    desk.run("gus", "waive", "approve", waiver)

    told = desk.run("audrey", "waive", "report")

    assert (quiet.exit_code, quiet.stdout) == (0, "nothing to look at\n")
    assert told.exit_code == 1
    assert "over within 14 days:" in told.stdout
    assert [one["waiver_id"] for one in desk.told("audrey", "waive", "report")["expiring"]] == [
        waiver
    ]


def test_the_glass_is_broken_and_reviewed(desk: Desk) -> None:
    release = desk.house.submit()["release"]["digest"]
    words = ("glass", "break", release, "--stage", "production", "--hours", "4")

    forbidden = desk.run("dan", *words, "--reason", "it leaks")
    glass = desk.told("bea", *words, "--reason", "it leaks")["glass_id"]
    owed = desk.run("audrey", "glass", "list")
    closed = desk.run("gus", "glass", "review", glass, "--findings", "it was necessary")
    told = "PENDING   acme/scorer 1.4.0 for production\n          decision "
    again = desk.run("gus", "glass", "review", glass, "--findings", "it was necessary")

    assert (forbidden.exit_code, "forbidden" in forbidden.stderr) == (3, True)
    assert "by bea: it leaks\n  review owed" in owed.stdout
    assert (closed.exit_code, "reviewed by gus" in closed.stdout) == (0, True)
    assert told in closed.stdout
    assert (again.exit_code, "state_conflict" in again.stderr) == (3, True)


@pytest.mark.parametrize("hours", ["0", "169"])
def test_the_glass_is_broken_for_hours(desk: Desk, hours: str) -> None:
    words = ("--stage", "production", "--hours", hours, "--reason", "it leaks")

    assert desk.run("bea", "glass", "break", "ab" * 32, *words).exit_code == 2


def key_file(folder: Path, key: ec.EllipticCurvePrivateKey) -> Path:
    form, none = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path = folder / "me.pem"
    path.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, none))
    path.chmod(0o600)
    return path


def test_a_vote_signed_with_a_key_is_recorded_and_verifies_offline(
    desk: Desk, tmp_path: Path
) -> None:
    release = desk.house.submit()["release"]["digest"]
    kept, public = tmp_path / "approval.sigstore.json", tmp_path / "me.pub"
    public.write_bytes(public_pem(KEY))
    signing = ("--key", str(key_file(tmp_path, KEY)), "--bundle", str(kept))

    made = desk.told("rita", "approve", release, "--yes", *signing)

    assert made["statement"]["signer"]["identity"] == SIGNERS[0]["identity"]
    words = ["verify", "--bundle", str(kept), "--key", str(public), "--sha256"]
    assert CliRunner().invoke(main, [*words, release]).exit_code == 0
    assert CliRunner().invoke(main, [*words, "ab" * 32]).exit_code == 1


def test_a_vote_signed_with_a_strangers_key_is_not_recorded(desk: Desk, tmp_path: Path) -> None:
    release = desk.house.submit()["release"]["digest"]
    strange = key_file(tmp_path, ec.generate_private_key(ec.SECP256R1()))

    told = desk.run("rita", "approve", release, "--yes", "--key", str(strange))

    assert (told.exit_code, told.stdout.count("recorded")) == (3, 0)
    assert (
        desk.house.ask("rita", "GET", f"/v1/approvals?release_digest={release}").get_json()[
            "approvals"
        ]
        == []
    )


@pytest.mark.parametrize(("who", "code"), [("rolf", 0), ("rita", 3)])
def test_a_vote_is_signed_keyless_at_a_sigstore(
    desk: Desk, tmp_path: Path, who: str, code: int
) -> None:
    # rita has nobody in policy data who signs for her there.
    release = desk.house.submit()["release"]["digest"]
    with served_sigstore.served(SIGSTORE) as configuration:
        trust = tmp_path / "trust_config.json"
        trust.write_text(json.dumps(configuration))
        signing = ("--trust-config", str(trust), "--identity-token", served_sigstore.a_token())
        told = desk.run(who, "approve", release, "--yes", "--output", "json", *signing)

    assert told.exit_code == code, told.output
    if code == 0:
        signer = json.loads(told.stdout)["statement"]["signer"]
        assert (signer["identity"], signer["issuer"]) == (
            served_sigstore.SUBJECT,
            served_sigstore.ISSUER,
        )
