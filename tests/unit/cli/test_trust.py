from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from securesystemslib.signer import (  # type: ignore[attr-defined] # its __init__ exports it
    CryptoSigner,
)
from tuf.api.metadata import (  # type: ignore[attr-defined] # it exports what it imports
    Metadata,
    MetaFile,
    Root,
    Snapshot,
    TargetFile,
    Targets,
    Timestamp,
)

from app.adapters.signatures import refreshing, trusted_roots
from app.cli import main
from app.domain.digest import Digest
from tests.signing import a_sigstore

EMBEDDED_ROOT = "root.json"


@dataclass(frozen=True)
class Repository:
    """A TUF repository in a folder, all roles held by one key."""

    folder: Path
    key: CryptoSigner

    def publish(self, content: bytes, version: int = 1, days: int = 1) -> None:
        """Publish a trusted root."""
        expires = datetime.now(UTC) + timedelta(days=days)
        root = Root(version=1, expires=expires, consistent_snapshot=False)
        for role in ("root", "timestamp", "snapshot", "targets"):
            root.add_key(self.key.public_key, role)
        targets = Targets(version=version, expires=expires)
        name = "trusted_root.json"
        targets.targets[name] = TargetFile.from_data(name, content)
        self._write("root.json", root)
        self._write("1.root.json", root)
        self._write("targets.json", targets)
        meta = {"targets.json": MetaFile(version)}
        self._write("snapshot.json", Snapshot(version=version, expires=expires, meta=meta))
        stamp = Timestamp(version=version, expires=expires, snapshot_meta=MetaFile(version))
        self._write("timestamp.json", stamp)
        (self.folder / "targets").mkdir(exist_ok=True)
        (self.folder / "targets" / name).write_bytes(content)

    def _write(self, name: str, signed: Root | Targets | Snapshot | Timestamp) -> None:
        metadata: Metadata[Any] = Metadata(signed)
        metadata.sign(self.key)
        metadata.to_file(str(self.folder / name))


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder and says nothing of it."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    handler = partial(Quiet, directory=str(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def a_root() -> bytes:
    return json.dumps(a_sigstore().trusted_root()).encode()


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    folder = tmp_path / "repository"
    folder.mkdir()
    return Repository(folder, CryptoSigner.generate_ed25519())


@pytest.fixture
def trusted(tmp_path: Path) -> Path:
    folder = tmp_path / "trusted"
    folder.mkdir()
    return folder


def refresh(repository: Repository, trusted: Path, root: Path | None = None) -> Result:
    pinned = root or repository.folder / "root.json"
    with served(repository.folder) as url:
        asked = ["trust", "refresh", str(trusted), "--name", "acme", "--url", url]
        return CliRunner().invoke(main, [*asked, "--root", str(pinned)])


def test_a_trusted_root_is_fetched_and_can_be_used(repository: Repository, trusted: Path) -> None:
    content = a_root()
    repository.publish(content)

    answered = refresh(repository, trusted)

    assert answered.exit_code == 0
    assert answered.stdout == f"{Digest.of(content)}  acme  new\n"
    assert [domain.sha256 for domain in trusted_roots.read_folder(trusted)] == [Digest.of(content)]


def test_a_newer_trusted_root_takes_the_place_of_the_old(
    repository: Repository, trusted: Path
) -> None:
    first, second = a_root(), a_root()
    repository.publish(first)
    refresh(repository, trusted)
    repository.publish(second, version=2)

    assert refresh(repository, trusted).stdout.endswith(f"was {Digest.of(first)}\n")
    assert refresh(repository, trusted).stdout.endswith("unchanged\n")
    assert (trusted / "acme.json").read_bytes() == second


def test_a_repository_of_another_key_is_not_believed(
    repository: Repository, trusted: Path, tmp_path: Path
) -> None:
    repository.publish(a_root())
    other = Repository(tmp_path / "other", CryptoSigner.generate_ed25519())
    other.folder.mkdir()
    other.publish(a_root())

    answered = refresh(repository, trusted, other.folder / "root.json")

    assert answered.exit_code == 3
    assert list(trusted.iterdir()) == []


@pytest.mark.parametrize("change", ["altered", "expired", "gone", "unusable"])
def test_what_does_not_verify_changes_nothing(
    repository: Repository, trusted: Path, change: str
) -> None:
    (trusted / "acme.json").write_bytes(b"as before")
    repository.publish(
        b"{}" if change == "unusable" else a_root(), days=-1 if change == "expired" else 1
    )
    target = repository.folder / "targets" / "trusted_root.json"
    if change == "altered":
        target.write_bytes(a_root())
    if change == "gone":
        target.unlink()

    answered = refresh(repository, trusted)

    assert answered.exit_code == 3
    assert [file.name for file in trusted.iterdir()] == ["acme.json"]
    assert (trusted / "acme.json").read_bytes() == b"as before"


def test_another_repository_needs_its_root(trusted: Path) -> None:
    asked = ["trust", "refresh", str(trusted), "--url", "http://127.0.0.1:1"]

    assert CliRunner().invoke(main, asked).exit_code == 2


def test_a_repository_that_does_not_answer_is_an_error(trusted: Path) -> None:
    asked = ["trust", "refresh", str(trusted), "--url", "http://127.0.0.1:1", "--root"]

    answered = CliRunner().invoke(main, [*asked, str(refreshing.PUBLIC_GOOD_ROOT)])

    assert answered.exit_code == 3
    assert "did not answer with a trusted root" in answered.stderr
    assert list(trusted.iterdir()) == []


def test_the_pinned_root_is_the_one_that_sigstore_embeds() -> None:
    from sigstore._utils import read_embedded  # noqa: PLC0415 - only this test

    assert refreshing.PUBLIC_GOOD_ROOT.read_bytes() == read_embedded(
        EMBEDDED_ROOT, refreshing.PUBLIC_GOOD
    )


def test_the_domains_of_a_folder_are_listed(trusted: Path) -> None:
    (trusted / "acme.json").write_bytes(a_root())

    answered = CliRunner().invoke(main, ["trust", "list", str(trusted)])

    assert answered.exit_code == 0
    assert answered.stdout.split()[1:] == ["acme", "sigstore"]


def test_the_domains_of_a_folder_are_listed_for_programs(trusted: Path) -> None:
    root = a_root()
    (trusted / "acme.json").write_bytes(root)

    answered = CliRunner().invoke(main, ["trust", "list", str(trusted), "--output", "json"])

    (domain,) = json.loads(answered.stdout)["domains"]
    assert domain == {"name": "acme", "kind": "sigstore", "sha256": Digest.of(root)}


def test_a_folder_with_a_domain_that_cannot_be_used_is_an_error(trusted: Path) -> None:
    (trusted / "acme.json").write_bytes(b'{"tlogs": [{"baseUrl": 7}]}')

    answered = CliRunner().invoke(main, ["trust", "list", str(trusted)])

    assert answered.exit_code == 3
    assert "acme.json cannot be used: /mediaType: Field required" in answered.stderr
