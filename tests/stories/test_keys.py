"""A gate whose keys are exchanged between two starts tells of it in its log."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from flask.testing import FlaskClient
from prometheus_client import CollectorRegistry
from werkzeug.test import TestResponse

from app import bootstrap, factory
from app.adapters.system.identifiers import new_id, new_secret
from app.bootstrap import storage
from app.domain.caller import EVERYWHERE, Role
from app.gate.issue_token import TokenRequest, issue_token
from app.settings import Settings

KEY, BUNDLE = "/v1/attestation-key", "/v1/bundles/gate.tar.gz"
ADOPTED = "/v1/log?kind=key_adopted"


class Asked:
    """A gate in this process, and an auditor who asks it."""

    def __init__(self, client: FlaskClient, token: str) -> None:
        self._client = client
        self._headers = {"Authorization": f"Bearer {token}"}

    def get(self, path: str) -> TestResponse:
        """Ask for a path."""
        return self._client.get(path, headers=self._headers)

    def told(self) -> list[dict[str, Any]]:
        """List what the log tells of keys, oldest first."""
        listed: list[dict[str, Any]] = self.get(ADOPTED).get_json()["entries"]
        return listed[::-1]


@contextmanager
def a_gate(data: Path, *, is_frozen: bool = False, **more: str) -> Iterator[Asked]:
    """Start a gate on this data, frozen before it starts or not."""
    settings = Settings.from_environment({"COUNTERSIGN_DATA_DIR": str(data), **more})
    ends = datetime.now(UTC) + timedelta(hours=1)
    asked = TokenRequest("auditor", frozenset({Role.AUDITOR}), EVERYWHERE, ends)
    with storage.opened_stores(settings) as stores:
        token = issue_token(asked, "test", stores.tokens, new_id, new_secret).token
    if is_frozen:
        freeze(data)
    registry = CollectorRegistry()
    ports = bootstrap.ports(settings, registry)
    try:
        yield Asked(factory.build(ports, settings, registry).test_client(), token)
    finally:
        ports.close()


def a_bundle_key(path: Path) -> str:
    form = serialization.PrivateFormat.PKCS8
    key = ec.generate_private_key(ec.SECP256R1())
    plain = serialization.NoEncryption()
    path.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, plain))
    return str(path)


def test_another_attestation_key_is_told_with_the_one_before(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with a_gate(data) as gate:
        first = gate.get(KEY).text
    (data / "attestations.pem").unlink()
    with a_gate(data) as gate:
        second = gate.get(KEY).text
        told = gate.told()

    assert first != second
    assert [one["key"]["public_key"] for one in told] == [first, second]
    assert told[1]["replaces"] == told[0]["key"]


def test_the_same_attestation_key_after_a_start_is_no_news(tmp_path: Path) -> None:
    for _ in range(2):
        with a_gate(tmp_path / "data") as gate:
            gate.get(KEY)
            told = gate.told()

    assert len(told) == 1


def test_another_key_of_bundles_is_told_before_one_is_handed_out(tmp_path: Path) -> None:
    data = tmp_path / "data"
    for name in ("first.pem", "second.pem"):
        with a_gate(data, COUNTERSIGN_BUNDLE_KEY=a_bundle_key(tmp_path / name)) as gate:
            assert gate.get(BUNDLE).status_code == 200
            told = gate.told()

    assert [one["use"] for one in told] == ["policies", "policies"]
    assert told[1]["replaces"] == told[0]["key"]


def freeze(data: Path) -> None:
    with closing(sqlite3.connect(data / "countersign.db")) as database, database:
        database.execute("UPDATE head SET frozen = 'by a test'")


def test_a_frozen_log_gives_the_key_that_it_knows(tmp_path: Path) -> None:
    with a_gate(tmp_path / "data") as gate:
        known = gate.get(KEY).text
        freeze(tmp_path / "data")
        again = gate.get(KEY)

    assert (again.status_code, again.text) == (200, known)


@pytest.mark.parametrize("path", [KEY, BUNDLE])
def test_a_frozen_log_gives_nothing_of_a_key_that_it_does_not_know(
    tmp_path: Path, path: str
) -> None:
    with a_gate(tmp_path / "data", COUNTERSIGN_BUNDLE_KEY=a_bundle_key(tmp_path / "a.pem")):
        pass
    other = a_bundle_key(tmp_path / "b.pem")
    with a_gate(tmp_path / "data", is_frozen=True, COUNTERSIGN_BUNDLE_KEY=other) as gate:
        refused = gate.get(path)

    assert (refused.status_code, refused.get_json()["code"]) == (503, "store_unavailable")
