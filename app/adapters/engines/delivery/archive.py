"""Policies as one file that OPA loads (a bundle, tar.gz), and back.

The same policies always give the same bytes. What is read back must be what `pack` or
`opa build` writes: regular files in one archive, with a manifest that names a revision.
"""

from __future__ import annotations

import gzip
import io
import tarfile
import zlib
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from pathlib import Path, PurePosixPath

from app.adapters.engines import policy_folder
from app.adapters.engines.policy_folder import MOST_FILES, PolicyFile, PolicyFolder
from app.domain.canonical import canonical_json, read_json
from app.domain.errors import MalformedDocumentError, PolicyEngineError

MANIFEST = ".manifest"
DATA = "data.json"
SIGNATURES = ".signatures.json"
LARGEST_ARCHIVE = 32 * 1024 * 1024
_IGNORED = frozenset({"policy.wasm", "plan.json"})


def read(path: Path) -> PolicyFolder:
    """Read policies from a folder of sources, or from a bundle. Raises PolicyEngineError."""
    if path.is_dir():
        return policy_folder.read(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise PolicyEngineError("the bundle cannot be read", detail=f"{path}: {error}") from error
    return unpack(content)


def members(policies: PolicyFolder) -> dict[str, bytes]:
    """The files of a bundle by name, without a signature."""
    manifest = {
        "revision": policies.revision,
        "roots": list(policies.roots),
        "rego_version": 1,
    }
    return {
        MANIFEST: canonical_json(manifest),
        DATA: canonical_json(policies.data),
        **{str(file.path): file.content for file in policies.rego},
    }


def pack(files: Mapping[str, bytes]) -> bytes:
    """Write the files of a bundle as an archive: always the same bytes for the same files."""
    archive = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=archive, mode="wb", mtime=0, filename="") as compressed,
        tarfile.open(fileobj=compressed, mode="w", format=tarfile.USTAR_FORMAT) as tar,
    ):
        for name in sorted(files):
            entry = tarfile.TarInfo(f"/{name}")
            entry.size = len(files[name])
            entry.mode = 0o644
            tar.addfile(entry, io.BytesIO(files[name]))
    return archive.getvalue()


def unpack(content: bytes) -> PolicyFolder:
    """Read the policies of a bundle. Raises PolicyEngineError for anything but a whole bundle."""
    files = read_members(content)
    try:
        manifest = read_json(files[MANIFEST])
        data = read_json(files.get(DATA, b"{}"))
    except (KeyError, MalformedDocumentError) as error:
        raise PolicyEngineError("the bundle has no readable manifest or data") from error
    revision = manifest.get("revision") if isinstance(manifest, dict) else None
    if not isinstance(revision, str) or not revision or not isinstance(data, dict):
        raise PolicyEngineError("the bundle names no revision, or its data is no mapping")
    rego = tuple(
        PolicyFile(PurePosixPath(name), files[name]) for name in sorted(files) if _is_rego(name)
    )
    if not any(file.path.parts[0] == policy_folder.ROOT for file in rego):
        raise PolicyEngineError(f"the bundle holds no Rego below {policy_folder.ROOT}/")
    return PolicyFolder(rego, data, revision, policy_folder.digest_of(rego))


def read_members(content: bytes, ignored: AbstractSet[str] = _IGNORED) -> dict[str, bytes]:
    """Read every file of an archive but those ignored.

    Raises PolicyEngineError for links, escapes and bombs.
    """
    files: dict[str, bytes] = {}
    for entry, member in _entries(_decompressed(content)):
        name = entry.name.removeprefix("./").lstrip("/")
        if entry.isdir() or name in ignored:
            continue
        if not entry.isreg() or ".." in PurePosixPath(name).parts or not name:
            raise PolicyEngineError(f"the bundle holds what is no plain file: {entry.name[:80]!r}")
        if name in files or len(files) >= MOST_FILES:
            raise PolicyEngineError(f"the bundle holds {name[:80]!r} twice, or too many files")
        files[name] = member
    return files


def _is_rego(name: str) -> bool:
    return name.endswith(".rego") and not name.endswith("_test.rego")


def _entries(plain: bytes) -> list[tuple[tarfile.TarInfo, bytes]]:
    try:
        with tarfile.open(fileobj=io.BytesIO(plain), mode="r:") as tar:
            return [(entry, _content(tar, entry)) for entry in tar]
    except (tarfile.TarError, ValueError) as error:
        raise PolicyEngineError("the bundle is no archive", detail=str(error)) from error


def _content(tar: tarfile.TarFile, entry: tarfile.TarInfo) -> bytes:
    member = tar.extractfile(entry) if entry.isreg() else None
    return member.read() if member is not None else b""


def _decompressed(content: bytes) -> bytes:
    # Bounded while unpacking: a small file can hold a very large one.
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        plain = unpacker.decompress(content, LARGEST_ARCHIVE + 1)
    except zlib.error as error:
        raise PolicyEngineError("the bundle is not compressed by gzip") from error
    if len(plain) > LARGEST_ARCHIVE:
        raise PolicyEngineError(f"the bundle is larger than {LARGEST_ARCHIVE} bytes unpacked")
    if not unpacker.eof or unpacker.unused_data:
        raise PolicyEngineError("the bundle is cut off, or something stands behind it")
    return plain
