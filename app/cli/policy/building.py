"""`countersign policy build`: policies as one bundle that OPA loads."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import click

from app.adapters.engines import policy_folder
from app.adapters.engines.delivery import archive
from app.adapters.engines.delivery.signature import read_signer
from app.adapters.engines.policy_folder import PolicyFolder
from app.cli import exits
from app.cli.policy.checking import FOLDER, OPA
from app.cli.policy.opa import Opa, found
from app.domain.digest import Digest
from app.domain.errors import GateError

_NEW = click.Path(dir_okay=False, path_type=Path)
_KEY = exits.FILE


@click.command(epilog="Exit codes: 0 built, 3 could not build.")
@click.argument("policies", type=FOLDER)
@click.option("-o", "--output", "file", type=_NEW, required=True, help="The bundle to write.")
@click.option("--signing-key", type=_KEY, help="Sign the bundle by this P-256 key (PEM).")
@click.option(
    "--key-id", default="countersign", show_default=True, help="The id by which OPA knows the key."
)
@click.option("--wasm", is_flag=True, help="Compile the decision to WebAssembly too; needs opa.")
@OPA
def build(  # noqa: PLR0913 - one argument an option
    policies: Path,
    *,
    file: Path,
    signing_key: Path | None,
    key_id: str,
    wasm: bool,
    opa: Path | None,
) -> None:
    """Build POLICIES into a bundle: the same policies give the same bytes.

    Tests are left out; the bundle names the revision that decisions will name. Rego that OPA
    cannot load is not built, wherever there is an opa to tell.

    \b
    countersign policy build ./policies -o gate.tar.gz --signing-key bundle.pem
    """  # noqa: D301 - click takes a backspace as: keep these lines as they are
    try:
        folder = archive.read(policies)
        _must_load(policies, opa)
        files = _compiled(folder, found(opa)) if wasm else archive.members(folder)
        if signing_key is not None:
            files = read_signer(signing_key, key_id).signed(files)
        content = archive.pack(files)
        file.write_bytes(content)
    except (GateError, OSError) as error:
        exits.could_not(str(error))
    click.echo(f"{file}: {folder.revision}, sha256 {Digest.of(content)}")


def _must_load(policies: Path, opa: Path | None) -> None:
    on_path = shutil.which("opa")
    if opa is None and on_path is None:
        click.echo("not compiled: there is no opa on PATH, and none was given by --opa", err=True)
        return
    loaded = Opa(opa or Path(str(on_path)), policies).loaded()
    if not loaded.is_good:
        exits.could_not(f"opa could not load the policies: {loaded.complaint}")


def _compiled(folder: PolicyFolder, opa: Path) -> dict[str, bytes]:
    with tempfile.TemporaryDirectory(prefix="countersign-") as scratch:
        policy_folder.stage(folder, Path(scratch))
        built = Opa(opa, Path(scratch)).compiled(folder.revision)
    return archive.read_members(built, ignored=frozenset())
