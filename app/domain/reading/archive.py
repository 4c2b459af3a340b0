"""Evidence that came as one archive: its files, checked before any is opened.

An archive is a stranger's list of names and sizes. Names that climb out of it, two members
of one name, links, devices and what unpacks without end are refused.
"""

from __future__ import annotations

import io
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence

from app.domain.digest import Digest
from app.domain.errors import UnreadableEvidenceError
from app.domain.release import Document

MOST_FILES = 200
MOST_BYTES = 128_000_000
"""Of all files unpacked."""
_TORN = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    struct.error,
    OSError,
    EOFError,
    ValueError,
)
_PACKED = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_ZIP, _TAR = (".zip",), (".tar.gz", ".tgz", ".tar")


def unpacked(files: Sequence[Document]) -> tuple[Document, ...]:
    """Give the files themselves, or those in the one archive that they are.

    Raises UnreadableEvidenceError for an archive that is torn, too large or not harmless.
    """
    if len(files) != 1 or not files[0].name.lower().endswith((*_ZIP, *_TAR)):
        return tuple(files)
    is_zip = files[0].name.lower().endswith(_ZIP)
    members = _of_zip(files[0].content) if is_zip else _of_tar(files[0].content)
    try:
        found = {name: Document(name, Digest.of(content), content) for name, content in members}
    except _TORN as error:
        raise UnreadableEvidenceError("the archive is torn", detail=str(error)) from error
    except RuntimeError as error:
        raise UnreadableEvidenceError("the archive is encrypted", detail=str(error)) from error
    if not found:
        raise UnreadableEvidenceError("the archive holds no file")
    return tuple(found.values())


def _of_zip(content: bytes) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = [member for member in archive.infolist() if not member.is_dir()]
        _refuse([member.filename for member in members])
        if not all(member.compress_type in _PACKED for member in members):
            raise UnreadableEvidenceError("the archive is packed neither plainly nor by deflate")
        left = MOST_BYTES
        for member in members:
            with archive.open(member) as opened:
                unpacked_member = opened.read(left + 1)
            left = _spend(left, len(unpacked_member))
            yield member.filename, unpacked_member


def _of_tar(content: bytes) -> Iterator[tuple[str, bytes]]:
    # A tar must be read to its end to be listed, so the bytes are bounded before all else.
    with tarfile.open(fileobj=io.BytesIO(_gunzipped(content)), mode="r:") as archive:
        members = [member for member in archive if not member.isdir()]
        # A sparse member says a size that is nowhere in the archive.
        if not all(member.isreg() and not member.issparse() for member in members):
            raise UnreadableEvidenceError("the archive holds links, devices or sparse files")
        _refuse([member.name for member in members])
        left = MOST_BYTES
        for member in members:
            left = _spend(left, member.size)
            opened = archive.extractfile(member)
            yield member.name, b"" if opened is None else opened.read()


def _gunzipped(content: bytes) -> bytes:
    if not content.startswith(b"\x1f\x8b"):
        return content
    stream = zlib.decompressobj(wbits=31)
    plain = stream.decompress(content, MOST_BYTES + 1)
    _spend(MOST_BYTES, len(plain))
    if not stream.eof:
        raise UnreadableEvidenceError("the archive is torn")
    return plain


def _refuse(names: Sequence[str]) -> None:
    if len(names) > MOST_FILES:
        raise UnreadableEvidenceError(f"the archive holds more than {MOST_FILES} files")
    if len(set(names)) != len(names):
        raise UnreadableEvidenceError("the archive holds two files of one name")
    for name in names:
        parts = name.replace("\\", "/").split("/")
        if (
            name.startswith(("/", "\\"))
            or ".." in parts
            or ":" in parts[0]
            or not name.isprintable()
        ):
            raise UnreadableEvidenceError("the archive holds a name that leads out of it")


def _spend(left: int, size: int) -> int:
    if size > left:
        raise UnreadableEvidenceError(f"the archive unpacks to more than {MOST_BYTES} bytes")
    return left - size
