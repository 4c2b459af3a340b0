"""`countersign log witness`: have witnesses cosign the log, so that it cannot be two logs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
import requests

from app.cli import exits
from app.cli.client import Client, ClientError
from app.cli.log.asking import asks, understood
from app.domain.errors import ProofError
from app.domain.log import checkpoint, cosigning, note, trust
from app.domain.log.trust import Trust

UNSEEN = 1
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_TIMEOUT_SECONDS = 10
_LARGEST_ANSWER = 64 * 1024


@click.command(epilog="Exit codes: 0 every witness cosigned, 1 one did not, 3 could not be asked.")
@click.option("--trust", "policy", type=_FILE, required=True, help="Witnesses with their URLs.")
@asks
def witness(policy: Path, url: str, token: str) -> None:
    """Have each witness of a C2SP trust policy cosign the newest checkpoint (tlog-witness).

    The gate keeps the cosignatures: `log checkpoint --witnessed` gives the newest checkpoint
    that has some. Needs an operator's token. Run it as often as the log should be seen.

    \b
    countersign log witness --trust witnesses.policy
    """  # noqa: D301 - click takes a backspace as: keep these lines as they are
    client = Client(url, token)
    try:
        trusted = trust.parse(policy.read_text(encoding="utf-8", errors="replace"))
        signed = (client.fetch("/v1/log/checkpoint") or b"").decode("utf-8", "replace")
        size = checkpoint.parse(note.split(signed)[0]).size
        lines = _cosigned(client, trusted, signed, size)
        if lines:
            client.post("/v1/log/cosignatures", {"size": size, "lines": lines})
    except (ClientError, ProofError, OSError) as error:
        exits.could_not(str(error))
    asked = len(trusted.urls)
    click.echo(f"{len(lines)} of {asked} witnesses cosigned the log at size {size}")
    raise SystemExit(0 if lines and len(lines) == asked else UNSEEN)


def _cosigned(client: Client, trusted: Trust, signed: str, size: int) -> list[str]:
    lines: list[str] = []
    for name, place in trusted.urls.items():
        try:
            answer = _asked(client, place, signed, size)
            lines.append(cosigning.cosignature(answer, signed, trusted.witnesses[name]))
        except (ProofError, ClientError) as error:
            click.echo(f"{name}: {error}", err=True)
        except requests.RequestException as error:
            click.echo(f"{name}: no answer from {place}: {type(error).__name__}", err=True)
    return lines


def _asked(client: Client, place: str, signed: str, size: int) -> bytes:
    # The witness says what it saw last; that it is asked with 0 first costs one answer.
    answer = _post(place, cosigning.request(0, (), signed))
    if answer.status_code == requests.codes.conflict:
        old = cosigning.size_seen(answer.content[:100])
        if old > size:
            raise ProofError(f"it saw {old} entries, and the log has {size}: A FORK OR A ROLLBACK")
        answer = _post(place, cosigning.request(old, _proof(client, old, size), signed))
    if answer.status_code == requests.codes.unprocessable:
        raise ProofError("it saw another log of this name: A FORK")
    if not answer.ok:
        raise ProofError(f"it refused with {answer.status_code}")
    return answer.content[:_LARGEST_ANSWER]


def _proof(client: Client, old: int, size: int) -> Sequence[bytes]:
    if old == 0:
        return ()
    told = client.ask("GET", f"/v1/log/consistency?old={old}&new={size}")
    with understood():
        return [checkpoint.decoded(value) for value in told["hashes"]]


def _post(place: str, content: bytes) -> requests.Response:
    return requests.post(
        f"{place.rstrip('/')}/add-checkpoint",
        data=content,
        timeout=_TIMEOUT_SECONDS,
        allow_redirects=False,
    )
