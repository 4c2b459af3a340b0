"""One decision, decided again by its own policies: equal, what differs, or not replayable."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import asdict
from pathlib import Path
from typing import NoReturn

import click
import requests

from app.bootstrap import engines
from app.cli import exits
from app.cli.client import Client, ClientError
from app.cli.replay.source import FromGate
from app.domain.rollout.again import Again
from app.domain.rollout.replayed import NotReplayed
from app.gate.rollout.again import again
from app.ports import Candidate

DIFFERS = 1


def replay(decision_id: str, client: Client, opa: Path | None, output: str) -> NoReturn:
    """Decide it again, tell, and exit: 0 equal, 1 differs, 3 not replayable."""

    def run(sources: bytes, revision: str) -> AbstractContextManager[Candidate]:
        return engines.recorded(sources, revision, opa)

    gate = FromGate(client)
    made: Again | NotReplayed
    try:
        made = again(gate.decision(decision_id), gate, run)
    except ClientError as error:
        if error.status != requests.codes.gone:
            exits.could_not(str(error))
        made = NotReplayed(decision_id, "unknown", str(error))
    if output == "json":
        click.echo(json.dumps({"is_equal": _is_equal(made), **asdict(made)}))
    else:
        click.echo("\n".join(_lines(made)))
    if isinstance(made, NotReplayed):
        raise SystemExit(exits.COULD_NOT_DECIDE)
    raise SystemExit(0 if _is_equal(made) else DIFFERS)


def _is_equal(made: Again | NotReplayed) -> bool | None:
    return None if isinstance(made, NotReplayed) else not made.differences


def _lines(made: Again | NotReplayed) -> Iterator[str]:
    if isinstance(made, NotReplayed):
        yield f"NOT REPLAYABLE: {made.why}"
        return
    yield "EQUAL, byte for byte" if _is_equal(made) else "DIFFERENT"
    yield f"  decision {made.decision_id}"
    yield f"  policies {made.revision}, evaluated by {made.engine}"
    for found in made.differences:
        yield f"  {found.at}\n    recorded {found.recorded}\n    replayed {found.replayed}"
