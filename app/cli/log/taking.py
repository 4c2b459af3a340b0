"""`countersign log export`: take entries away, or the whole log with its proofs."""

from __future__ import annotations

import json
import sys
import zipfile
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import click
from rich.progress import Progress, TaskID

from app.cli import exits
from app.cli.client import Client, ClientError
from app.cli.log import files, parquet
from app.cli.log.asking import asks, query, understood
from app.cli.log.progress import bar, bar_of_bytes
from app.domain.errors import ProofError
from app.domain.log import checkpoint, note, tile, trust
from app.domain.log.exports import resumption
from app.domain.log.exports.formats import Format
from app.domain.log.tile import Tile

BUNDLE = "bundle"
PARQUET = "parquet"
RESUMABLE = frozenset({"jsonl", "csv"})


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
@click.option("--start", type=click.IntRange(min=0), default=0, help="Begin at this place.")
@click.option(
    "--file",
    "target",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write here, by way of FILE.part.",
)
@click.option("--overwrite", is_flag=True, help="Replace FILE, once the new one is whole.")
@click.option("--resume", is_flag=True, help="Go on with FILE.part, which broke off: jsonl, csv.")
@click.option("--witnessed", is_flag=True, help="A bundle under a checkpoint of witnesses.")
@asks
def export(  # noqa: PLR0913 - one argument an option
    question: str,
    form: str,
    start: int,
    target: Path | None,
    *,
    overwrite: bool,
    resume: bool,
    witnessed: bool,
    url: str,
    token: str,
) -> None:
    """Export what QUESTION finds, the oldest first; the export itself is recorded.

    An export to FILE that breaks off leaves FILE.part, and the same command with --resume goes
    on where it ends: then FILE is what an export in one go would be. Another question, format
    or log is refused. QUESTION is as for `log list`.

    \b
    countersign log export 'kind:decision after:2026-01-01' --file decisions.jsonl
    countersign log export --format bundle --file log.zip
    countersign log export --format parquet --file log.parquet
    """  # noqa: D301 - click takes a backspace as: keep these lines as they are
    client = Client(url, token)
    _must_be_clear(form, question, target, start, resume=resume, witnessed=witnessed)
    if target is not None and target.is_file() and not overwrite:
        exits.could_not(f"{target} is there already: --overwrite replaces it")
    try:
        if target is None:
            _write(_exported(client, question, form, start), sys.stdout.buffer)
            return
        part = _part(target)
        if form == BUNDLE:
            _write_bundle(client, part, "checkpoint" + "?witnessed=true" * witnessed)
        elif form == PARQUET:
            _write_parquet(_exported(client, question, "jsonl", start), part)
        elif resume and part.exists():
            _must_be_asked_again(part, _stated(client, question, form, start))
            _go_on(client, question, Format(form), start, part)
        else:
            _begin(client, question, form, start, part)
        part.rename(target)
        _beside(part).unlink(missing_ok=True)
    except BrokenPipeError as error:
        raise SystemExit(exits.COULD_NOT_DECIDE) from error  # nobody reads on: no more to say
    except (ClientError, ProofError, parquet.ParquetError, OSError) as error:
        exits.could_not(f"{error}{_remedy(form, target)}")


def _must_be_clear(  # noqa: PLR0913 - one argument an option
    form: str, question: str, target: Path | None, start: int, *, resume: bool, witnessed: bool
) -> None:
    if form == BUNDLE and (target is None or question or start):
        exits.could_not("a bundle holds the whole log and needs --file")
    if form == PARQUET and target is None:
        exits.could_not("Parquet needs --file")
    if witnessed and form != BUNDLE:
        exits.could_not("only a bundle holds a checkpoint: give --format bundle")
    if resume and (target is None or form not in RESUMABLE):
        exits.could_not("--resume goes on with the --file of a jsonl or csv export")


def _remedy(form: str, target: Path | None) -> str:
    part = None if target is None else _part(target)
    if part is None or not part.is_file():
        return ""
    if form not in RESUMABLE or not part.stat().st_size:
        part.unlink()
        _beside(part).unlink(missing_ok=True)
        return ""
    return f"; what came is in {part}: --resume goes on with it"


def _part(target: Path) -> Path:
    # A device or a pipe is written as it is; a file gets its name when it is whole.
    is_other = target.exists() and not target.is_file()
    return target if is_other else target.with_name(f"{target.name}.part")


def _beside(part: Path) -> Path:
    """Name the file that says what is asked for, as long as not all of it has come."""
    return part.with_name(f"{part.name}.asked")


def _stated(client: Client, question: str, form: str, start: int) -> dict[str, object]:
    key = _there(client, "key").decode("utf-8", "replace").strip()
    return {"question": question, "format": form, "start": start, "log": key}


def _must_be_asked_again(part: Path, asked: dict[str, object]) -> None:
    """Exit unless this is what was asked when the export broke off: two are not one export."""
    try:
        before = json.loads(_beside(part).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        before = None
    if not isinstance(before, dict):
        exits.could_not(f"what {part} is of stands nowhere ({_beside(part)}): begin anew")
    for name, value in asked.items():
        if before.get(name) != value:
            told = f"--resume: {part} was asked for with {name} {before.get(name)!r}, not {value!r}"
            exits.could_not(f"{told}: ask as before, or leave --resume out to begin anew")


def _begin(client: Client, question: str, form: str, start: int, part: Path) -> None:
    if part.suffix == ".part":
        stated = _stated(client, question, form, start)
        _beside(part).write_text(json.dumps(stated), encoding="utf-8")
    with part.open("wb") as file:
        _write(_exported(client, question, form, start), file)


def _exported(client: Client, question: str, form: str, start: int) -> Iterator[bytes]:
    asked = query(q=question or None, format=form, start=start)
    return client.stream(f"/v1/log/export?{asked}")


def _write(pieces: Iterable[bytes], file: BinaryIO) -> None:
    with bar_of_bytes() as progress:
        task = progress.add_task("exporting", total=None)
        file.writelines(_told(pieces, progress, task))
        file.flush()


def _write_parquet(pieces: Iterable[bytes], target: Path) -> None:
    with bar_of_bytes() as progress:
        task = progress.add_task("exporting", total=None)
        parquet.write(_told(pieces, progress, task), target)


def _go_on(client: Client, question: str, form: Format, start: int, part: Path) -> None:
    with part.open("r+b") as file:
        taken = resumption.taken(iter(lambda: file.read(1 << 20), b""), form)
        if taken.is_whole:
            return
        file.truncate(taken.size)
        file.seek(taken.size)
        has_heading = form is Format.CSV and taken.size > 0
        pieces = _exported(client, question, form.value, max(start, taken.start))
        with bar_of_bytes() as progress:
            task = progress.add_task("exporting", total=None)
            lines = resumption.lines(_told(pieces, progress, task), form)
            for line in islice(lines, int(has_heading), None):
                with understood():
                    added = taken.add(line, form)
                file.write(added)


def _told(pieces: Iterable[bytes], progress: Progress, task: TaskID) -> Iterator[bytes]:
    for piece in pieces:
        progress.advance(task, len(piece))
        yield piece


def _write_bundle(client: Client, target: Path, place: str) -> None:
    signed = _there(client, place)
    stated = checkpoint.parse(note.split(signed.decode("utf-8", "replace"))[0])
    wanted = list(_files(stated.size))
    elsewhere: list[str] = []
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as bundle, bar() as progress:
        bundle.writestr("checkpoint", signed)
        key = _there(client, "key")
        bundle.writestr("key", key)
        bundle.writestr("policy", trust.written(key.decode("utf-8", "replace").strip()))
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
