"""Worlds: the ports of a gate made of fakes, each under its port's own contract suite."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from argon2.profiles import CHEAPEST

from app import shipped
from app.adapters import cards, evaluations
from app.adapters.engines.delivery.library import Library
from app.adapters.engines.delivery.shelf import BundleShelf
from app.adapters.engines.verdict import VerdictReader
from app.adapters.engines.workbench.opa_workbench import OpaWorkbench
from app.adapters.identity import opening
from app.adapters.identity.passwords import Argon2Passwords
from app.adapters.manifests.reader import KubernetesManifests
from app.adapters.stores.opening import Stores
from app.adapters.system.answers import KeptAnswers
from app.bootstrap import engines
from app.domain.attestations.summary import Verifier
from app.domain.caller import EVERYWHERE, Role, Scope
from app.domain.events.subscriber import Subscriber
from app.gate.issue_token import TokenRequest, issue_token
from app.ports import Asker, Enforcement, Identities, Issuers, Ports, SignIns
from tests.builders import a_practice
from tests.fakes.attestor import FakeAttestor
from tests.fakes.courier import FakeCourier
from tests.fakes.engine import FakeEngine, FakeSources
from tests.fakes.signatures import FakeSignatures
from tests.fakes.stores import SetClock, in_memory_stores

QUICK = Argon2Passwords(CHEAPEST)
"""Argon2id in its weakest form: a test shows what is done with hashes, not how strong they are."""
NOBODY = opening.trusted(None, {}, "https://gate.acme.example")
"""Trusts no issuer: as a gate does that was not told of any."""
VERDICT = json.loads((shipped.folder("schemas") / "verdict.json").read_bytes())
QUORUMS = {"production": {"limited": {"data_scientist": 1}}}


def allow(_: Mapping[str, Any]) -> dict[str, Any]:
    """A policy that finds nothing wrong: what it is asked about is up to the test."""
    return {
        "outcome": "allow",
        "reasons": [],
        "warnings": [],
        "profile": "production/limited",
        "checks": {"expected": ["signatures"], "ran": ["signatures"]},
    }


def wants_a_data_scientist(document: Mapping[str, Any]) -> dict[str, Any]:
    """A policy that waits until the one seat is filled."""
    if all(seat["open"] == 0 for seat in document["approvals"]["seats"]):
        return allow(document)
    reason = {
        "code": "approvals.seat_open",
        "at": "/approvals/seats/0",
        "message": "a seat of data_scientist is open",
        "is_pending": True,
        "who": "data_scientist",
        "how": "approve the release",
    }
    return {**allow(document), "outcome": "pending", "reasons": [reason]}


@dataclass
class World:
    """Fakes behind every port, and handles to what a test wants to change or look at."""

    ports: Ports
    stores: Stores
    engine: FakeEngine
    sources: FakeSources
    signatures: FakeSignatures
    clock: SetClock
    courier: FakeCourier
    told: list[Mapping[str, Any]] = field(default_factory=list)
    alerts: list[Mapping[str, Any]] = field(default_factory=list)

    def tell(self, body: Mapping[str, Any]) -> None:
        """Hear of a decision: the world is its own notifier."""
        self.told.append(body)

    def token(
        self,
        subject: str,
        *roles: Role,
        scope: Scope = EVERYWHERE,
        lives: timedelta = timedelta(hours=1),
    ) -> str:
        """Issue a token that lives an hour, unless another time is given."""
        expires_at = self.clock.now() + lives
        asked = TokenRequest(subject, frozenset(roles), scope, expires_at)
        ports = self.ports
        return issue_token(asked, "test", ports.tokens, ports.new_id, lambda: "s" * 43).token


class Relay:
    """Tells worlds of decisions and emergencies."""

    def __init__(self) -> None:
        self.worlds: list[World] = []

    def tell(self, body: Mapping[str, Any]) -> None:
        for world in self.worlds:
            world.tell(body)

    def alert(self, body: Mapping[str, Any]) -> None:
        for world in self.worlds:
            world.alerts.append(body)


def a_world(
    policy: Callable[[Mapping[str, Any]], object] = allow,
    trusted: tuple[Issuers, SignIns] = NOBODY,
    opa: Path | None = None,
    subscribers: tuple[Subscriber, ...] = (),
    askers: tuple[Asker, ...] = (),
    **practice: Any,
) -> World:
    """A gate's world whose policy is a function, and whose policy data states this practice.

    Drafts of policies are tried with the opa, if there is one.
    """
    clock = SetClock()
    stores = in_memory_stores(clock)
    engine = FakeEngine(policy, a_practice(QUORUMS, **practice), VerdictReader(VERDICT))
    sources, courier, signatures = FakeSources(), FakeCourier(), FakeSignatures()
    numbers = count()
    relay = Relay()
    ports = Ports(
        clock=clock,
        documents=stores.documents,
        card_readers=cards.READERS,
        report_readers=evaluations.READERS,
        scores_by_sample=evaluations.scores_by_sample,
        signatures=signatures,
        attestor=FakeAttestor(),
        verifier=Verifier("https://gate.acme.example", "1.0"),
        engine=engine,
        bundles=BundleShelf(shipped.folder("policies"), signer=None),
        workbench=OpaWorkbench(opa, shipped.folder("policies"), lambda: None),
        policies=sources,
        library=Library(partial(engines.recorded, opa=None)),
        log=stores.log,
        tokens=stores.tokens,
        identities=Identities(*trusted, QUICK, stores.credentials),
        notifiers=(relay,),
        subscribers=subscribers,
        courier=courier,
        askers=askers,
        address="https://gate.acme.example",
        new_id=lambda: f"id-{next(numbers)}",
        new_secret=lambda: "s" * 43,
        enforcement=Enforcement(KubernetesManifests(), KeptAnswers()),
        validity=timedelta(days=90),
        close=stores.close,
    )
    world = World(ports, stores, engine, sources, signatures, clock, courier)
    relay.worlds.append(world)
    return world
