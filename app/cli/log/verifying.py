"""`countersign log verify`: check a log, a bundle or a receipt, trusting only a key."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, NoReturn

import click

from app.cli import exits
from app.cli.client import ClientError
from app.cli.log import beside, files
from app.cli.log.files import Layers
from app.cli.log.progress import bar_of_entries
from app.domain.errors import ProofError
from app.domain.log import audit, note, receipt, trust
from app.domain.log.audit import Fault, Finding, Report
from app.domain.log.merkle import TILE_WIDTH
from app.domain.log.trust import Trust

BROKEN = 1
MOST_TOLD = 10
"""Archives that were not given, and are told of to people."""
_FILE = exits.FILE


@click.command(
    epilog="Exit codes: 0 whole, 1 something was changed, 3 could not be checked.",
)
@click.argument("source")
@click.option("--key", help="The log's public key (name+id+base64), from a place you trust.")
@click.option("--trust", "policy", type=_FILE, help="A C2SP trust policy with logs and witnesses.")
@click.option("--checkpoint", "older", type=_FILE, multiple=True, help="A checkpoint kept before.")
@click.option(
    "--archive", "archives", type=_FILE, multiple=True, help="Where archived entries are."
)
@click.option("--part", metavar="LOW:HIGH", help="SOURCE is an archive of these entries alone.")
@click.option("--entry", type=_FILE, help="The entry that SOURCE, a .tlog-proof, is to prove.")
@click.option("--token", envvar="COUNTERSIGN_TOKEN", help="Your token, when SOURCE is a URL.")
@click.option("--output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def verify(  # noqa: PLR0913, PLR0917 - one argument an option
    source: str,
    key: str | None,
    policy: Path | None,
    older: tuple[Path, ...],
    archives: tuple[Path, ...],
    part: str | None,
    entry: Path | None,
    token: str | None,
    output: str,
) -> None:
    """Verify SOURCE: a bundle, a folder, the URL of a gate, or a receipt.

    A receipt is a .tlog-proof beside its --entry, or a decision as `countersign check
    --receipt FILE` kept it.

    Finds edits, deletions, insertions, reordering, forged signatures, and, with an older
    checkpoint, truncation and forks. Trusts nothing that SOURCE says of itself. Entries that
    the gate no longer has are read from each --archive, and checked like all others.

    With --output json a log gives is_whole, size, checked, findings (fault, seq, message), more
    (how many faults are not named) and elsewhere (what is in archives that were not given); a
    receipt is_proven, and why not.

    \b
    countersign log verify log.zip --key "$KEY" --checkpoint last-month.checkpoint
    countersign log verify log.zip --archive 0-16384.zip --key "$KEY"
    countersign log verify 0-16384.zip --part 0:16384 --key "$KEY"
    countersign log verify decision.tlog-proof --entry decision.json --key "$KEY"
    countersign log verify decision.json --key "$KEY"
    """  # noqa: D301 - click takes a backspace as: keep these lines as they are
    try:
        trusted = _trust(key, policy)
        if entry is None and _begins(Path(source), receipt.HEADER.encode()):
            exits.could_not("a receipt proves one entry: give it by --entry")
        if entry is not None or _begins(Path(source), b"{"):
            _verify_receipt(Path(source), entry, trusted, output)
            return
        layers = files.Layers(files.of(source, token), archives, beside.of(source, token))
        wanted = _range(part)
        report = _audited(layers, trusted, older, wanted)
        elsewhere = layers.told()
    except (ClientError, ProofError, files.BundleError, OSError) as error:
        exits.could_not(str(error))
    _tell(report, output, wanted, elsewhere)


def _range(part: str | None) -> range | None:
    if part is None:
        return None
    low, parting, high = part.partition(":")
    ends = [text for text in (low, high) if text.isascii() and text.isdigit() and len(text) < 17]  # noqa: PLR2004 - digits of the largest place
    if not parting or len(ends) != 2 or int(low) >= int(high) or int(low) % TILE_WIDTH:  # noqa: PLR2004 - both ends
        exits.could_not(f"--part: expected LOW:HIGH, such as 0:16384, not {part[:40]!r}")
    return range(int(low), int(high))


def _trust(key: str | None, policy: Path | None) -> Trust:
    if (key is None) == (policy is None):
        exits.could_not("give either --key or --trust: whom to believe is not the log's to say")
    if policy is not None:
        return trust.parse(policy.read_text(encoding="utf-8", errors="replace"))
    return trust.of_key(note.parse_key(key or ""))


def _begins(source: Path, beginning: bytes) -> bool:
    if not source.is_file():
        return False
    with source.open("rb") as file:
        return file.read(len(beginning)) == beginning


def _verify_receipt(source: Path, entry: Path | None, trusted: Trust, output: str) -> None:
    content = source.read_bytes()
    try:
        if entry is None:
            proof, proven = receipt.detached(content)
        else:
            proof, proven = receipt.parse(content.decode("utf-8", "replace")), entry.read_bytes()
        receipt.verify(proof, proven, trusted)
    except ProofError as error:
        fault: ProofError | None = error
    else:
        fault = None
    if output == "json":
        why = {} if fault is None else {"message": fault.message}
        click.echo(json.dumps({"is_proven": fault is None, **why}))
    elif fault is None:
        click.echo("proven: exactly these bytes are in the log")
    else:
        click.echo(f"NOT PROVEN: {fault.message}")
    if fault is not None:
        raise SystemExit(BROKEN)


def _audited(layers: Layers, trusted: Trust, older: tuple[Path, ...], part: range | None) -> Report:
    notes = [path.read_text(encoding="utf-8", errors="replace") for path in older]
    with bar_of_entries() as progress:
        task = progress.add_task("verifying", total=None)
        report = audit.audit(
            layers.read,
            trusted,
            [*notes, *layers.checkpoints()],
            lambda count: progress.update(task, completed=count),
            part,
        )
    # What the gate says of a file that it cannot give names the entry: the audit can but miss all.
    said = [Finding(Fault.MISSING, None, line) for line in layers.lost]
    torn = [Finding(Fault.UNREADABLE, None, line) for line in layers.damaged]
    return replace(report, findings=(*said, *torn, *report.findings))


def _tell(report: Report, output: str, part: range | None, elsewhere: list[str]) -> NoReturn:
    stated = report.checkpoint
    if output == "json":
        findings = [asdict(finding) for finding in report.findings]
        size = None if stated is None else stated.size
        members: dict[str, Any] = {"is_whole": report.is_whole, "size": size, "findings": findings}
        members |= {"more": report.more, "checked": report.entries, "elsewhere": elsewhere}
        click.echo(json.dumps(members))
    elif report.is_whole and stated is not None and part is not None:
        told = f"entries {part.start} to {part.stop - 1} of the {stated.size} of {stated.origin}"
        click.echo(f"whole: {told}, root {stated.root.hex()}")
    elif report.is_whole and stated is not None:
        click.echo(f"whole: {stated.size} entries of {stated.origin}, root {stated.root.hex()}")
    else:
        click.echo("NOT WHOLE:")
        for finding in report.findings:
            click.echo(f"  {finding.fault}: {finding.message}")
        if report.more:
            click.echo(f"  and {report.more} findings more")
        for line in _archives_of(elsewhere):
            click.echo(line, err=True)
    raise SystemExit(0 if report.is_whole else BROKEN)


def _archives_of(elsewhere: Sequence[str]) -> Iterator[str]:
    """Tell of each archive that is wanted once, however many files are in it."""
    wanted = Counter(line.partition(" is in the ")[2] or line for line in elsewhere)
    for where, files_in_it in list(wanted.items())[:MOST_TOLD]:
        what = "1 file of the log is" if files_in_it == 1 else f"{files_in_it} files of the log are"
        yield f"not here, give it by --archive: {what} in the {where}"
    if len(wanted) > MOST_TOLD:
        yield f"and {len(wanted) - MOST_TOLD} archives more"
