"""`countersign log list|show|proof|checkpoint`: what the log says."""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from app.cli import exits
from app.cli.client import Client, ClientError, segment
from app.cli.log.asking import asks, query, understood
from app.domain.canonical import canonical_json
from app.domain.errors import ProofError
from app.domain.log import note
from app.domain.log.checkpoint import parse

WIDTH = 80
_INDENT = " " * 10
_OUTPUT = click.option(
    "--output", type=click.Choice(["text", "json"]), default="text", show_default=True
)


@click.command(name="list", epilog="Exit codes: 0 answered, 3 could not be answered.")
@click.argument("question", required=False, default="")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True)
@click.option("--cursor", help="The next page, as the one before named it.")
@_OUTPUT
@asks
def list_entries(  # noqa: PLR0913, PLR0917 - one argument an option
    question: str, limit: int, cursor: str | None, output: str, url: str, token: str
) -> None:
    """List entries that QUESTION finds, the newest first.

    QUESTION is made of field:value terms, -field:value to leave out, after: and before: times
    (UTC unless they say otherwise), and words; all of them must hold. Fields are digest, reason
    (may end in *), version, actor, model, project, policy, stage, outcome, kind.

    With --output json it prints entries, next_cursor, as_of (the size of the log that was
    searched, and its signed checkpoint) and, on the first page, total and is_total_exact.

    \b
    countersign log list 'model:acme/scorer outcome:deny after:2026-01-01'
    countersign log list 'project:acme reason:signatures.* -stage:dev licence'
    countersign log list kind:decision --limit 1000 --output json
    """  # noqa: D301 - click takes a backspace as: keep these lines as they are
    asked = query(q=question or None, limit=limit, cursor=cursor)
    try:
        page = Client(url, token).ask("GET", f"/v1/log?{asked}")
        with understood():
            lines, is_signed = list(_page(page)), "checkpoint" in page["as_of"]
    except ClientError as error:
        exits.could_not(str(error))
    if output == "json":
        click.echo(json.dumps(page))
        return
    for line in lines:
        click.echo(line)
    if not is_signed:
        click.echo("the gate cannot sign this log: it may be frozen", err=True)


@click.command(epilog="Exit codes: 0 shown, 3 not found or not answered.")
@click.argument("entry")
@click.option("--output", type=click.Choice(["text", "json"]), default="json", show_default=True)
@asks
def show(entry: str, output: str, url: str, token: str) -> None:
    """Show one entry, by its place in the log or by the id of a decision.

    As JSON it is the very bytes that were recorded, which `log verify --entry` takes.

    \b
    countersign log show 42
    countersign log show 42 --output text
    """  # noqa: D301 - click takes a backspace as: keep these lines as they are
    content = _fetched(url, token, _path(entry))
    if output == "json":
        # A terminal needs the end of a line; in a file it would be a byte that was not recorded.
        click.echo(content, nl=sys.stdout.isatty())
        return
    try:
        with understood():
            body = json.loads(content)
            lines = [*_heading(body), *_told(body)]
    except ClientError as error:
        exits.could_not(str(error))
    for line in lines:
        click.echo(line)


@click.command(name="on-stage", epilog="Exit codes: 0 shown, 3 nothing there or not answered.")
@click.argument("model", metavar="NAMESPACE/NAME")
@click.argument("stage")
@click.option("--at", help="A time or a date, in UTC unless it says otherwise; left out, now.")
@asks
def on_stage(model: str, stage: str, at: str | None, url: str, token: str) -> None:
    """Show what stood on a STAGE of a model at a time: the entry that put it there.

    \b
    countersign log on-stage acme/scorer production --at 2026-06-01T12:00:00Z
    """  # noqa: D301 - click takes a backspace as: keep these lines as they are
    asked = query(model=model, stage=stage, at=at)
    try:
        body = Client(url, token).ask("GET", f"/v1/log/on-stage?{asked}")
        with understood():
            entry = canonical_json(body)
    except ClientError as error:
        exits.could_not(str(error))
    click.echo(entry)


@click.command(epilog="Exit codes: 0 written, 3 not found or not answered.")
@click.argument("entry")
@click.option(
    "--file",
    "target",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write here, such as decision.tlog-proof.",
)
@click.option("--overwrite", is_flag=True, help="Replace the file if it is there.")
@click.option("--witnessed", is_flag=True, help="Under a checkpoint that a witness has cosigned.")
@asks
def proof(  # noqa: PLR0913 - one argument an option
    entry: str, target: Path | None, *, overwrite: bool, witnessed: bool, url: str, token: str
) -> None:
    """Fetch the receipt of an entry (C2SP tlog-proof): its proof to be in the log.

    With --witnessed it holds the cosignatures of witnesses, for `log verify --trust`.

    \b
    countersign log proof 42 --file 42.tlog-proof
    countersign log show 42 > 42.json
    countersign log verify 42.tlog-proof --entry 42.json --key "$KEY"
    """  # noqa: D301 - click takes a backspace as: keep these lines as they are
    if target is not None and target.is_file() and not overwrite:
        exits.could_not(f"{target} is there already: --overwrite replaces it")
    asked = "?witnessed=true" if witnessed else ""
    content = _fetched(url, token, f"{_path(entry)}/receipt{asked}")
    if target is None:
        click.echo(content, nl=False)
        return
    try:
        target.write_bytes(content)
    except OSError as error:
        exits.could_not(str(error))


@click.command(epilog="Exit codes: 0 written, 3 not answered.")
@click.option("--witnessed", is_flag=True, help="The newest that a witness has cosigned.")
@_OUTPUT
@asks
def checkpoint(*, witnessed: bool, output: str, url: str, token: str) -> None:
    """Fetch the signed checkpoint. Keep it: later it proves that the log only grew.

    With --output json it prints origin, size, root (hexadecimal) and the checkpoint itself.

    \b
    countersign log checkpoint > 2026-11.checkpoint
    countersign log verify log.zip --key "$KEY" --checkpoint 2026-11.checkpoint
    """  # noqa: D301 - click takes a backspace as: keep these lines as they are
    asked = "?witnessed=true" if witnessed else ""
    signed = _fetched(url, token, f"/v1/log/checkpoint{asked}")
    if output == "text":
        click.echo(signed, nl=False)
        return
    try:
        stated = parse(note.split(signed.decode())[0])
    except (ProofError, UnicodeDecodeError) as error:
        exits.could_not(f"what the gate gave is no checkpoint: {error}")
    members = {"origin": stated.origin, "size": stated.size, "root": stated.root.hex()}
    click.echo(json.dumps({**members, "checkpoint": signed.decode()}))


def _path(entry: str) -> str:
    if entry.isascii() and entry.isdigit():
        return f"/v1/log/entries/{entry}"
    return f"/v1/decisions/{segment(entry)}"


def _fetched(url: str, token: str, path: str) -> bytes:
    try:
        content = Client(url, token).fetch(path)
    except ClientError as error:
        exits.could_not(str(error))
    if content is None:
        exits.could_not(f"the gate has nothing at {path}")
    return content


def _page(page: dict[str, Any]) -> Iterator[str]:
    for body in page["entries"]:
        yield from _lines(body)
    if "total" in page:
        total, is_exact = page["total"], page["is_total_exact"]
        yield f"{total} found" if is_exact else f"at least {total} found"
    if page["next_cursor"]:
        yield f"next page: --cursor {page['next_cursor']}"


def _heading(body: dict[str, Any]) -> Iterator[str]:
    columns = body["entry"]
    what = [
        columns["kind"],
        columns.get("outcome"),
        "in an archive" if "archived" in body else None,
    ]
    yield _plain(f"{body['seq']:>8}  {body['at'][:19]}Z  {' '.join(w for w in what if w)}")
    version = body.get("release", {}).get("model", {}).get("version")
    about = " ".join(part for part in (columns.get("model"), version) if part)
    stage = f"on {columns['stage']}" if "stage" in columns else ""
    yield _plain(f"{'':10}{' '.join(p for p in (about, stage, 'by', columns['actor']) if p)}")


def _lines(body: dict[str, Any]) -> Iterator[str]:
    yield from _heading(body)
    codes = " ".join(reason["code"] for reason in body.get("reasons", []))
    yield from textwrap.wrap(
        _plain(codes), WIDTH, initial_indent=_INDENT, subsequent_indent=_INDENT
    )


def _told(body: dict[str, Any]) -> Iterator[str]:
    for reason in body.get("reasons", []):
        told = _plain(f"{reason['code']}: {reason.get('message', '')}")
        yield from textwrap.wrap(told, WIDTH, initial_indent=_INDENT, subsequent_indent=_INDENT)
    for name in ("decision_id", "comment", "message", "reason"):
        if isinstance(body.get(name), str):
            yield _plain(f"{'':10}{name}: {body[name]}")


def _plain(text: str) -> str:
    # Whoever made an entry chose parts of it: none of them steers a terminal.
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
