from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from app.cli import main
from tests.kinds import public_pem
from tests.served_sigstore import ISSUER, SUBJECT, a_token, served
from tests.signing import a_sigstore

KEY = ec.generate_private_key(ec.SECP256R1())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    form = serialization.PrivateFormat.PKCS8
    none = serialization.NoEncryption()
    (tmp_path / "key.pem").write_bytes(KEY.private_bytes(serialization.Encoding.PEM, form, none))
    (tmp_path / "key.pem").chmod(0o600)
    (tmp_path / "key.pub").write_bytes(public_pem(KEY))
    (tmp_path / "model" / ".git").mkdir(parents=True)
    (tmp_path / "model" / "model.safetensors").write_bytes(b"weights")
    (tmp_path / "model" / ".git" / "config").write_bytes(b"[core]")
    return tmp_path


@pytest.fixture
def trust_config(folder: Path) -> Iterator[Path]:
    with served(a_sigstore()) as config:
        path = folder / "trust_config.json"
        path.write_text(json.dumps(config))
        (folder / "acme.json").write_text(json.dumps(config["trustedRoot"]))
        yield path


def run(*arguments: str | Path, **environment: str) -> Result:
    return CliRunner(env=environment).invoke(main, [str(argument) for argument in arguments])


def signed_by_key(folder: Path) -> Path:
    assert run("sign", folder / "model", "--key", folder / "key.pem").exit_code == 0
    return folder / "model" / "model.sig"


def verified(folder: Path, *arguments: str | Path) -> int:
    bundle = folder / "model" / "model.sig"
    return run("verify", "--model", folder / "model", "--bundle", bundle, *arguments).exit_code


def test_a_model_signed_with_a_key_verifies_with_its_public_key(folder: Path) -> None:
    signed_by_key(folder)

    assert verified(folder, "--key", folder / "key.pub") == 0


def test_a_model_that_changed_after_signing_does_not_verify(folder: Path) -> None:
    signed_by_key(folder)
    (folder / "model" / ".git" / "config").write_bytes(b"[hooks]")

    assert verified(folder, "--key", folder / "key.pub") == 1


def test_nothing_is_left_out_but_the_signature(folder: Path) -> None:
    bundle = json.loads(signed_by_key(folder).read_bytes())

    statement = json.loads(base64.b64decode(bundle["dsseEnvelope"]["payload"]))
    predicate = statement["predicate"]
    assert [item["name"] for item in predicate["resources"]] == [
        ".git/config",
        "model.safetensors",
    ]
    assert predicate["serialization"]["ignore_paths"] == ["model.sig"]
    assert statement["subject"][0]["name"] == "model"


def test_a_model_can_be_signed_again(folder: Path) -> None:
    signed_by_key(folder)
    (folder / "model" / "model.safetensors").write_bytes(b"new weights")
    signed_by_key(folder)

    assert verified(folder, "--key", folder / "key.pub") == 0


def test_a_signature_outside_of_the_model_leaves_nothing_out(folder: Path) -> None:
    bundle = folder / "out.sigstore.json"
    run("sign", folder / "model", "--key", folder / "key.pem", "--bundle", bundle)

    asked = ("verify", "--model", folder / "model", "--bundle", bundle)
    assert run(*asked, "--key", folder / "key.pub").exit_code == 0
    assert sorted(path.name for path in (folder / "model").iterdir()) == [
        ".git",
        "model.safetensors",
    ]


def test_a_key_that_others_can_read_does_not_sign(folder: Path) -> None:
    (folder / "key.pem").chmod(0o644)

    answered = run("sign", folder / "model", "--key", folder / "key.pem")

    assert answered.exit_code == 3
    assert "others than its owner" in answered.stderr
    assert not (folder / "model" / "model.sig").exists()


@pytest.mark.parametrize("name", ["absent.pem", "key.pub"])
def test_a_key_that_is_none_does_not_sign(folder: Path, name: str) -> None:
    assert run("sign", folder / "model", "--key", folder / name).exit_code == 3


def test_a_model_with_a_link_is_not_signed(folder: Path) -> None:
    (folder / "model" / "link").symlink_to("model.safetensors")

    assert run("sign", folder / "model", "--key", folder / "key.pem").exit_code == 3


@pytest.mark.parametrize("options", [(), ("--key", "a", "--trust-config", "b")])
def test_one_way_to_sign_is_chosen(folder: Path, options: tuple[str, ...]) -> None:
    assert run("sign", folder / "model", *options).exit_code == 2


# By an identity


def sign_as(folder: Path, trust_config: Path, token: str) -> Result:
    asked = ("sign", folder / "model", "--trust-config", trust_config)
    return run(*asked, SIGSTORE_ID_TOKEN=token)


def test_a_model_signed_by_an_identity_verifies_as_that_identity(
    folder: Path, trust_config: Path
) -> None:
    assert sign_as(folder, trust_config, a_token()).exit_code == 0

    root = ("--trusted-root", folder / "acme.json")
    assert verified(folder, *root, "--identity", SUBJECT, "--issuer", ISSUER) == 0
    assert verified(folder, *root, "--identity", f"{SUBJECT}/other") == 1


@pytest.mark.parametrize("changes", [{"exp": 1}, {"aud": "other"}, {"sub": None, "iss": None}])
def test_a_token_that_does_not_serve_signs_nothing(
    folder: Path, trust_config: Path, changes: dict[str, Any]
) -> None:
    answered = sign_as(folder, trust_config, a_token(**changes))

    assert answered.exit_code == 3
    assert "did not sign" in answered.stderr
    assert not (folder / "model" / "model.sig").exists()


def test_a_sigstore_that_does_not_answer_signs_nothing(folder: Path) -> None:
    with served(a_sigstore()) as config:
        path = folder / "trust_config.json"
        path.write_text(json.dumps(config))

    answered = sign_as(folder, path, a_token())

    assert answered.exit_code == 3
    assert not (folder / "model" / "model.sig").exists()


def test_a_trust_configuration_that_is_none_signs_nothing(folder: Path) -> None:
    (folder / "trust_config.json").write_text("{}")

    assert sign_as(folder, folder / "trust_config.json", a_token()).exit_code == 3
