"""A vote is signed by the one who gives it: checked when it comes, verified offline afterwards."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from werkzeug.test import TestResponse

from app import shipped
from app.adapters.attestations import local_key
from app.adapters.engines.opa_wasm import OpaWasm
from app.adapters.signatures import trusted_roots
from app.adapters.signatures.bundles import public_key
from app.adapters.signatures.sigstore_bundles import SigstoreBundles
from app.api import contracts
from app.cli import main
from app.cli.approve import signing
from app.domain.approvals.standing import Vote
from app.domain.attestations import approving
from app.domain.canonical import canonical_json
from app.domain.digest import Digest
from app.gate import hear
from tests import house as houses
from tests.fakes.stores import SetClock
from tests.house import House
from tests.kinds import public_pem
from tests.signing import AT, CLAIMS, ISSUER, a_domain, a_sigstore

KEY, STRANGERS_KEY = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
SIGSTORE = a_sigstore()
EMAIL = "https://acme.example/people/rolf"
APPROVERS = shipped.folder("policies") / "gate" / "approvers" / "data.yaml"
SIGNERS = [
    {
        "subject": "rita",
        "trust_domain": "staff",
        "issuer": "pinned key",
        "identity": f"sha256:{Digest.of(public_key.spki(KEY.public_key()))}",
    },
    {"subject": "rolf", "trust_domain": "acme", "issuer": ISSUER, "identity": EMAIL},
]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> OpaWasm:
    data = {**houses.DATA, "approvers": {"signers": SIGNERS}}
    return houses.an_engine(tmp_path_factory.mktemp("policies") / "policies", data)


@pytest.fixture
def house(engine: OpaWasm, tmp_path: Path) -> House:
    pems = b"".join(public_pem(key) for key in (KEY, STRANGERS_KEY))
    domains = [trusted_roots.read("staff", pems, source="test"), a_domain(SIGSTORE)]
    return houses.a_house(engine, tmp_path, SigstoreBundles(domains, SetClock()))


def key_file(folder: Path, key: ec.EllipticCurvePrivateKey = KEY) -> Path:
    form, none = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path = folder / "key.pem"
    path.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, none))
    path.chmod(0o600)
    return path


def stated(
    decision: dict[str, Any], said: Vote = Vote.APPROVE, comment: str = "", who: str = "rita"
) -> bytes:
    return canonical_json(approving.statement(hear.subject(decision), said, comment, who))


def signed(folder: Path, statement: bytes, key: ec.EllipticCurvePrivateKey = KEY) -> str:
    return local_key.sign_statement(key_file(folder, key), statement).decode()


def vote(
    house: House, decision: dict[str, Any], bundle: str, name: str = "rita", **more: Any
) -> TestResponse:
    return house.vote(name, decision["release"]["digest"], statement=bundle, **more)


def refused(answer: TestResponse) -> str:
    assert (answer.status_code, answer.get_json()["pointer"]) == (422, "/statement")
    return str(answer.get_json()["detail"])


def test_a_vote_signed_with_a_listed_key_is_kept_and_counts(house: House, tmp_path: Path) -> None:
    decision = house.submit()

    answer = vote(house, decision, signed(tmp_path, stated(decision)))

    made = answer.get_json()
    contracts.check("approval", made)
    assert made["statement"]["signer"]["trust_domain"] == "staff"
    house.approve(decision["release"]["digest"], "dora", "pia")
    assert house.submit()["outcome"] == "allow"


def test_a_vote_signed_at_a_sigstore_is_kept(house: House) -> None:
    decision = house.submit()
    statement = stated(decision, who="rolf")
    bundle = SIGSTORE.sign_statement(statement, EMAIL, CLAIMS, AT).decode()

    made = vote(house, decision, bundle, "rolf").get_json()

    assert made["statement"]["signer"] == {
        "trust_domain": "acme",
        "issuer": ISSUER,
        "identity_type": "uri",
        "identity": EMAIL,
    }


def test_a_signed_vote_verifies_offline(house: House, tmp_path: Path) -> None:
    decision = house.submit()
    made = vote(house, decision, signed(tmp_path, stated(decision))).get_json()
    content = house.ask("audrey", "GET", f"/v1/blobs/{made['statement']['sha256']}").data
    (tmp_path / "approval.sigstore.json").write_bytes(content)
    (tmp_path / "rita.pub").write_bytes(public_pem(KEY))

    def verify(release: str) -> int:
        words = ["verify", "--bundle", str(tmp_path / "approval.sigstore.json")]
        words += ["--key", str(tmp_path / "rita.pub"), "--sha256", release]
        return CliRunner().invoke(main, words).exit_code

    assert verify(decision["release"]["digest"]) == 0
    assert verify("cd" * 32) == 1


def test_a_signed_vote_replayed_on_another_release_is_foreign(house: House, tmp_path: Path) -> None:
    bundle = signed(tmp_path, stated(house.submit()))

    other = house.submit(weights="cd" * 32)

    assert refused(vote(house, other, bundle)).startswith("foreign: subject_mismatch")


@pytest.mark.parametrize(
    "more", [{"said": "veto"}, {"comment": "another word"}], ids=["vote", "comment"]
)
def test_a_statement_of_another_vote_is_refused(
    house: House, tmp_path: Path, more: Mapping[str, str]
) -> None:
    decision = house.submit()

    answer = vote(house, decision, signed(tmp_path, stated(decision)), **more)

    assert "another vote" in refused(answer)


def test_a_statement_of_what_the_release_was_before_is_refused(
    house: House, tmp_path: Path
) -> None:
    bundle = signed(tmp_path, stated(house.submit()))
    moved = house.submit(report=houses.REPORT + " ")

    assert "what the release was before" in refused(vote(house, moved, bundle))


def test_nobody_sends_the_signed_vote_of_another(house: House, tmp_path: Path) -> None:
    decision = house.submit()

    answer = vote(house, decision, signed(tmp_path, stated(decision)), "rolf")

    assert "another vote" in refused(answer)


def test_a_signer_who_is_not_listed_signs_for_nobody(house: House, tmp_path: Path) -> None:
    decision = house.submit()
    bundle = signed(tmp_path, stated(decision), STRANGERS_KEY)

    answer = vote(house, decision, bundle)

    assert answer.status_code == 403
    assert "sign for rita" in answer.get_json()["detail"]


def test_a_signer_who_signs_for_another_does_not_sign_for_this_one(
    house: House, tmp_path: Path
) -> None:
    decision = house.submit()
    bundle = signed(tmp_path, stated(decision, who="rolf"))

    assert vote(house, decision, bundle, "rolf").status_code == 403


def test_a_statement_of_another_type_is_refused(house: House, tmp_path: Path) -> None:
    decision = house.submit()
    document = json.loads(stated(decision))
    document["predicateType"] = "https://acme.example/approval/v1"

    answer = vote(house, decision, signed(tmp_path, canonical_json(document)))

    assert "expected a statement of the type" in refused(answer)


def test_a_statement_about_one_file_alone_is_foreign(house: House, tmp_path: Path) -> None:
    decision = house.submit()
    document = json.loads(stated(decision))
    document["subject"][0]["digest"]["sha256"] = "ab" * 32

    answer = vote(house, decision, signed(tmp_path, canonical_json(document)))

    assert refused(answer) == "foreign: it is about a part of the release"


@pytest.mark.parametrize("bundle", ["{}", "approved", '{"mediaType": "x"}'])
def test_what_is_no_bundle_is_refused(house: House, bundle: str) -> None:
    refused(vote(house, house.submit(), bundle))


def test_nothing_is_recorded_of_a_refused_vote(house: House) -> None:
    decision = house.submit()
    vote(house, decision, "{}")

    path = f"/v1/approvals?release_digest={decision['release']['digest']}"
    assert house.ask("audrey", "GET", path).get_json()["approvals"] == []


class Asked:
    """A client of the gate that needs no socket."""

    def __init__(self, house: House, name: str) -> None:
        self.house, self.name = house, name

    def ask(self, method: str, path: str) -> dict[str, Any]:
        document: dict[str, Any] = self.house.ask(self.name, method, path).get_json()
        return document


def test_the_command_signs_the_very_vote_that_the_gate_takes(house: House, tmp_path: Path) -> None:
    decision = house.submit()
    release = decision["release"]["digest"]
    listed = house.ask("rita", "GET", f"/v1/approvals?release_digest={release}").get_json()
    said = {"vote": "veto", "comment": "the test set leaked"}
    kept = tmp_path / "approval.sigstore.json"
    given = {"key": key_file(tmp_path), "trust_config": None, "bundle": kept}

    client: Any = Asked(house, "rita")
    bundle = signing.statement(client, release, listed["seating"], said, given)

    answer = house.vote("rita", release, "veto", comment=said["comment"], statement=bundle)
    assert answer.status_code == 201, answer.get_json()
    assert kept.read_text() == bundle


@pytest.fixture(scope="module")
def strict_engine(tmp_path_factory: pytest.TempPathFactory) -> OpaWasm:
    """The rules of an organisation whose risk and compliance has to sign."""
    shipped_roles = yaml.safe_load(APPROVERS.read_text(encoding="utf-8"))["roles"]
    rule = {**shipped_roles["risk_compliance"], "signed": True}
    approvers = {"signers": SIGNERS, "roles": {**shipped_roles, "risk_compliance": rule}}
    data = {**houses.DATA, "approvers": approvers}
    return houses.an_engine(tmp_path_factory.mktemp("strict") / "policies", data)


def test_a_role_that_has_to_sign_counts_once_it_has(strict_engine: OpaWasm, tmp_path: Path) -> None:
    domain = trusted_roots.read("staff", public_pem(KEY), source="test")
    house = houses.a_house(strict_engine, tmp_path, SigstoreBundles([domain], SetClock()))
    first = house.submit()
    house.approve(first["release"]["digest"], "dora", "pia", "rita")
    unsigned = house.submit()
    vote(house, unsigned, signed(tmp_path, stated(unsigned)))

    assert unsigned["outcome"] == "pending"
    assert [
        (one["subject"], one["role"], one["why"]) for one in unsigned["approvals"]["set_aside"]
    ] == [("rita", "risk_compliance", "unsigned")]
    assert house.submit()["outcome"] == "allow"
