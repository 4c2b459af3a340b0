"""`countersign digest`: the release digest of a model folder."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from app.adapters.model_files.listing import list_files
from app.cli import exits
from app.domain.errors import GateError
from app.domain.release import File, release_digest


@click.command(epilog="Exit codes: 0 printed, 3 could not be read.")
@click.argument("model_dir", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--files", "with_files", is_flag=True, help="Print every file's digest, too.")
@click.option("--output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def digest(model_dir: Path, *, with_files: bool, output: str) -> None:
    """Print the release digest of MODEL_DIR: one digest over every path, size and content.

    This is the digest that people approve and that the gate decides about. Renaming a file
    changes it; symbolic links are refused.
    """
    try:
        files = list_model(model_dir)
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


def list_model(model_dir: Path) -> tuple[File, ...]:
    """Hash every file of a model folder, with a progress bar on standard error.

    Raises SubmissionError for symbolic links, special files and files that change meanwhile.
    """
    columns = (BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("hashing", total=None)

        def advance(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        return list_files(model_dir, now=datetime.now(UTC), progress=advance, cache=None)
