"""`countersign admission refs`: the models that manifests name."""

from __future__ import annotations

import json

import click
from rich.console import Console
from rich.markup import escape

from app.cli import exits
from app.cli.admission.objects import ManifestError, Piece, pieces, pin
from app.domain.enforcement import reference


@click.command(
    epilog="Exit codes: 0 all was read, 1 a model is named in a way that cannot be read, "
    "3 no such file, or no manifest."
)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def refs(files: tuple[str, ...], *, output: str) -> None:
    """Print the models that Kubernetes manifests name, and what each reference pins.

    FILE is YAML or JSON with any number of documents and lists, an AdmissionReview, a folder
    of such files, or - for standard input. The gate is not asked.

    \b
    countersign admission refs inferenceservice.yaml
    helm template ./chart | countersign admission refs - --output json
    """  # noqa: D301 - click takes a backspace as: keep these lines as they are
    try:
        read = list(pieces(files))
    except ManifestError as error:
        exits.could_not(str(error))
    if output == "json":
        click.echo(json.dumps({"documents": [one.as_json() for one in read]}, indent=2))
    else:
        _print(read)
    raise SystemExit(1 if any(one.manifest.unread for one in read) else 0)


def title(piece: Piece) -> str:
    """Name an object for people: where it stands, what it is, what it is called."""
    read = piece.manifest
    place = f"{read.namespace}/" if read.namespace else ""
    return f"{piece.file}: {read.kind} {place}{read.name or ''}".rstrip()


def _print(read: list[Piece]) -> None:
    console = Console(highlight=False, soft_wrap=True)
    named = [one for one in read if one.manifest.references or one.manifest.unread]
    for piece in named:
        console.print(f"[bold]{escape(title(piece))}[/bold]")
        for one in piece.manifest.references:
            known = pin(one.uri) or "not pinned"
            uri = escape(reference.without_credentials(one.uri))
            console.print(f"  {one.role.value:<10} {uri}  ({known})")
            console.print(f"  {'':10} at {escape(piece.at + one.path)}")
        for lost in piece.manifest.unread:
            console.print(f"  {'cannot read':10} {escape(lost.why)}, at {escape(lost.path)}")
    count = sum(len(one.manifest.references) for one in read)
    console.print(f"{count} references in {len(read)} objects")
