"""`countersign log archive`: copy closed ranges into files, read them back, then let go."""

from __future__ import annotations

import hashlib
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path

import click
import requests

from app.cli import exits
from app.cli.client import Client, ClientError
from app.cli.log import files
from app.cli.log.asking import asks, query, understood
from app.cli.log.progress import bar
from app.domain.digest import Digest
from app.domain.errors import ProofError
from app.domain.log import audit, checkpoint, note, tile, trust
from app.domain.log.audit import Read
from app.domain.log.merkle import TILE_WIDTH
from app.domain.log.tile import Tile
from app.domain.log.trust import Trust
from app.domain.retention.archives import LARGEST_RANGE

_FOLDER = click.Path(file_okay=False, path_type=Path)


class ArchiveError(Exception):
    """An archive does not hold what it should; nothing was let go of."""


@click.command(epilog="Exit codes: 0 archived (or nothing to archive), 3 could not be archived.")
@click.argument("folder", type=_FOLDER)
@click.option("--before", required=True, metavar="TIME", help="Archive what was recorded before.")
@click.option("--key", required=True, help="The log's public key, from a place you trust.")
@click.option("--location", help="Where the files will be kept, if not in FOLDER.")
@asks
def archive(  # noqa: PLR0913, PLR0917 - one argument an option
    folder: Path, before: str, key: str, location: str | None, url: str, token: str
) -> None:
    """Archive the oldest entries into FOLDER, one file for each closed range of the log.

    Each file is read back and verified against the signed checkpoint. Only then is the gate
    asked to let go of its entries, which it does for those that nothing needs any more and
    that are not on hold; it compares what was read back with what it has. Every proof stays
    valid. An archive that was written and not recorded is taken up again. Needs an operator's
    token.

    \b
    countersign log archive /archive --before 2026-01-01 --key "$KEY"
    """  # noqa: D301 - click takes a backspace as: keep these lines as they are
    client = Client(url, token)
    try:
        trusted = trust.of_key(note.parse_key(key))
        folder.mkdir(parents=True, exist_ok=True)
        count = 0
        for part in _ranges(client, before):
            _archived(client, folder, part, trusted, location)
            count += 1
    except (ClientError, ProofError, ArchiveError, files.BundleError, OSError) as error:
        exits.could_not(str(error))
    if not count:
        click.echo("nothing to archive: no closed range is that old")


def _ranges(client: Client, before: str) -> Iterator[range]:
    known = client.ask("GET", "/v1/log/archives")
    try:
        newest = client.ask("GET", f"/v1/log?{query(to=before, limit=1)}")
    except ClientError as error:
        if error.status != requests.codes.unprocessable:
            raise
        raise ClientError(f"--before {before!r}: {error}") from error
    with understood():
        start = known["archives"][-1]["high"] if known["archives"] else 0
        last = newest["entries"][0]["seq"] if newest["entries"] else -1
        end = (last + 1) // TILE_WIDTH * TILE_WIDTH
    for low in range(start, end, LARGEST_RANGE):
        yield range(low, min(low + LARGEST_RANGE, end))


def _archived(
    client: Client, folder: Path, part: range, trusted: Trust, location: str | None
) -> None:
    target = folder / f"{part.start}-{part.stop}.zip"
    if not target.exists():
        _write(client, target, part)
    report, entries = _read_back(target, part, trusted)
    if report is not None:
        raise ArchiveError(f"{target}: {report}: nothing was let go of; remove it to try again")
    where = f"{location.rstrip('/')}/{target.name}" if location else str(target)
    asked = {
        "low": part.start,
        "high": part.stop,
        "archive_sha256": Digest.of(target.read_bytes()),
        "entries_sha256": entries,
        "location": where,
    }
    made = client.post("/v1/log/archives", asked)
    known = client.ask("GET", "/v1/log/archives")
    with understood():
        seq = made["seq"]
        (left,) = (one["left"] for one in known["archives"] if one["recorded"] == seq)
        told = f"{left} of its {len(part)} entries are there alone, {len(part) - left} stay"
    click.echo(f"{target}: recorded as entry {seq}; {told}")


def _write(client: Client, target: Path, part: range) -> None:
    signed = _there(client, "checkpoint")
    size = checkpoint.parse(note.split(signed.decode("utf-8", "replace"))[0]).size
    wanted = [*tile.of_tree(size), *_bundles(part)]
    unfinished = target.with_suffix(".part")
    with unfinished.open("wb") as file:
        with (
            zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as bundle,
            bar() as progress,
        ):
            bundle.writestr("checkpoint", signed)
            bundle.writestr("key", _there(client, "key"))
            for piece in progress.track(wanted, description=f"archiving {target.name}"):
                bundle.writestr(str(piece), _there(client, str(piece)))
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(target)


def _read_back(target: Path, part: range, trusted: Trust) -> tuple[str | None, str]:
    read: Read = files.of(str(target), None)
    report = audit.audit(read, trusted, part=part)
    if not report.is_whole:
        return report.findings[0].message, ""
    if report.entries != len(part):
        return f"it holds {report.entries} entries, not {len(part)}", ""
    digest = hashlib.sha256()
    for piece in _bundles(part):
        digest.update(read(str(piece)) or b"")
    return None, digest.hexdigest()


def _bundles(part: range) -> Iterator[Tile]:
    for number in range(part.start // TILE_WIDTH, part.stop // TILE_WIDTH):
        yield Tile(None, number, TILE_WIDTH)


def _there(client: Client, path: str) -> bytes:
    content = client.fetch(f"/v1/log/{path}")
    if content is None:
        raise ClientError(f"the gate has no {path}, which its checkpoint promises")
    return content
