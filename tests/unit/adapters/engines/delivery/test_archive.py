from __future__ import annotations

import gzip
import io
import tarfile
from pathlib import Path

import pytest

from app.adapters.engines import policy_folder
from app.adapters.engines.delivery import archive
from app.domain.errors import PolicyEngineError
from tests.contracts.test_policy_engine import POLICIES

FOLDER = policy_folder.read(POLICIES)
WHOLE = archive.pack(archive.members(FOLDER))


def a_tar(*entries: tuple[str, bytes | None], kind: bytes = tarfile.REGTYPE) -> bytes:
    """An archive of these entries; None stands for the special kind."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as tar:
        for name, member in entries:
            entry = tarfile.TarInfo(name)
            entry.size = len(member or b"")
            entry.type = tarfile.REGTYPE if member is not None else kind
            entry.linkname = "/etc/passwd" if member is None else ""
            tar.addfile(entry, io.BytesIO(member or b""))
    return content.getvalue()


def test_policies_come_back_as_they_were_packed() -> None:
    unpacked = archive.unpack(WHOLE)

    assert unpacked == FOLDER


def test_the_same_policies_are_the_same_bytes() -> None:
    assert archive.pack(archive.members(policy_folder.read(POLICIES))) == WHOLE


def test_a_bundle_of_opa_build_is_read(opa_binary: Path, tmp_path: Path) -> None:
    from tools import bundle  # noqa: PLC0415 - the project's own tool, for this test alone

    bundle.bundle(opa_binary, POLICIES, tmp_path / "bundle.tar.gz")
    unpacked = archive.read(tmp_path / "bundle.tar.gz")

    assert (unpacked.revision, unpacked.data) == (FOLDER.revision, FOLDER.data)


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE])
def test_what_is_no_plain_file_is_refused(kind: bytes) -> None:
    with pytest.raises(PolicyEngineError, match=r"no plain file|no archive"):
        archive.unpack(a_tar((".manifest", b"{}"), ("gate/x.rego", None), kind=kind))


@pytest.mark.parametrize("name", ["../x.rego", "gate/../../x.rego"])
def test_a_path_that_leads_out_is_refused(name: str) -> None:
    with pytest.raises(PolicyEngineError, match="no plain file"):
        archive.unpack(a_tar((name, b"package x")))


def test_a_file_that_stands_twice_is_refused() -> None:
    with pytest.raises(PolicyEngineError, match="twice"):
        archive.unpack(a_tar(("gate/x.rego", b"package x"), ("/gate/x.rego", b"package y")))


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = gzip.compress(b"\0" * (archive.LARGEST_ARCHIVE + 1024))

    with pytest.raises(PolicyEngineError, match="larger"):
        archive.unpack(bomb)


@pytest.mark.parametrize(
    "content", [b"", b"garbage", WHOLE[:-9], WHOLE + b"x", gzip.compress(b"no tar at all", mtime=0)]
)
def test_what_is_no_whole_archive_is_refused(content: bytes) -> None:
    with pytest.raises(PolicyEngineError):
        archive.unpack(content)


@pytest.mark.parametrize(
    "manifest",
    [b"", b"{}", b"[]", b'{"revision": ""}', b'{"revision": 7}', b'{"revision": "r"'],
)
def test_a_manifest_without_a_revision_is_refused(manifest: bytes) -> None:
    with pytest.raises(PolicyEngineError):
        archive.unpack(archive.pack({**archive.members(FOLDER), ".manifest": manifest}))


def test_the_bundle_of_another_product_is_refused() -> None:
    other = {
        ".manifest": b'{"revision": "r1"}',
        "data.json": b"{}",
        "istio/a.rego": b"package istio",
    }

    with pytest.raises(PolicyEngineError, match="no Rego below gate/"):
        archive.unpack(archive.pack(other))
