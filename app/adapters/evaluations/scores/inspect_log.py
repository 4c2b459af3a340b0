"""The header of an Inspect AI log: a `.json` log whole, or the members of an `.eval` zip.

Recent logs hold Zstandard members (method 93 of APPNOTE 6.3.7), which Python's zipfile
does not read: their raw bytes are taken by way of the local header. A log without
`header.json` was still running, or crashed.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import zstandard

from app.domain.canonical import read_tool_json
from app.domain.errors import MalformedDocumentError, UnreadableEvidenceError
from app.domain.reading.files import must_json, sole_json
from app.domain.reading.shape import mapping, members
from app.domain.release import Document

MOST_MEMBERS = 200_000
MOST_BYTES = 64_000_000
"""Of one member unpacked: samples are not read, and a header has a few hundred kilobytes."""
_ZSTANDARD = 93
_KNOWN = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_TORN = (
    zipfile.BadZipFile,
    zlib.error,
    zstandard.ZstdError,
    struct.error,
    OSError,
    EOFError,
    ValueError,
)
_LOCAL_HEADER = struct.Struct("<4s5H3I2H")  # APPNOTE 4.3.7
_HEADERS = ("header.json", "_journal/start.json")
_STATES = frozenset({"started", "success", "cancelled", "error"})


def is_log(files: Sequence[Document]) -> bool:
    """Tell whether the one file is an Inspect log; never raises."""
    if len(files) != 1:
        return False
    if files[0].content.startswith(b"PK"):
        try:
            return _is_header(_unzipped(files[0].content))
        except UnreadableEvidenceError:
            return False
    return _is_header(mapping(sole_json(files, "eval", "status", "task", "model")))


def read(files: Sequence[Document]) -> Mapping[str, Any]:
    """Read the header. Raises UnreadableEvidenceError."""
    if len(files) == 1 and files[0].content.startswith(b"PK"):
        header = _unzipped(files[0].content)
    else:
        header = mapping(must_json(files))
    if not _is_header(header):
        raise UnreadableEvidenceError("no header of an Inspect log")
    return header


def samples(files: Sequence[Document], log: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Read what the log tells of each sample: id, epoch, metadata, scores; none if it cannot.

    An `.eval` has it in its summaries, a `.json` log in its samples.
    """
    if len(files) == 1 and files[0].content.startswith(b"PK"):
        try:
            listed = _opened(files[0].content, ("summaries.json",))
        except UnreadableEvidenceError:
            return []
    else:
        listed = log.get("samples")
    return [sample for _, sample in members(listed)]


def _is_header(header: Mapping[str, Any]) -> bool:
    evaluation = mapping(header.get("eval"))
    is_known = isinstance(evaluation.get("task"), str) and isinstance(evaluation.get("model"), str)
    status = header.get("status")
    is_status = isinstance(status, str) and status in _STATES
    return is_known and is_status and "config" in evaluation


def _unzipped(content: bytes) -> Mapping[str, Any]:
    return {"status": "started", **mapping(_opened(content, _HEADERS))}


def _opened(content: bytes, wanted: Sequence[str]) -> object:
    """Open the first member of these names that is there, as JSON."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        names = [member.filename for member in archive.infolist()]
        if len(names) > MOST_MEMBERS or len(set(names)) != len(names):
            raise UnreadableEvidenceError("the log has too many members, or two of one name")
        present = [name for name in wanted if name in names]
        if not present:
            raise UnreadableEvidenceError(f"the log has no {' and no '.join(wanted)}")
        return read_tool_json(_member(content, archive, archive.getinfo(present[0])))
    except MalformedDocumentError as error:
        raise UnreadableEvidenceError(error.message) from error
    except _TORN as error:
        raise UnreadableEvidenceError("the log is no whole zip file", detail=str(error)) from error
    except (NotImplementedError, RuntimeError) as error:
        message = "the log is encrypted, or packed in a way that is not known"
        raise UnreadableEvidenceError(message, detail=str(error)) from error


def _member(content: bytes, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    if info.compress_type == _ZSTANDARD:
        start = info.header_offset
        fields = _LOCAL_HEADER.unpack_from(content, start)
        start += _LOCAL_HEADER.size + fields[-2] + fields[-1]
        packed = content[start : start + info.compress_size]
        unpacked = zstandard.ZstdDecompressor().stream_reader(packed).read(MOST_BYTES + 1)
    elif info.compress_type in _KNOWN:
        with archive.open(info) as opened:
            unpacked = opened.read(MOST_BYTES + 1)
    else:
        raise UnreadableEvidenceError("the log is packed in a way that Inspect does not pack")
    if len(unpacked) > MOST_BYTES:
        raise UnreadableEvidenceError(f"a member of the log is larger than {MOST_BYTES} bytes")
    return unpacked
