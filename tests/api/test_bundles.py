from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from app.adapters.engines.delivery import archive, signature
from app.adapters.engines.delivery.shelf import BundleShelf
from app.adapters.engines.delivery.signature import BundleSigner
from app.domain.caller import Role
from tests.api.conftest import Gate
from tests.contracts.test_policy_engine import POLICIES
from tests.worlds import World, a_world

KEY = ec.derive_private_key(7, ec.SECP256R1())
PATH = "/v1/bundles/gate.tar.gz"


@pytest.fixture
def gate(serve: Callable[[World], Gate]) -> Gate:
    world = a_world()
    shelf = BundleShelf(POLICIES, BundleSigner(KEY, "release"))
    return serve(replace(world, ports=replace(world.ports, bundles=shelf)))


def test_the_bundle_is_signed_and_named_by_its_digest(gate: Gate) -> None:
    answer = gate.ask("GET", PATH, Role.DEPLOYER)

    assert answer.status_code == 200
    members = archive.read_members(answer.data)
    assert signature.must_be_signed(members, {"release": KEY.public_key()}) == "release"
    assert answer.headers["ETag"].strip('"') == gate.world.ports.bundles.current().etag


def test_a_client_that_has_it_gets_304_and_no_bytes(gate: Gate) -> None:
    etag = gate.ask("GET", PATH, Role.DEPLOYER).headers["ETag"]
    again = gate.ask("GET", PATH, Role.DEPLOYER, headers={"If-None-Match": etag})

    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == etag


def test_a_client_that_has_another_gets_the_bundle(gate: Gate) -> None:
    answer = gate.ask("GET", PATH, Role.DEPLOYER, headers={"If-None-Match": '"other"'})

    assert answer.status_code == 200


def test_a_client_that_would_wait_is_told_that_it_can(gate: Gate) -> None:
    prefer = {"Prefer": "modes=snapshot,delta;wait=1"}
    first = gate.ask("GET", PATH, Role.DEPLOYER, headers=prefer)
    held = {**prefer, "If-None-Match": first.headers["ETag"]}
    second = gate.ask("GET", PATH, Role.DEPLOYER, headers=held)

    assert first.headers["Content-Type"] == "application/vnd.openpolicyagent.bundles"
    assert (first.status_code, second.status_code) == (200, 304)


def test_without_a_token_there_is_no_bundle(gate: Gate) -> None:
    assert gate.ask("GET", PATH, None).status_code == 401


def test_a_gate_without_a_key_hands_out_none(serve: Callable[[World], Gate]) -> None:
    assert serve(a_world()).ask("GET", PATH, Role.DEPLOYER).status_code == 404


def test_a_gate_whose_engine_runs_other_policies_is_not_ready(gate: Gate) -> None:
    answer = gate.ask("GET", "/readyz", None)

    assert answer.status_code == 503
    assert "hands out sha256:" in answer.get_json()["ports"]["policies"]


def test_a_gate_that_hands_out_nothing_is_ready(serve: Callable[[World], Gate]) -> None:
    assert serve(a_world()).ask("GET", "/readyz", None).status_code == 200
