"""Strikes a served gate under load, and shows that nothing that was told is lost: `make faults`.

    python -m bench.faults [--kills 20] [--store sqlite|postgresql] [--only kills|faults|keys]

The gate is `countersign serve` on SQLite, gunicorn with two workers on a PostgreSQL of its own.
Callers ask all the while, each again with its key until it has the decision:
    (1) kill -9 of every process of the gate, twenty times
    (2) its workers killed; PostgreSQL stopped, killed, hung; the disk full: what is answered
        meanwhile, and how long after the end of it until the next decision
    (3) one key of sixteen callers at once
Exit codes: 0 all as it should be, 1 something is not.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click
import requests

from bench import strikes
from bench.callers import SUBMISSION, Answer, Callers, Kept, kept
from bench.strikes import Site, Strike
from tests.plugins.real_postgresql import MIGRATED
from tests.services.gates import Gate, a_token, environment_of, served

STORES = ("sqlite", "postgresql")
PARTS = ("kills", "faults", "keys")
KILLS = 20
CALLERS = 8
AT_ONCE = 16
KEYS = 25
ACKNOWLEDGED = 40
"""Decisions that are answered before the gate is struck."""
LONGEST_START = 90.0
LONGEST_ANSWER = 15.0
"""Seconds within which every caller hears something, whatever the store does."""


def main() -> None:
    """Strike, print, and exit with 1 unless all is as it should be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--store", choices=STORES, help="One store only.")
    parser.add_argument("--only", choices=PARTS, help="One part only.")
    given = parser.parse_args()
    kinds = (given.store,) if given.store else STORES
    parts = (given.only,) if given.only else PARTS
    wrong: list[str] = []
    if "kills" in parts:
        wrong += _kills(kinds, given.kills)
    if "faults" in parts:
        wrong += _faults(kinds)
    if "keys" in parts:
        wrong += _keys(kinds)
    if wrong:
        raise SystemExit("not as it should be: " + "; ".join(wrong))
    click.echo("\nall as it should be: nothing that was told is lost")


@contextmanager
def _site(kind: str, *, is_small: bool = False) -> Iterator[Site]:
    """Make a folder and a database for one gate; on a disk of little room if it is to be filled."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="countersign-")))
        folder.chmod(0o755)  # the server may run as another user
        disk = stack.enter_context(strikes.small_disk(folder / "disk")) if is_small else folder
        server = None
        if kind == "postgresql":
            server = stack.enter_context(strikes.server(disk))
        url = server.make_database(f"gate-{uuid.uuid4()}", MIGRATED) if server else None
        environment = environment_of(folder if server else disk, url)
        token = a_token(environment)
        workers = 2 if server else 1
        yield Site(environment, token, folder / "gate.log", workers, server, disk)


def _kills(kinds: tuple[str, ...], kills: int) -> list[str]:
    click.echo(f"\nkill -9 of every process of the gate, {CALLERS} callers asking all the while")
    told: list[tuple[str, Kept, list[float]]] = []
    for kind in kinds:
        with _site(kind) as site:
            told.append((kind, *_killed(site, kills)))
    rows: dict[str, list[object]] = {
        "kills": [kills for _ in told],
        "decisions acknowledged": [one.acknowledged for _, one, _ in told],
        "acknowledged and lost": [one.lost for _, one, _ in told],
        "recorded and told to nobody": [one.twice for _, one, _ in told],
        "gaps in the log": [one.gaps for _, one, _ in told],
        "root recomputes": ["yes" if one.is_root_right else "NO" for _, one, _ in told],
        "faults that `store check` finds": [one.faults for _, one, _ in told],
        "started until a decision, mean, s": [f"{statistics.mean(s):.1f}" for _, _, s in told],
        "started until a decision, most, s": [f"{max(s):.1f}" for _, _, s in told],
    }
    click.echo(f"  {'':<37}" + "".join(f"{kind:>13}" for kind, _, _ in told))
    for name, figures in rows.items():
        click.echo(f"  {name:<37}" + "".join(f"{figure:>13}" for figure in figures))
    return [f"{kind}: kills" for kind, one, _ in told if not one.is_whole]


def _killed(site: Site, kills: int) -> tuple[Kept, list[float]]:
    took: list[float] = []
    callers = Callers(site.url, site.token, CALLERS)
    for number in range(kills + 1):
        start = time.monotonic()
        with _gate(site) as gate:
            _acknowledged(callers, start)
            took.append(callers.decisions(start)[0].at - start)
            if number < kills:
                gate.kill()
            else:
                callers.stop()
    return kept(site.environment, callers.answers), took


def _faults(kinds: tuple[str, ...]) -> list[str]:
    click.echo(f"\nfaults under load: what {CALLERS} callers hear, and when they are decided again")
    click.echo(f"  {'':<31}{'answers meanwhile':<27}{'longest':>8}{'again':>7} lost")
    wrong: list[str] = []
    for kind in kinds:
        for strike in strikes.STRIKES[kind]:
            if strike.is_of_disk and kind == "postgresql" and os.geteuid() != 0:
                click.echo(f"  {kind}: {strike.name}: not made, for only root mounts a small disk")
                continue
            with _site(kind, is_small=strike.is_of_disk) as site:
                is_good = _struck(kind, site, strike)
            if not is_good:
                wrong.append(f"{kind}: {strike.name}")
    click.echo("  longest: seconds to the slowest of these answers; again: seconds from the end")
    click.echo("  of the fault to the next decision, without hands")
    return wrong


def _struck(kind: str, site: Site, strike: Strike) -> bool:
    with _gate(site) as gate:
        callers = Callers(gate.url, site.token, CALLERS)
        _acknowledged(callers, 0.0)
        start = time.monotonic()
        with strike.during(site, gate):
            is_heard = callers.wait_for(
                lambda: len(callers.refusals(start, time.monotonic())) >= CALLERS, LONGEST_START
            )
        end = time.monotonic()
        _acknowledged(callers, end)
        again = callers.decisions(end)[0].at - end
        callers.stop()
    said = callers.refusals(start, end)
    there = kept(site.environment, callers.answers)
    longest = max((one.seconds for one in said), default=0.0)
    lost = there.lost + there.twice + there.gaps
    name = f"{kind}: {strike.name}"
    click.echo(f"  {name:<31}{_said(said):<27}{longest:>7.1f}s{again:>6.1f}s{lost:>5}")
    is_clean = all(_is_clean(one, strike) for one in callers.refusals(start, time.monotonic()))
    return there.is_whole and is_heard and is_clean and longest <= LONGEST_ANSWER


def _said(answers: list[Answer]) -> str:
    counts = Counter(
        f"{one.status} {one.code[:17]}" if one.status else "connection lost" for one in answers
    )
    return ", ".join(f"{said} x{count}" for said, count in counts.most_common())


def _is_clean(answer: Answer, strike: Strike) -> bool:
    if not answer.status:
        return strike.is_of_gate  # whose process is killed is not answered
    is_told_when = bool(answer.retry_after)
    return (answer.status, answer.code, is_told_when) == (503, "store_unavailable", True)


def _keys(kinds: tuple[str, ...]) -> list[str]:
    click.echo(f"\none Idempotency-Key of {AT_ONCE} callers at once, {KEYS} keys one after another")
    click.echo(f"  {'':<26}{'answers':>9}{'of them 200':>13}{'decisions told':>16}{'recorded':>10}")
    wrong: list[str] = []
    for kind in kinds:
        with _site(kind) as site, _gate(site) as gate:
            answers = [one for n in range(KEYS) for one in _of_one_key(gate, site, f"key-{n}")]
            gate.kill()
            there = kept(site.environment, answers)
        decided = {one.decision_id for one in answers if one.is_decision}
        fine = sum(one.is_decision for one in answers)
        recorded = there.acknowledged - there.lost + there.twice
        name = f"{kind}, {site.workers} worker{'s' if site.workers > 1 else ''}"
        click.echo(f"  {name:<26}{len(answers):>9}{fine:>13}{len(decided):>16}{recorded:>10}")
        if not (there.is_whole and len(decided) == recorded == KEYS and fine == len(answers)):
            wrong.append(f"{kind}: one key, one decision")
    return wrong


def _of_one_key(gate: Gate, site: Site, key: str) -> list[Answer]:
    def ask(_: int) -> Answer:
        start = time.monotonic()
        headers = {"Authorization": f"Bearer {site.token}", "Idempotency-Key": key}
        url = f"{gate.url}/v1/decisions"
        told = requests.post(url, json=SUBMISSION, headers=headers, timeout=60)
        body: Mapping[str, object] = told.json() if told.ok else {}
        now, seq = time.monotonic(), int(str(body.get("seq", -1)))
        decision = str(body.get("decision_id", ""))
        return Answer(key, now, now - start, told.status_code, seq=seq, decision_id=decision)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(ask, range(AT_ONCE)))


@contextmanager
def _gate(site: Site) -> Iterator[Gate]:
    with served(site.environment, site.token, site.log, workers=site.workers) as gate:
        yield gate


def _acknowledged(callers: Callers, since: float) -> None:
    if not callers.wait_for(lambda: len(callers.decisions(since)) >= ACKNOWLEDGED, LONGEST_START):
        raise SystemExit(f"no {ACKNOWLEDGED} decisions within {LONGEST_START:.0f} seconds")


if __name__ == "__main__":
    main()
