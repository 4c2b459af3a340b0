from __future__ import annotations

import gzip
import io
import tarfile
import zipfile

import pytest

from app.domain.errors import UnreadableEvidenceError
from app.domain.reading import archive
from app.domain.reading.archive import unpacked
from app.domain.release import Document
from tests.evidence import document


def a_zip(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Document:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as writer:
        for name, content in members:
            writer.writestr(name, content)
    return document("run.zip", packed.getvalue())


def a_tar(*members: tuple[str, bytes], kind: bytes = tarfile.REGTYPE) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as writer:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.type, info.size = kind, len(content)
            writer.addfile(info, io.BytesIO(content))
    return packed.getvalue()


def encrypted() -> Document:
    plain = a_zip(("a", b"secret")).content
    # Bit 0 of the flags, in the local header and in the central directory (APPNOTE 4.4.4).
    central = plain.index(b"PK\x01\x02")
    packed = bytearray(plain)
    packed[6] |= 1
    packed[central + 8] |= 1
    return document("run.zip", bytes(packed))


def damaged() -> Document:
    packed = bytearray(a_zip(("a", b"x" * 400)).content)
    start = packed.index(b"PK\x01\x02")
    packed[31:start] = b"\xff" * (start - 31)
    return document("run.zip", bytes(packed))


def names(files: tuple[Document, ...]) -> dict[str, bytes]:
    return {file.name: file.content for file in files}


def test_files_that_are_no_archive_stay_what_they_are() -> None:
    files = (document("a.json", "{}"), document("b.json", "{}"))

    assert unpacked(files) == files
    assert unpacked((document("log.eval", a_zip(("x", b"")).content),))[0].name == "log.eval"


def test_a_zip_gives_its_files() -> None:
    packed = a_zip(("run/stats.json", b"[]"), ("run/", b""), ("run/run_spec.json", b"{}"))

    assert names(unpacked((packed,))) == {"run/stats.json": b"[]", "run/run_spec.json": b"{}"}


@pytest.mark.parametrize("name", ["run.tar", "run.tgz", "run.tar.gz"])
def test_a_tar_gives_its_files(name: str) -> None:
    content = a_tar(("a.json", b"{}"))
    packed = content if name == "run.tar" else gzip.compress(content)

    assert names(unpacked((document(name, packed),))) == {"a.json": b"{}"}


@pytest.mark.parametrize(
    ("file", "problem"),
    [
        (a_zip(("../a", b"")), "leads out"),
        (a_zip(("/a", b"")), "leads out"),
        (a_zip(("a\\..\\..\\b", b"")), "leads out"),
        (a_zip(("C:/a", b"")), "leads out"),
        (a_zip(), "no file"),
        (a_zip(*((f"{i}", b"") for i in range(201))), "more than 200"),
        (document("run.zip", b"PK\x03\x04 torn"), "torn"),
        (document("run.tar.gz", b"\x1f\x8b torn"), "torn"),
        (document("run.tar.gz", gzip.compress(a_tar(("a", b"1")))[:-20]), "torn"),
        (document("run.tar", b"no tar"), "torn"),
        (document("run.tar", a_tar(("a", b""), kind=tarfile.SYMTYPE)), "links"),
        (document("run.tar", a_tar(("a", b"1"), ("a", b"2"))), "two files"),
        (document("run.tar", a_tar(("a", b""), kind=tarfile.GNUTYPE_SPARSE)), "sparse"),
        (encrypted(), "encrypted"),
        (a_zip(("a", b"1"), method=zipfile.ZIP_LZMA), "neither plainly nor by deflate"),
        (damaged(), "torn"),
    ],
)
def test_an_archive_that_is_not_harmless_is_refused(file: Document, problem: str) -> None:
    with pytest.raises(UnreadableEvidenceError, match=problem):
        unpacked((file,))


@pytest.mark.parametrize("name", ["run.zip", "run.tar.gz"])
def test_what_unpacks_without_end_is_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_BYTES", 10_000)
    big = ("a", b" " * 20_000)
    packed = a_zip(big).content if name == "run.zip" else gzip.compress(a_tar(big))

    with pytest.raises(UnreadableEvidenceError, match="more than"):
        unpacked((document(name, packed),))
