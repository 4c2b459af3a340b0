"""A log of three hundred entries on real SQLite, its gate on loopback, and its bundle."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from prometheus_client import CollectorRegistry

from app.adapters.stores.opening import Stores, open_sqlite
from app.cli.log import log as command
from app.domain.caller import EVERYWHERE, Role
from app.domain.digest import Digest
from app.domain.entry import Draft, Kind
from app.factory import build
from app.gate.issue_token import TokenRequest, issue_token
from app.settings import Settings
from tests.fakes.stores import SetClock
from tests.services.loopback import served
from tests.worlds import a_world

SIZE = 300


@dataclass(frozen=True)
class Audited:
    """A log, and the commands of whoever audits it."""

    url: str
    token: str
    operator: str
    key: str
    stores: Stores
    clock: SetClock
    folder: Path

    def run(self, *arguments: str) -> Result:
        """Run `countersign log`, as an auditor."""
        environment = {"COUNTERSIGN_URL": self.url, "COUNTERSIGN_TOKEN": self.token}
        return CliRunner(env=environment).invoke(command, list(arguments))


def fill(stores: Stores, clock: SetClock, first: int, end: int) -> None:
    """Append decisions, a second apart."""
    for n in range(first, end):
        outcome = ("allow", "deny", "pending")[n % 3]
        release = Digest.of(b"%d" % (n % 20))
        body = {"decision_id": f"d-{n}", "outcome": outcome, "reasons": []}
        stores.log.append(
            Draft(
                f"d-{n}", Kind.DECISION, "ci", body, release, "acme/scorer", "production", outcome
            )
        )
        clock.advance(1)


@contextmanager
def serving(folder: Path, filled: Callable[[Stores, SetClock], None]) -> Iterator[Audited]:
    """Serve a gate on a log of its own: two entries make its tokens, `filled` the others."""
    world = a_world()
    stores = open_sqlite(folder / "gate.db", "gate.test/log", world.clock)
    ports = replace(world.ports, log=stores.log, documents=stores.documents, tokens=stores.tokens)
    expires_at = world.clock.now().replace(year=2027)

    def issued(role: Role) -> str:
        asked = TokenRequest(f"{role}@acme.example", frozenset({role}), EVERYWHERE, expires_at)
        return issue_token(asked, "test", stores.tokens, ports.new_id, lambda: "s" * 43).token

    token, operator = issued(Role.AUDITOR), issued(Role.OPERATOR)
    filled(stores, world.clock)
    settings = Settings.from_environment({"COUNTERSIGN_DATA_DIR": str(folder)})
    with served(build(ports, settings, CollectorRegistry())) as url:
        yield Audited(url, token, operator, stores.log.key, stores, world.clock, folder)
    stores.close()


def filled(stores: Stores, clock: SetClock) -> None:
    """Fill a log up to the size that tests count on; two entries made its tokens."""
    fill(stores, clock, 2, SIZE)


@pytest.fixture(scope="session")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Audited]:
    with serving(tmp_path_factory.mktemp("audited"), filled) as made:
        yield made


@pytest.fixture(scope="session")
def bundle(audited: Audited) -> Path:
    target = audited.folder / "log.zip"
    assert audited.run("export", "--format", "bundle", "--file", str(target)).exit_code == 0
    return target


def members_of(bundle: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(bundle) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write_bundle(target: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return target
