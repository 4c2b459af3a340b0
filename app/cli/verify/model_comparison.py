"""A model's directory compared with the manifest that was signed.

What the signer left out excuses nothing: a file that is there and was not signed is
refused, unless whoever verifies said to leave it out. The same goes for the paths that
model signing leaves out by itself (`.git`, `.github`, ...).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from app.adapters.model_files import pieces, walk
from app.adapters.model_files.walk import Stamp
from app.adapters.signatures.bundles.refusal import RefusalError
from app.adapters.signatures.model_manifest import WHOLE_MODEL, ModelManifest, Piece

MOST_NAMED = 5


def must_match(
    model: Path, manifest: ModelManifest, ignored: Collection[str], bundle: Path
) -> None:
    """Raise RefusalError unless the model is exactly what the manifest lists.

    `ignored` are paths below the model that need not have been signed; the bundle itself
    never is. Raises InvalidSubmissionError if the model cannot be read.
    """
    if not model.is_dir():
        _must_be_one_file(model, manifest)
        return
    stamps = walk.files(model)
    _must_list_same(stamps, manifest, {*ignored, *_below(model, bundle)})
    ends = {path: [piece.end for piece in parts] for path, parts in _sorted(manifest).items()}
    found = pieces.digests(model, ends, stamps, manifest.algorithm)
    _must_be_unchanged(manifest, found, {path: stamp.size for path, stamp in stamps.items()})


def _must_be_one_file(model: Path, manifest: ModelManifest) -> None:
    stamp = Stamp.of(model.stat())
    if list(manifest.pieces) not in ([WHOLE_MODEL], [model.name]):
        raise RefusalError("model_files_missing", "the manifest does not list just this one file")
    (name,) = manifest.pieces
    ends = {model.name: [piece.end for piece in _sorted(manifest)[name]]}
    found = pieces.digests(model.resolve().parent, ends, {model.name: stamp}, manifest.algorithm)
    _must_be_unchanged(manifest, {name: found[model.name]}, {name: stamp.size})


def _must_list_same(
    stamps: Mapping[str, Stamp], manifest: ModelManifest, ignored: Collection[str]
) -> None:
    missing = sorted(manifest.pieces.keys() - stamps.keys())
    if missing:
        message = f"{len(missing)} signed files are missing: {_named(missing)}"
        raise RefusalError("model_files_missing", message)
    extra = sorted(
        path
        for path in stamps.keys() - manifest.pieces.keys()
        if not any(path == left or path.startswith(f"{left}/") for left in ignored)
    )
    if extra:
        message = f"{len(extra)} files were not signed: {_named(extra)}"
        raise RefusalError("model_files_unsigned", message)


def _must_be_unchanged(
    manifest: ModelManifest, found: Mapping[str, tuple[str, ...]], sizes: Mapping[str, int]
) -> None:
    changed = sorted(
        path
        for path, parts in _sorted(manifest).items()
        if tuple(part.digest for part in parts) != found[path]
        # The last shard must reach the end: what is behind it nobody signed.
        or parts[-1].end not in {None, sizes[path]}
    )
    if changed:
        message = f"{len(changed)} files are not as they were signed: {_named(changed)}"
        raise RefusalError("model_files_changed", message)


def _sorted(manifest: ModelManifest) -> dict[str, list[Piece]]:
    return {
        path: sorted(parts, key=lambda part: part.start) for path, parts in manifest.pieces.items()
    }


def _below(model: Path, bundle: Path) -> list[str]:
    inside = bundle.resolve().is_relative_to(model.resolve())
    return [bundle.resolve().relative_to(model.resolve()).as_posix()] if inside else []


def _named(paths: list[str]) -> str:
    return ", ".join(repr(path[:80]) for path in paths[:MOST_NAMED])
