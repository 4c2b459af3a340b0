"""`countersign attest`: a signed statement that evidence is about a model folder."""

from __future__ import annotations

from pathlib import Path

import click

from app.cli import exits
from app.cli.digest import list_model
from app.cli.sign import signed_keyless, write
from app.domain.attestations import covering
from app.domain.canonical import canonical_json
from app.domain.digest import Digest
from app.domain.errors import GateError
from app.domain.release import Document, release_digest

_FILE = exits.FILE
_PATH = exits.Given(dir_okay=False, path_type=Path)
TYPES = {
    "evaluation": covering.EVALUATION,
    "safety-report": covering.SAFETY_REPORT,
    "model-card": covering.MODEL_CARD,
}
"""What can be stated, and its predicate type."""


@click.command(epilog="Exit codes: 0 signed, 3 could not sign.")
@click.argument("model_dir", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--evidence", type=_FILE, multiple=True, required=True, help="A file of it; repeat for more."
)
@click.option("--as", "kind", type=click.Choice(list(TYPES)), required=True, help="What it is.")
@click.option("--bundle", type=_PATH, required=True, help="Where the signed statement goes.")
@click.option("--key", type=_PATH, help="A P-256 private key in PEM, readable by you alone.")
@click.option("--trust-config", type=_PATH, help="The sigstore: a client trust configuration.")
@click.option("--identity-token", envvar="SIGSTORE_ID_TOKEN", help="If not the CI's own.")
def attest(  # noqa: PLR0913 - the options, by name
    model_dir: Path,
    *,
    evidence: tuple[Path, ...],
    kind: str,
    bundle: Path,
    key: Path | None,
    trust_config: Path | None,
    identity_token: str | None,
) -> None:
    """State, signed, that evidence is about the model in MODEL_DIR as it is now.

    Names the release digest and the digest of each file of the evidence. The gate takes
    the evidence as attested if policy lets the signer state it; submit the bundle beside
    the evidence.

    \b
    countersign attest ./model --evidence results.json --as evaluation \\
      --key evaluator.pem --bundle results.sigstore.json
    """  # noqa: D301 - click takes a backspace as: keep these lines as they are
    if (key is None) == (trust_config is None):
        raise click.UsageError("sign with --key or with --trust-config")
    try:
        stated = _statement(model_dir, evidence, bundle, TYPES[kind])
        write(bundle, _signed(stated, key, trust_config, identity_token))
    except GateError as error:
        exits.could_not(str(error))
    except OSError as error:
        exits.could_not(f"{error.filename}: {error.strerror}")
    click.echo(f"signed: {bundle}")


def _statement(
    model_dir: Path, evidence: tuple[Path, ...], bundle: Path, predicate_type: str
) -> bytes:
    root = model_dir.resolve()
    if bundle.resolve().is_relative_to(root):
        # The release digest is over every file of the folder; one more would make it another.
        exits.could_not(f"{bundle}: put the statement outside of {model_dir}")
    contents = [(path.name, path.read_bytes()) for path in evidence]
    files = [Document(name, Digest.of(content), content) for name, content in contents]
    release = release_digest(list_model(model_dir))
    return canonical_json(covering.statement(predicate_type, root.name, release, files))


def _signed(
    statement: bytes, key: Path | None, trust_config: Path | None, token: str | None
) -> bytes:
    if key is not None:
        from app.adapters.attestations import local_key  # noqa: PLC0415 - only what is used loads

        return local_key.sign_statement(key, statement)
    return signed_keyless(statement, trust_config, token)
