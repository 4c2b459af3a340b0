"""`countersign replay`: is a decision what its policies say, and what would others have said?"""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import click

from app.bootstrap import engines
from app.cli import exits
from app.cli.client import Client, ClientError
from app.cli.replay import one, report
from app.cli.replay.source import FromFile, FromGate, Kept, Source
from app.domain.errors import GateError
from app.domain.rollout.replayed import Replay
from app.gate.rollout.replay import replay as replay_all

_FILE = exits.FILE
_BUNDLE = exits.Given(exists=True, path_type=Path)
_OF_MANY = "--since, --decisions, --keep, --acknowledge, --output markdown"
_DATE = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ"])


@click.command(
    epilog="Exit codes: 0 equal, or nothing is loosened, or it is acknowledged; 1 the verdict "
    "differs, or a release would now be allowed that was not; 3 nothing could be replayed."
)
@click.argument("decision", required=False)
@click.option("--candidate", type=_BUNDLE, help="A policies folder, or a bundle.")
@click.option("--since", type=_DATE, help="Decisions since this day (UTC).")
@click.option("--decisions", "file", type=_FILE, help="Decisions of a file that --keep wrote.")
@click.option("--keep", type=click.Path(dir_okay=False, path_type=Path), help="Write them here.")
@click.option("--acknowledge", is_flag=True, help="Exit with 0 although decisions are loosened.")
@click.option("--output", type=click.Choice(sorted(report.WRITERS)), default="table")
@click.option("--opa", envvar="COUNTERSIGN_OPA_BINARY", type=_FILE, help="The opa executable.")
@click.option("--url", envvar="COUNTERSIGN_URL", default="http://127.0.0.1:8080", show_default=True)
@click.option("--token", envvar="COUNTERSIGN_TOKEN", help="A token that may read decisions.")
def replay(  # noqa: PLR0913 - one argument an option
    *,
    decision: str | None,
    candidate: Path | None,
    since: datetime | None,
    file: Path | None,
    keep: Path | None,
    acknowledge: bool,
    output: str,
    opa: Path | None,
    url: str,
    token: str | None,
) -> None:
    """Decide again: one DECISION by its own policies, or many by those of --candidate.

    Each is decided on its own stored input, with its own stored time. DECISION, an id, is
    compared byte for byte with its record; it runs on the opa executable where there is one,
    else embedded. Decisions of which it cannot be known are told with the reason.
    --candidate needs the opa executable.

    \b
    countersign replay 01a20f39-e27e-7620-a68c-2af96c41349e
    countersign replay --candidate ./policies --since 2026-11-01 --output markdown
    """  # noqa: D301 - click takes a backspace as: keep these lines as they are
    if decision is not None and candidate is None:
        if since or file or keep or acknowledge or output == "markdown":
            exits.could_not(f"replay of one decision takes no {_OF_MANY}")
        one.replay(decision, Client(url, token or ""), opa or _found_opa(), output)
    if candidate is None or decision is not None:
        exits.could_not("give either a decision's id, or --candidate with other policies")
    try:
        source: Source = FromFile(file) if file else FromGate(Client(url, token or ""))
        with Kept(source, keep, since and since.replace(tzinfo=UTC)) as kept:
            replayed = _replayed(candidate, opa, kept)
    except GateError as error:
        exits.could_not(f"{error.message}\n{error.detail}".strip())
    except (ClientError, OSError) as error:
        exits.could_not(str(error))
    click.echo(report.WRITERS[output](replayed), nl=False)
    if not replayed.replayed:
        exits.could_not("no decision could be replayed, which shows nothing")
    raise SystemExit(1 if replayed.loosened and not acknowledge else 0)


def _replayed(policies: Path, opa: Path | None, kept: Kept) -> Replay:
    binary = opa or _found_opa()
    if binary is None:
        exits.could_not("replay on other policies needs the opa executable: give --opa")
    with engines.candidate(binary, policies) as candidate:
        return replay_all(kept.decisions(), kept.read_input, candidate)


def _found_opa() -> Path | None:
    found = shutil.which("opa")
    return None if found is None else Path(found)
