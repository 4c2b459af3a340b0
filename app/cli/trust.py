"""`countersign trust`: the trust domains that the gate verifies against."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from app.adapters.signatures import refreshing, trusted_roots
from app.cli import exits
from app.domain.digest import Digest
from app.domain.errors import GateError

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group()
def trust() -> None:
    """List trust domains, and fetch a sigstore's current trusted root."""


@trust.command("list", epilog="Exit codes: 0 all can be used, 3 one cannot.")
@click.argument("folder", type=_FOLDER, default=trusted_roots.SHIPPED)
@click.option("--output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def list_domains(folder: Path, *, output: str) -> None:
    """Print every trust domain of FOLDER with its digest, or say which cannot be used.

    Reads the files as the gate does, so look here before it is started or gets SIGHUP.
    """
    try:
        domains = trusted_roots.read_folder(folder)
    except GateError as error:
        exits.could_not(str(error))
    rows = [
        {
            "name": domain.name,
            "kind": type(domain).__name__.removesuffix("Domain").lower(),
            "sha256": domain.sha256,
        }
        for domain in domains
    ]
    if output == "json":
        click.echo(json.dumps({"domains": rows}, indent=2))
        return
    for row in rows:
        click.echo(f"{row['sha256']}  {row['name']}  {row['kind']}")


@trust.command(epilog="Exit codes: 0 current, 3 could not be fetched.")
@click.argument("folder", type=_FOLDER)
@click.option("--name", default="public-good", show_default=True, help="Name of the domain.")
@click.option("--url", default=refreshing.PUBLIC_GOOD, show_default=True, help="TUF repository.")
@click.option("--root", type=exits.Given(path_type=Path), help="Its pinned root.json.")
def refresh(folder: Path, name: str, url: str, root: Path | None) -> None:
    """Fetch a sigstore's trusted root into FOLDER, verified over TUF from a pinned root on.

    The file is replaced only by one that the gate can use. Restart the gate to use it.
    """
    if root is None and url != refreshing.PUBLIC_GOOD:
        raise click.UsageError("name the pinned root of another repository with --root")
    target = folder / f"{name}.json"
    try:
        content = refreshing.fetch(url, root or refreshing.PUBLIC_GOOD_ROOT)
        trusted_roots.read(name, content, source=url)
        before = Digest.of(target.read_bytes()) if target.exists() else None
        if before != Digest.of(content):
            _replace(target, content)
    except GateError as error:
        exits.could_not(str(error))
    except OSError as error:
        exits.could_not(f"{error.filename}: {error.strerror}")
    told = {None: "new", Digest.of(content): "unchanged"}.get(before, f"was {before}")
    click.echo(f"{Digest.of(content)}  {name}  {told}")


def _replace(target: Path, content: bytes) -> None:
    aside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        aside.write_bytes(content)
        aside.replace(target)
    finally:
        aside.unlink(missing_ok=True)
