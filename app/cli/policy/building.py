"""`countersign policy build`: policies as one bundle that OPA loads."""

from __future__ import annotations

from pathlib import Path

import click

from app.adapters.engines.delivery import archive
from app.cli import exits
from app.cli.policy.checking import FOLDER
from app.domain.digest import Digest
from app.domain.errors import GateError

_NEW = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("policies", type=FOLDER)
@click.option("-o", "--output", "file", type=_NEW, required=True, help="The bundle to write.")
def build(policies: Path, *, file: Path) -> None:
    """Build POLICIES into a bundle: the same policies give the same bytes.

    Tests are left out; the bundle names the revision that decisions will name.
    """
    try:
        folder = archive.read(policies)
        content = archive.pack(archive.members(folder))
        file.write_bytes(content)
    except (GateError, OSError) as error:
        exits.could_not(str(error))
    click.echo(f"{file}: {folder.revision}, sha256 {Digest.of(content)}")
