from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from app.adapters.signatures import trusted_roots
from app.adapters.signatures.bundles.public_key import spki
from app.adapters.signatures.trusted_roots import CertificateDomain, KeyDomain
from app.demo.certificate_authority import pem
from app.domain.digest import Digest
from app.domain.errors import VerifierError
from tests.kinds import PrivateKey, public_pem
from tests.signing import a_domain, a_sigstore

PUBLIC_GOOD = "6494e21ea73fa7ee769f85f57d5a3e6a08725eae1e38c755fc3517c9e6bc0b66"
"""Of trusted_root.json as sigstore-python 4.5.1 embeds it for the public-good instance."""


def test_the_shipped_trusted_root_is_the_public_good_one_that_was_reviewed() -> None:
    (domain,) = trusted_roots.read_folder(trusted_roots.SHIPPED)

    assert domain.name == "public-good"
    assert domain.sha256 == Digest(PUBLIC_GOOD)


def test_the_shipped_trusted_root_is_the_one_that_sigstore_embeds() -> None:
    from sigstore._utils import read_embedded  # noqa: PLC0415 - only this test

    embedded = read_embedded("trusted_root.json", "https://tuf-repo-cdn.sigstore.dev")

    assert Digest.of(embedded) == Digest(PUBLIC_GOOD)


def test_a_folder_gives_one_domain_a_file_by_name(tmp_path: Path) -> None:
    for name in ("b", "a"):
        (tmp_path / f"{name}.json").write_text(json.dumps(a_sigstore().trusted_root()))
    (tmp_path / "README.md").write_text("not a trusted root")

    assert [domain.name for domain in trusted_roots.read_folder(tmp_path)] == ["a", "b"]


def test_a_folder_without_trusted_roots_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(VerifierError, match="no trust domain"):
        trusted_roots.read_folder(tmp_path)


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(VerifierError, match="no trust domain"):
        trusted_roots.read_folder(tmp_path / "absent")


def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.json").mkdir()

    with pytest.raises(VerifierError, match=r"a\.json cannot be used"):
        trusted_roots.read_folder(tmp_path)


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"mediaType": 1, "mediaType": 2}'])
def test_a_file_that_is_no_trusted_root_is_an_error(tmp_path: Path, content: str) -> None:
    (tmp_path / "acme.json").write_text(content)

    with pytest.raises(VerifierError, match=r"acme\.json cannot be used: "):
        trusted_roots.read_folder(tmp_path)


def _drop(kind: str) -> Callable[[dict[str, Any]], object]:
    return lambda root: root.update({kind: []})


def _key(root: dict[str, Any], kind: str) -> dict[str, Any]:
    found: dict[str, Any] = root[kind][0]["publicKey"]
    return found


@pytest.mark.parametrize(
    "change",
    [
        _drop("tlogs"),
        _drop("ctlogs"),
        _drop("certificateAuthorities"),
        lambda root: root.update(mediaType="application/json"),
        lambda root: root.update(extra=1),
        lambda root: _key(root, "tlogs").pop("validFor"),
        lambda root: _key(root, "ctlogs").pop("validFor"),
        lambda root: _key(root, "tlogs").update(rawBytes="AAAA"),
        lambda root: _key(root, "tlogs").update(keyDetails="PKIX_ED25519"),
        lambda root: _key(root, "tlogs").pop("rawBytes"),
        lambda root: _key(root, "tlogs")["validFor"].update(start="2024-01-01T00:00:00"),
        lambda root: root["certificateAuthorities"][0].pop("validFor"),
        lambda root: root["certificateAuthorities"][0]["certChain"].update(certificates=[]),
    ],
)
def test_a_trusted_root_that_could_verify_nothing_is_an_error_at_start(
    change: Callable[[dict[str, Any]], object],
) -> None:
    with pytest.raises(VerifierError, match="cannot be used"):
        a_domain(a_sigstore(), change=change)


# Keys and roots


def test_a_pem_file_of_keys_is_a_domain_of_keys(tmp_path: Path) -> None:
    keys: list[PrivateKey] = [
        ec.generate_private_key(ec.SECP256R1()),
        ed25519.Ed25519PrivateKey.generate(),
    ]
    (tmp_path / "release.pem").write_bytes(b"# ours\n" + b"".join(map(public_pem, keys)))

    (domain,) = trusted_roots.read_folder(tmp_path)

    assert isinstance(domain, KeyDomain)
    assert [spki(key) for key in domain.keys] == [spki(key.public_key()) for key in keys]


def test_a_pem_file_of_certificates_is_a_domain_of_roots(tmp_path: Path) -> None:
    sigstore = a_sigstore()
    (tmp_path / "company.pem").write_bytes(pem(sigstore.authority.root))

    (domain,) = trusted_roots.read_folder(tmp_path)

    assert isinstance(domain, CertificateDomain)
    assert domain.roots == (sigstore.authority.root,)


def test_two_files_of_one_domain_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "acme.json").write_text(json.dumps(a_sigstore().trusted_root()))
    (tmp_path / "acme.pem").write_bytes(public_pem(ec.generate_private_key(ec.SECP256R1())))

    with pytest.raises(VerifierError, match="another file also names the domain 'acme'"):
        trusted_roots.read_folder(tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
        b"-----BEGIN PUBLIC KEY-----\n",
        b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        b"-----BEGIN PRIVATE KEY-----\n",
        public_pem(rsa.generate_private_key(65537, 1024)),  # noqa: S505 - it must be refused
        public_pem(ec.generate_private_key(ec.SECP256K1())),
        public_pem(ec.generate_private_key(ec.SECP256R1())) + pem(a_sigstore().authority.root),
    ],
)
def test_a_pem_file_that_cannot_be_relied_on_is_an_error(content: bytes) -> None:
    with pytest.raises(VerifierError, match="cannot be used"):
        trusted_roots.read("a", content, source="test")


def test_what_other_tools_leave_out_of_a_trusted_root_is_made_up_for() -> None:
    def leave_out(root: dict[str, Any]) -> None:
        del root["certificateAuthorities"][0]["subject"]["commonName"]
        del root["timestampAuthorities"]
        root["mediaType"] = "application/vnd.dev.sigstore.trustedroot.v0.2+json"

    assert a_domain(a_sigstore(), change=leave_out).name == "acme"
