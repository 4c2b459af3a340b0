from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from app.adapters.signatures import trusted_roots
from app.adapters.signatures.sigstore_bundles import SigstoreBundles
from app.cli import main
from app.domain.attestations import covering
from app.domain.digest import Digest
from app.domain.finding import RefusedBundle, VerifiedStatement
from app.domain.release import Document, Evidence, File
from tests.kinds import public_pem
from tests.signing import FixedClock

KEY = ec.generate_private_key(ec.SECP256R1())
REPORT = Document("results.json", Digest.of(b"{}"), b"{}")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    form = serialization.PrivateFormat.PKCS8
    none = serialization.NoEncryption()
    (tmp_path / "key.pem").write_bytes(KEY.private_bytes(serialization.Encoding.PEM, form, none))
    (tmp_path / "key.pem").chmod(0o600)
    (tmp_path / "results.json").write_bytes(REPORT.content)
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "model.safetensors").write_bytes(b"weights")
    return tmp_path


def attest(folder: Path, *options: str, bundle: str = "s.json") -> Result:
    command = ["attest", str(folder / "model"), "--evidence", str(folder / "results.json")]
    made = ["--as", "evaluation", "--bundle", str(folder / bundle)]
    key = [] if "--trust-config" in options else ["--key", str(folder / "key.pem")]
    return CliRunner().invoke(main, [*command, *made, *key, *options])


def found(folder: Path, content: bytes = b"weights") -> VerifiedStatement | RefusedBundle:
    domain = trusted_roots.read("keys", public_pem(KEY), source="test")
    bundle = (folder / "s.json").read_bytes()
    weights = File("model.safetensors", len(content), Digest.of(content))
    finding = SigstoreBundles([domain], FixedClock()).verify(
        Document("s.json", Digest.of(bundle), bundle), [weights]
    )
    assert isinstance(finding, (VerifiedStatement, RefusedBundle))
    return finding


def test_the_gate_verifies_what_was_attested_and_finds_the_evidence_in_it(folder: Path) -> None:
    assert attest(folder).exit_code == 0

    finding = found(folder)
    assert isinstance(finding, VerifiedStatement)
    assert finding.predicate_type == covering.EVALUATION
    assert finding.covered == {"model.safetensors"}
    assert covering.standing_for(Evidence((REPORT,), None, ""), [finding]) == (finding,)


def test_it_is_about_the_model_as_it_was(folder: Path) -> None:
    assert attest(folder).exit_code == 0

    assert isinstance(found(folder, b"other weights"), RefusedBundle)


def test_a_statement_inside_the_model_would_change_the_release(folder: Path) -> None:
    told = attest(folder, bundle="model/s.json")

    assert told.exit_code == 3
    assert "outside" in told.output
    assert not (folder / "model" / "s.json").exists()


def test_a_key_that_others_can_read_signs_nothing(folder: Path) -> None:
    (folder / "key.pem").chmod(0o644)

    told = attest(folder)

    assert told.exit_code == 3
    assert not (folder / "s.json").exists()


def test_a_folder_that_cannot_be_written_is_told(folder: Path) -> None:
    told = attest(folder, bundle="nowhere/s.json")

    assert told.exit_code == 3
    assert "No such file" in told.output


def test_a_sigstore_that_is_not_configured_signs_nothing(folder: Path) -> None:
    (folder / "config.json").write_text(json.dumps({}))

    told = attest(folder, "--trust-config", str(folder / "config.json"))

    assert told.exit_code == 3
    assert not (folder / "s.json").exists()


def test_one_way_to_sign_has_to_be_chosen(folder: Path) -> None:
    both = attest(
        folder, "--trust-config", str(folder / "c.json"), "--key", str(folder / "key.pem")
    )

    assert both.exit_code == 2
