"""`countersign evidence`: what the gate reads in model cards and evaluation reports."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click
from rich.console import Console

from app.adapters import cards, datasets, evaluations
from app.cli import exits
from app.cli.evidence import bill_of_materials, pairs, shared_record, tables
from app.cli.evidence.piece import READERS, Piece, PieceError, open_piece, unopened
from app.domain.evidence import EvaluationReport, ModelCard
from app.domain.facts.comparison import compare as compare_reports

_PATH = click.Path(path_type=Path)
_FORMATS = sorted(reader.format for reader in READERS)
_FORMAT = click.option(
    "--format", "format_", type=click.Choice(_FORMATS), help="The format, when it cannot be told."
)


@click.group()
def evidence() -> None:
    """Read model cards and evaluation reports as the gate does, without asking it."""


@evidence.command(epilog="Exit codes: 0 all could be read, 1 some could not.")
@click.argument("paths", type=_PATH, nargs=-1, required=True, metavar="PATH...")
@_FORMAT
@click.option("--map", "mapped_by", type=_PATH, help="What the names in a table mean, in JSON.")
@click.option(
    "--output",
    type=click.Choice(["text", "json", "every_eval_ever", "cyclonedx"]),
    default="text",
    show_default=True,
    help="json: one document a line; the others: cards or reports, translated.",
)
def read(
    paths: tuple[Path, ...], *, format_: str | None, mapped_by: Path | None, output: str
) -> None:
    """Print what the gate reads in each PATH: a file, or a folder that is one report.

    Nothing is guessed: what cannot be told is said, with the formats to choose from.

    \b
    countersign evidence read README.md results.json
    countersign evidence read by_group.csv --map mapping.json --output json
    """  # noqa: D301 - click takes a backspace as: keep these lines as they are
    console = Console(highlight=False, soft_wrap=True)
    are_read = True
    for path in paths:
        piece = _look(path, format_, mapped_by)
        are_read = are_read and piece.is_read
        if output == "json":
            click.echo(json.dumps(piece.document(), ensure_ascii=True))
        elif output == "text":
            tables.show(console, piece)
        else:
            _translate(piece, output)
    raise SystemExit(0 if are_read else 1)


@evidence.command()
def formats() -> None:
    """List the formats that the gate reads."""
    for reader in READERS:
        kind = "card" if reader in cards.READERS else "evaluation"
        kind = "dataset" if reader in datasets.READERS else kind
        described = (sys.modules[type(reader).__module__].__doc__ or "").partition("\n")[0]
        click.echo(f"{kind:<12}{reader.format:<31}{described}")


@evidence.command(epilog="Exit codes: 0 not worse, 1 worse or not proven, 3 could not compare.")
@click.argument("candidate", type=_PATH)
@click.argument("baseline", type=_PATH)
@_FORMAT
@click.option("--margin", type=click.FloatRange(min=0), default=0.0, show_default=True)
@click.option("--level", type=click.FloatRange(0.5, 0.999), default=0.95, show_default=True)
@click.option("--output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def compare(  # noqa: PLR0913 - the options, by name
    candidate: Path,
    baseline: Path,
    *,
    format_: str | None,
    margin: float,
    level: float,
    output: str,
) -> None:
    """Compare the report CANDIDATE with the report BASELINE, result by result.

    Differences are signed so that more is better. A result is not worse if the lower bound
    of its difference is not below minus the margin; folders may hold scores by sample
    beside their report, and are then compared in pairs.
    """
    mine, other = _open(candidate, format_), _open(baseline, format_)
    if not isinstance(mine.read, EvaluationReport) or not isinstance(other.read, EvaluationReport):
        wrong = other if isinstance(mine.read, EvaluationReport) else mine
        exits.could_not(f"{wrong.path}: {wrong.message or 'no evaluation report'}")
    samples = tuple(evaluations.scores_by_sample(piece.files) for piece in (mine, other))
    compared = compare_reports(mine.read, other.read, (samples[0], samples[1]), level)
    if output == "json":
        for comparison in compared:
            click.echo(json.dumps(pairs.document(comparison, margin), ensure_ascii=True))
    else:
        pairs.show(Console(highlight=False, soft_wrap=True), compared, margin)
    is_proven = bool(compared) and all(one.is_not_worse(margin) for one in compared)
    raise SystemExit(0 if is_proven else 1)


def _look(path: Path, format_: str | None, mapped_by: Path | None) -> Piece:
    try:
        return open_piece(path, format_, mapped_by)
    except PieceError as error:
        return unopened(path, str(error))


def _open(path: Path, format_: str | None, mapped_by: Path | None = None) -> Piece:
    try:
        return open_piece(path, format_, mapped_by)
    except PieceError as error:
        exits.could_not(str(error))


def _translate(piece: Piece, output: str) -> None:
    read, sha256 = piece.read, piece.sha256
    if output == "every_eval_ever" and isinstance(read, EvaluationReport) and sha256 is not None:
        click.echo(json.dumps(shared_record.record(read, sha256), indent=2))
    elif output == "cyclonedx" and isinstance(read, ModelCard):
        click.echo(json.dumps(bill_of_materials.bom(read), indent=2))
    else:
        exits.could_not(f"{piece.path}: nothing here that can be written as {output}")
