"""A folder of policies: its Rego, its data, and the revision that names both.

Every engine gets its policies from here, so all of them see the same files: Rego as it
stands, data as one document read once. Tests (`*_test.rego`) are no part of a policy.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from app.adapters.engines import policy_data
from app.domain.canonical import canonical_json
from app.domain.digest import Digest
from app.domain.errors import PolicyEngineError

ROOT = "gate"
TRUST = "trust"
DATA_FILE = "data.yaml"
LARGEST_FILE = 1_000_000
MOST_FILES = 2_000
_FOLDER_NAME = re.compile(r"[a-z][a-z0-9_]*")
_READ_BY_OPA_ALONE = frozenset({".json", ".yaml", ".yml", ".rego"})


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """One file of the folder: its path below it, and its bytes."""

    path: PurePosixPath
    content: bytes


@dataclass(frozen=True, slots=True)
class PolicyFolder:
    """Policies as they were when they were read."""

    rego: tuple[PolicyFile, ...]
    data: Mapping[str, Any]
    revision: str
    """`sha256:` and the digest over path and digest of every Rego and data file."""
    rego_digest: Digest
    """The same over the Rego files alone: what a compiled module was made from."""

    @property
    def roots(self) -> tuple[str, ...]:
        """The top of every path that these policies own in OPA's document."""
        return tuple(sorted({file.path.parts[0] for file in self.rego} | set(self.data)))


def read(folder: Path) -> PolicyFolder:
    """Read a folder of policies whole.

    Raises PolicyEngineError when it has no Rego below `gate`, holds a link, a file that an
    engine would read and another would not, data that is not strict YAML, or trust that does
    not fit its schema.
    """
    policies = of_files(files(folder))
    must_state_trust_whole(policies)
    return policies


def must_state_trust_whole(policies: PolicyFolder) -> None:
    """Raise PolicyEngineError, with a pointer, for trust that does not fit its schema.

    A signer of whom something is left unsaid would be trusted for nothing, and nobody told why.
    """
    stated = policies.data.get(ROOT)
    if isinstance(stated, Mapping) and TRUST in stated:
        policy_data.must_fit(TRUST, stated[TRUST])


def files(folder: Path) -> tuple[PolicyFile, ...]:
    """Read every file of a policies folder as it stands. Raises PolicyEngineError."""
    return tuple(sorted(_files(folder), key=lambda file: file.path))


def of_files(files: tuple[PolicyFile, ...]) -> PolicyFolder:
    """Make policies of the files of a folder, in their order. Raises PolicyEngineError."""
    rego = tuple(file for file in files if file.path.suffix == ".rego")
    if not any(file.path.parts[0] == ROOT for file in rego):
        raise PolicyEngineError(f"no Rego below {ROOT}/ in the policies folder")
    documents = [
        (file.path.parent.parts, policy_data.read_yaml(str(file.path), file.content))
        for file in files
        if file.path.name == DATA_FILE
    ]
    return PolicyFolder(
        rego=rego,
        data=policy_data.merge(documents),
        revision=revision_of(files),
        rego_digest=digest_of(rego),
    )


def stage(policies: PolicyFolder, target: Path, extra_roots: tuple[str, ...] = ()) -> None:
    """Write the policies as a bundle directory that OPA loads: Rego, data.json, .manifest."""
    for file in policies.rego:
        path = target / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.content)
    roots = [*policies.roots, *extra_roots]
    manifest = {"revision": policies.revision, "roots": roots, "rego_version": 1}
    (target / "data.json").write_bytes(canonical_json(policies.data))
    (target / ".manifest").write_bytes(canonical_json(manifest))


def revision_of(files: tuple[PolicyFile, ...]) -> str:
    """Name the files of a policies folder, in their order, by what they hold."""
    return f"sha256:{digest_of(files)}"


def digest_of(files: tuple[PolicyFile, ...]) -> Digest:
    """Digest the list of path and digest of each file."""
    rows = [{"path": str(file.path), "sha256": Digest.of(file.content)} for file in files]
    return Digest.of(canonical_json(rows))


def must_be_in_place(path: PurePosixPath) -> None:
    """Raise PolicyEngineError for a file that no engine reads, or outside of a root folder."""
    if path.suffix != ".rego" and path.name != DATA_FILE:
        raise PolicyEngineError(f"{path} would be read by no engine: data stands in {DATA_FILE}")
    if len(path.parts) == 1 or path.parts[0] == "system":
        raise PolicyEngineError(f"{path} does not stand below a root folder such as {ROOT}/")
    for part in path.parts[:-1]:
        if not _FOLDER_NAME.fullmatch(part):
            raise PolicyEngineError(f"{path}: the folder {part!r} is no part of a package path")


def _files(folder: Path) -> Iterator[PolicyFile]:
    try:
        for count, path in enumerate(_walk(folder)):
            if count >= MOST_FILES:
                raise PolicyEngineError(f"more than {MOST_FILES} policy files", detail=str(folder))
            relative = PurePosixPath(path.relative_to(folder).as_posix())
            must_be_in_place(relative)
            content = path.read_bytes()
            if len(content) > LARGEST_FILE:
                raise PolicyEngineError(f"{relative} is larger than {LARGEST_FILE} bytes")
            yield PolicyFile(relative, content)
    except OSError as error:
        message = "the policies folder cannot be read"
        raise PolicyEngineError(message, detail=f"{folder}: {error}") from error


def _walk(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.name.startswith("."):
            continue
        # A link would let what was read differ from what the folder shows to its reviewers.
        if path.is_symlink():
            raise PolicyEngineError(f"a link stands among the policies: {path.name}")
        if not path.is_dir() and not path.is_file():
            raise PolicyEngineError(f"no file, but a pipe or a device, among them: {path.name}")
        if path.is_dir():
            yield from _walk(path)
        elif path.suffix in _READ_BY_OPA_ALONE and not path.name.endswith("_test.rego"):
            yield path
