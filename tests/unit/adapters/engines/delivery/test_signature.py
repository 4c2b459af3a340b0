"""Signatures of bundles: ours are good to OPA, and OPA's are good to us."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from app.adapters.engines import policy_folder
from app.adapters.engines.delivery import archive, signature
from app.adapters.engines.delivery.signature import BundleSigner
from app.domain.errors import PolicyEngineError
from tests.contracts.test_policy_engine import POLICIES

KEY = ec.derive_private_key(7, ec.SECP256R1())
OTHER = ec.derive_private_key(8, ec.SECP256R1())
SIGNER = BundleSigner(KEY, "release")
FILES = {
    **archive.members(policy_folder.read(POLICIES)),
    "data.json": json.dumps(
        {
            "gate": {
                "texts": ["<&>", "é\u2028\u2029\x7f", 'q"\\', "\b\f\n\r\t\x01"],
                "n": [1e-07, 0.5],
            }
        }
    ).encode(),
}
TRUSTED = {"release": KEY.public_key()}


def pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def opa_takes(opa_binary: Path, scratch: Path, files: Mapping[str, bytes]) -> bool:
    """Whether OPA loads the bundle when it must be signed by KEY."""
    (scratch / "bundle.tar.gz").write_bytes(archive.pack(files))
    (scratch / "key.pem").write_bytes(pem(KEY))
    verify = ["--verification-key=key.pem", "--verification-key-id=release", "--signing-alg=ES256"]
    built = subprocess.run(  # noqa: S603 - a fixed command on files of the test
        [str(opa_binary), "build", "--bundle", *verify, "--output=built.tar.gz", "bundle.tar.gz"],
        cwd=scratch,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0 or "bundle" in built.stderr + built.stdout, built.stderr
    return built.returncode == 0


def test_opa_takes_a_bundle_that_we_signed(opa_binary: Path, tmp_path: Path) -> None:
    assert opa_takes(opa_binary, tmp_path, SIGNER.signed(FILES))


def test_opa_refuses_what_we_refuse(opa_binary: Path, tmp_path: Path) -> None:
    by_other_key = BundleSigner(OTHER, "release").signed(FILES)
    changed = {**SIGNER.signed(FILES), "gate/decision.rego": b"package gate\n"}
    for files in (FILES, by_other_key, changed):
        assert not opa_takes(opa_binary, tmp_path, files)
        with pytest.raises(PolicyEngineError):
            signature.must_be_signed(files, TRUSTED)


def test_we_take_a_bundle_that_opa_signed(opa_binary: Path, tmp_path: Path) -> None:
    private = KEY.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    (tmp_path / "key.pem").write_bytes(private)
    (tmp_path / "claims.json").write_text('{"keyid": "release"}')
    for name, content in FILES.items():
        (tmp_path / "bundle" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "bundle" / name).write_bytes(content)
    signing = ["--signing-key=../key.pem", "--signing-alg=ES256", "--claims-file=../claims.json"]
    subprocess.run(  # noqa: S603 - a fixed command on files of the test
        [str(opa_binary), "sign", "--bundle", *signing, "."],
        cwd=tmp_path / "bundle",
        check=True,
        capture_output=True,
    )
    theirs = json.loads((tmp_path / "bundle" / ".signatures.json").read_text())
    ours = json.loads(SIGNER.signed(FILES)[".signatures.json"])

    assert files_of(theirs) == files_of(ours)


def files_of(signatures: Mapping[str, list[str]]) -> list[dict[str, str]]:
    payload = signatures["signatures"][0].split(".")[1]
    files = json.loads(signature._decoded(payload))["files"]  # noqa: SLF001 - reads what OPA wrote
    return sorted(files, key=lambda file: str(file["name"]))


def test_a_good_signature_tells_its_key() -> None:
    assert signature.must_be_signed(SIGNER.signed(FILES), TRUSTED) == "release"


def test_the_same_files_are_signed_to_the_same_bytes() -> None:
    assert SIGNER.signed(FILES) == SIGNER.signed(dict(reversed(FILES.items())))


@pytest.mark.parametrize("trusted", [{}, {"other": KEY.public_key()}])
def test_a_key_that_nobody_named_is_refused(
    trusted: Mapping[str, ec.EllipticCurvePublicKey],
) -> None:
    with pytest.raises(PolicyEngineError, match="nobody trusts"):
        signature.must_be_signed(SIGNER.signed(FILES), trusted)


@pytest.mark.parametrize("name", ["gate/more.rego", ".manifest", "data.json"])
def test_a_file_added_or_changed_is_refused(name: str) -> None:
    with pytest.raises(PolicyEngineError, match="not those that were signed"):
        signature.must_be_signed({**SIGNER.signed(FILES), name: b'{"a": 1}'}, TRUSTED)


def test_a_file_taken_out_is_refused() -> None:
    files = SIGNER.signed(FILES)
    del files["gate/checks/vote/vote.rego"]

    with pytest.raises(PolicyEngineError, match="not those that were signed"):
        signature.must_be_signed(files, TRUSTED)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[]",
        b'{"signatures": []}',
        b'{"signatures": ["a.b"]}',
        b'{"signatures": ["e30.e30.e30"]}',
        b'{"signatures": ["a", "b"]}',
        b'{"signatures": 7}',
    ],
)
def test_a_signature_that_cannot_be_read_is_none(content: bytes) -> None:
    with pytest.raises(PolicyEngineError, match=r"not signed|cannot be read"):
        signature.must_be_signed({**FILES, ".signatures.json": content}, TRUSTED)


def test_a_signature_without_an_algorithm_is_refused() -> None:
    head = signature._base64url(b'{"alg":"none","kid":"release"}')  # noqa: SLF001 - forges a header
    token = json.loads(SIGNER.signed(FILES)[".signatures.json"])["signatures"][0]
    forged = ".".join([head, token.split(".")[1], ""])
    content = json.dumps({"signatures": [forged]}).encode()

    with pytest.raises(PolicyEngineError, match="nobody trusts"):
        signature.must_be_signed({**FILES, ".signatures.json": content}, TRUSTED)


def test_a_key_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_bytes(
        KEY.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )

    assert signature.read_signer(tmp_path / "key.pem", "release").signed(FILES) == SIGNER.signed(
        FILES
    )


@pytest.mark.parametrize("content", [None, b"", pem(KEY)])
def test_what_is_no_private_key_is_refused(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "key.pem").write_bytes(content)

    with pytest.raises(PolicyEngineError, match="cannot be read"):
        signature.read_signer(tmp_path / "key.pem", "release")


def test_a_key_of_another_curve_is_refused() -> None:
    with pytest.raises(PolicyEngineError, match="P-256"):
        BundleSigner(ec.generate_private_key(ec.SECP384R1()), "release")
