"""`countersign digest`: the release digest of a model folder."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from app.adapters.model_files.hash_cache import HashCache
from app.adapters.model_files.listing import list_files
from app.cli import exits
from app.domain.errors import GateError, StoreError
from app.domain.release import File, release_digest


@dataclass(frozen=True, slots=True)
class Memory:
    """Where digests of files that did not change are remembered, or are to be worked out anew."""

    path: Path
    rehash: bool


_Command = TypeVar("_Command", bound=Callable[..., Any])


def remembers(command: _Command) -> _Command:
    """Add the options of a command that remembers the digests of unchanged files."""
    where = click.option(
        "--digest-cache",
        envvar="COUNTERSIGN_DIGEST_CACHE",
        type=click.Path(dir_okay=False, path_type=Path),
        default=lambda: Path.home() / ".cache" / "countersign" / "digests.db",
        show_default="~/.cache/countersign/digests.db",
        help="Remembers digests of files that did not change, for a week.",
    )
    anew = click.option("--rehash", is_flag=True, help="Read every file again, and remember that.")
    return where(anew(command))


@click.command(epilog="Exit codes: 0 printed, 3 could not be read.")
@click.argument("model_dir", type=click.Path(exists=True, file_okay=False, path_type=Path))
@remembers
@click.option("--files", "with_files", is_flag=True, help="Print every file's digest, too.")
@click.option("--output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def digest(
    model_dir: Path, *, with_files: bool, output: str, digest_cache: Path, rehash: bool
) -> None:
    """Print the release digest of MODEL_DIR: one digest over every path, size and content.

    This is the digest that people approve and that the gate decides about. Renaming a file
    changes it; symbolic links are refused.
    """
    try:
        files = list_model(model_dir, Memory(digest_cache, rehash=rehash))
    except GateError as error:
        exits.could_not(str(error))
    total = release_digest(files)
    if output == "json":
        rows = [{"path": f.path, "size": f.size, "sha256": f.sha256} for f in files]
        click.echo(json.dumps({"release_digest": total, "files": rows}, indent=2))
        return
    if with_files:
        for file in files:
            click.echo(f"{file.sha256}  {file.path}")
    click.echo(total)


def list_model(model_dir: Path, memory: Memory | None = None) -> tuple[File, ...]:
    """Hash every file of a model folder, with a progress bar on standard error.

    Without a memory every byte is read; with one, of files that changed, or were last read
    a week ago. Raises SubmissionError for symbolic links, special files and files that
    change meanwhile.
    """
    if memory is None:
        return _list(model_dir, None)
    try:
        with HashCache(memory.path, is_believed=not memory.rehash) as cache:
            return _list(model_dir, cache)
    except StoreError as error:
        # Whatever is wrong with it, reading every byte is always right.
        click.echo(f"every file is read: {error}", err=True)
        return _list(model_dir, None)


def _list(model_dir: Path, cache: HashCache | None) -> tuple[File, ...]:
    columns = (BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    disabled = not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=disabled) as progress:
        task = progress.add_task("hashing", total=None)

        def advance(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        return list_files(model_dir, now=datetime.now(UTC), progress=advance, cache=cache)
