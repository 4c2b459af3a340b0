"""`countersign sign`: every file of a model folder, signed as OpenSSF Model Signing does."""

from __future__ import annotations

import os
from pathlib import Path

import click

from app.cli import exits
from app.cli.digest import list_model
from app.domain.attestations.model_statement import model_statement
from app.domain.canonical import canonical_json
from app.domain.errors import GateError

_PATH = exits.Given(dir_okay=False, path_type=Path)


@click.command(epilog="Exit codes: 0 signed, 3 could not sign.")
@click.argument("model_dir", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--bundle", type=_PATH, help="Where the signature goes; MODEL_DIR/model.sig if none.")
@click.option("--key", type=_PATH, help="A P-256 private key in PEM, readable by you alone.")
@click.option("--trust-config", type=_PATH, help="The sigstore: a client trust configuration.")
@click.option("--identity-token", envvar="SIGSTORE_ID_TOKEN", help="If not the CI's own.")
def sign(
    model_dir: Path,
    *,
    bundle: Path | None,
    key: Path | None,
    trust_config: Path | None,
    identity_token: str | None,
) -> None:
    """Sign every file of MODEL_DIR: with a key, or as an OIDC identity at a sigstore.

    Nothing is left out but the signature itself, not even `.git`. Verify it with
    `countersign verify --model`, or with model-signing.
    """
    if (key is None) == (trust_config is None):
        raise click.UsageError("sign with --key or with --trust-config")
    bundle = bundle or model_dir / "model.sig"
    try:
        statement = _statement(model_dir, bundle)
        write(bundle, _signed(statement, key, trust_config, identity_token))
    except GateError as error:
        exits.could_not(str(error))
    except OSError as error:
        exits.could_not(f"{error.filename}: {error.strerror}")
    click.echo(f"signed: {bundle}")


def _statement(model_dir: Path, bundle: Path) -> bytes:
    root, target = model_dir.resolve(), bundle.resolve()
    left_out = [target.relative_to(root).as_posix()] if target.is_relative_to(root) else []
    files = [file for file in list_model(model_dir) if file.path not in left_out]
    return canonical_json(model_statement(files, root.name, left_out))


def _signed(
    statement: bytes, key: Path | None, trust_config: Path | None, token: str | None
) -> bytes:
    if key is not None:
        from app.adapters.attestations import local_key  # noqa: PLC0415 - only what is used loads

        return local_key.sign_model(key, statement)
    return signed_keyless(statement, trust_config, token)


def signed_keyless(statement: bytes, trust_config: Path | None, token: str | None) -> bytes:
    """Sign a statement as an OIDC identity. Raises AttestorError."""
    from app.adapters.attestations import keyless  # noqa: PLC0415 - it loads all of sigstore

    if trust_config is None:
        raise click.UsageError("sign with --key or with --trust-config")
    return keyless.sign(statement, trust_config, token)


def write(bundle: Path, content: bytes) -> None:
    """Write a bundle whole or not at all: half of one would be one more unsigned file."""
    aside = bundle.with_name(f".{bundle.name}.{os.getpid()}")
    try:
        aside.write_bytes(content)
        aside.replace(bundle)
    finally:
        aside.unlink(missing_ok=True)
