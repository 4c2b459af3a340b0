"""OPA fetches its policies from the gate: signed, by long polling, the last good ones kept."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from prometheus_client import CollectorRegistry
from werkzeug.serving import make_server

from app.adapters.engines import policy_folder
from app.adapters.engines.delivery.shelf import BundleShelf
from app.adapters.engines.delivery.signature import BundleSigner
from app.adapters.engines.opa_server import OpaServer
from app.domain.caller import Role
from app.domain.errors import NotFoundError, PolicyEngineError
from app.domain.rollout.served import ServedBundle
from app.factory import build
from app.settings import Settings
from tests.contracts.test_policy_engine import POLICIES, VERDICTS
from tests.worlds import a_world

PATIENCE_SECONDS = 120
KEY = ec.derive_private_key(7, ec.SECP256R1())
SIGNER = BundleSigner(KEY, "release")
LIMIT = timedelta(seconds=30)


@pytest.fixture
def policies(tmp_path: Path) -> Path:
    return shutil.copytree(POLICIES, tmp_path / "policies")


def loosen(policies: Path) -> None:
    data = policies / "gate" / "profiles" / "data.yaml"
    data.write_text(data.read_text().replace("largest: 100", "largest: 101"))


class WatchedShelf(BundleShelf):
    """A shelf that remembers what it handed out to those who ask over HTTP."""

    def __init__(self, policies: Path, signer: BundleSigner) -> None:
        super().__init__(policies, signer)
        self._handed: list[str] = []
        self._more = threading.Condition()

    def wait_for_other(self, etag: str, limit: timedelta) -> ServedBundle:
        bundle = super().wait_for_other(etag, limit)
        with self._more:
            self._handed.append(bundle.revision)
            self._more.notify_all()
        return bundle

    def was_asked(self, revision: str, times: int) -> bool:
        """Wait until a revision was handed out so many times."""
        with self._more:
            return self._more.wait_for(
                lambda: self._handed.count(revision) >= times, PATIENCE_SECONDS
            )


@dataclass
class Served:
    """A gate that hands out bundles, at a URL, and a token that may fetch them."""

    url: str
    token: str


@contextmanager
def a_gate(shelf: BundleShelf, data_dir: Path) -> Iterator[Served]:
    world = a_world()
    settings = Settings.from_environment({"COUNTERSIGN_DATA_DIR": str(data_dir)})
    app = build(replace(world.ports, bundles=shelf), settings, CollectorRegistry())
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        url = f"http://127.0.0.1:{server.server_port}"
        yield Served(url, world.token("opa@acme.example", Role.DEPLOYER))
    finally:
        shelf.close()
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def an_opa(binary: Path, gate: Served, scratch: Path) -> Iterator[OpaServer]:
    """An OPA that fetches its bundle from the gate, and takes only what the key has signed."""
    public = KEY.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    credentials = {"bearer": {"token": gate.token}}
    configuration = {
        "services": {"countersign": {"url": gate.url, "credentials": credentials}},
        "keys": {"release": {"algorithm": "ES256", "key": public.decode()}},
        "bundles": {
            "gate": {
                "service": "countersign",
                "resource": "/v1/bundles/gate.tar.gz",
                "polling": {
                    "long_polling_timeout_seconds": 10,
                    "min_delay_seconds": 1,
                    "max_delay_seconds": 1,
                },
                "signing": {"keyid": "release"},
            }
        },
    }
    (scratch / "opa.json").write_text(json.dumps(configuration))
    command = [str(binary), "run", "--server", "--addr=unix://opa.sock", "--log-level=error"]
    with subprocess.Popen(  # noqa: S603 - a fixed command on files of the test
        [*command, "--config-file=opa.json"], cwd=scratch, stderr=subprocess.DEVNULL
    ) as process:
        engine = OpaServer(f"unix://{scratch}/opa.sock", VERDICTS, token=None, limit=LIMIT)
        try:
            yield engine
        finally:
            engine.close()
            process.terminate()


def eventually(engine: OpaServer, revision: str) -> bool:
    ends_at = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < ends_at:
        with suppress(PolicyEngineError):  # it has none yet
            if engine.ping() == revision:
                return True
        threading.Event().wait(0.02)
    return False


def test_opa_gets_the_policies_and_each_change_of_them(
    opa_binary: Path, policies: Path, tmp_path: Path
) -> None:
    shelf = BundleShelf(policies, SIGNER)
    first = policy_folder.read(policies).revision
    with a_gate(shelf, tmp_path) as gate, an_opa(opa_binary, gate, tmp_path) as engine:
        assert eventually(engine, first)

        loosen(policies)
        second = policy_folder.read(policies).revision
        assert second != first
        assert eventually(engine, second)


def test_opa_keeps_the_last_good_policies_when_another_key_signs(
    opa_binary: Path, policies: Path, tmp_path: Path
) -> None:
    shelf = WatchedShelf(policies, SIGNER)
    first = policy_folder.read(policies).revision
    with a_gate(shelf, tmp_path) as gate, an_opa(opa_binary, gate, tmp_path) as engine:
        assert eventually(engine, first)

        # Somebody has got hold of the gate, but not of the key.
        shelf._signer = BundleSigner(ec.derive_private_key(8, ec.SECP256R1()), "release")  # noqa: SLF001 - as said above
        loosen(policies)
        forged = policy_folder.read(policies).revision
        # OPA asks a second time for what it has refused once.
        assert shelf.was_asked(forged, times=2)
        assert engine.ping() == first


def test_a_folder_that_breaks_leaves_the_last_good_bundle(policies: Path) -> None:
    shelf = BundleShelf(policies, SIGNER)
    good = shelf.current()
    (policies / "gate" / "quorums" / "data.yaml").write_text("production: yes\n")

    assert shelf.wait_for_other(good.etag, timedelta(seconds=1)) == good


def test_a_folder_that_never_was_good_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(PolicyEngineError):
        BundleShelf(tmp_path / "absent", SIGNER).current()


def test_without_a_key_nothing_is_handed_out(policies: Path) -> None:
    with pytest.raises(NotFoundError, match="no key"):
        BundleShelf(policies, signer=None).current()


def test_whoever_waits_is_answered_when_the_gate_closes(policies: Path) -> None:
    shelf = BundleShelf(policies, SIGNER)
    bundle = shelf.current()
    shelf.close()
    started_at = time.monotonic()

    assert shelf.wait_for_other(bundle.etag, timedelta(seconds=300)) == bundle
    assert time.monotonic() - started_at < 60
