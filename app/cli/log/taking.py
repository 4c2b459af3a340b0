"""`countersign log export`: take entries away, or the whole log with its proofs."""

from __future__ import annotations

import sys
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import click
from rich.progress import Progress, TaskID

from app.cli import exits
from app.cli.client import Client, ClientError
from app.cli.log import files, parquet
from app.cli.log.asking import asks, query
from app.cli.log.progress import bar
from app.domain.errors import ProofError
from app.domain.log import checkpoint, note, tile
from app.domain.log.tile import Tile

BUNDLE = "bundle"
PARQUET = "parquet"


@click.command(epilog="Exit codes: 0 written, 3 could not be exported.")
@click.argument("question", required=False, default="")
@click.option(
    "--format",
    "form",
    type=click.Choice(["jsonl", "csv", "oscal", PARQUET, BUNDLE]),
    default="jsonl",
    show_default=True,
    help="oscal: decisions as assessment results; bundle: the whole log with its proofs.",
)
@click.option("--start", type=click.IntRange(min=0), default=0, help="Resume at this place.")
@click.option("--file", "target", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--witnessed", is_flag=True, help="A bundle under a checkpoint of witnesses.")
@asks
def export(  # noqa: PLR0913 - one argument an option
    question: str,
    form: str,
    start: int,
    target: Path | None,
    *,
    witnessed: bool,
    url: str,
    token: str,
) -> None:
    """Export what QUESTION finds, the oldest first; the export itself is recorded.

    \b
    countersign log export 'kind:decision after:2026-01-01' --file decisions.jsonl
    countersign log export --format bundle --file log.zip
    countersign log export --format parquet --file log.parquet
    """  # noqa: D301 - click takes a backspace as: keep these lines as they are
    client = Client(url, token)
    try:
        if form == BUNDLE:
            if target is None or question or start:
                exits.could_not("a bundle holds the whole log and needs --file")
            _write_bundle(client, target, "checkpoint" + "?witnessed=true" * witnessed)
            return
        if witnessed:
            exits.could_not("only a bundle holds a checkpoint: give --format bundle")
        lines = "jsonl" if form == PARQUET else form
        asked = query(q=question or None, format=lines, start=start)
        pieces = client.stream(f"/v1/log/export?{asked}")
        if form == PARQUET:
            _write_parquet(pieces, target)
        elif target is None:
            _write(pieces, sys.stdout.buffer)
        else:
            with target.open("wb") as file:
                _write(pieces, file)
    except (ClientError, ProofError, parquet.ParquetError, OSError) as error:
        exits.could_not(str(error))


def _write(pieces: Iterable[bytes], file: BinaryIO) -> None:
    with bar() as progress:
        task = progress.add_task("exporting", total=None)
        file.writelines(_told(pieces, progress, task))


def _write_parquet(pieces: Iterable[bytes], target: Path | None) -> None:
    if target is None:
        exits.could_not("Parquet needs --file")
    with bar() as progress:
        task = progress.add_task("exporting", total=None)
        parquet.write(_told(pieces, progress, task), target)


def _told(pieces: Iterable[bytes], progress: Progress, task: TaskID) -> Iterator[bytes]:
    for piece in pieces:
        progress.advance(task, len(piece))
        yield piece


def _write_bundle(client: Client, target: Path, place: str) -> None:
    signed = _there(client, place)
    stated = checkpoint.parse(note.split(signed.decode())[0])
    wanted = list(_files(stated.size))
    elsewhere: list[str] = []
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as bundle, bar() as progress:
        bundle.writestr("checkpoint", signed)
        bundle.writestr("key", _there(client, "key"))
        for piece in progress.track(wanted, description="bundling"):
            try:
                bundle.writestr(str(piece), _there(client, str(piece)))
            except ClientError as error:
                if error.status != files.GONE:
                    raise
                elsewhere.append(f"{piece}: {error}\n")
        if elsewhere:
            bundle.writestr(files.ELSEWHERE, "".join(elsewhere))
    if elsewhere:
        told = f"{len(elsewhere)} of its files are in archives: verify it with --archive"
        click.echo(f"countersign: {told}", err=True)


def _files(size: int) -> Iterator[Tile]:
    for hashes in tile.of_tree(size):
        yield hashes
        if hashes.level == 0:
            yield Tile(None, hashes.number, hashes.width)


def _there(client: Client, path: str) -> bytes:
    content = client.fetch(f"/v1/log/{path}")
    if content is None:
        raise ClientError(f"the gate has no {path}, which its checkpoint promises")
    return content
