"""The composition root: from settings to the adapters behind the ports.

The only package of the service that names both; a module for each side of it:

    storage     the log, its documents and its tokens
    outside     who is trusted, who asks by webhook, who hears, which key signs
    engines     which policies decide, which stand beside, which are tried
    __init__    all of them in one Ports

A new format, engine or store is one file in its folder and one line here (readers have
theirs in their folder's READERS). What is not chosen is not imported, so it costs nothing.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from functools import partial

from prometheus_client import CollectorRegistry

from app import __version__
from app.adapters import cards, evaluations
from app.adapters.askers.clerk import Clerk
from app.adapters.engines.delivery.activated import ActivatedPolicies
from app.adapters.engines.delivery.library import Library
from app.adapters.engines.delivery.shelf import BundleShelf
from app.adapters.engines.delivery.sources import FolderSources
from app.adapters.engines.workbench.opa_workbench import OpaWorkbench
from app.adapters.events.courier import HTTPCourier
from app.adapters.events.dispatcher import Dispatcher
from app.adapters.identity.passwords import Argon2Passwords
from app.adapters.manifests.reader import KubernetesManifests
from app.adapters.notify.counters import DecisionCounters
from app.adapters.reading.remembered import Remembered
from app.adapters.stores.opening import Stores
from app.adapters.system.answers import KeptAnswers
from app.adapters.system.clock import SystemClock
from app.adapters.system.identifiers import new_id, new_secret
from app.bootstrap import engines, outside, storage
from app.domain.attestations.summary import Verifier
from app.domain.errors import GateError, NotFoundError, StoreError
from app.ports import Enforcement, Identities, PolicyEngine, Ports
from app.settings import Settings


def ports(settings: Settings, registry: CollectorRegistry) -> Ports:
    """Put an adapter behind every port. Raises SettingsError or GateError."""
    verifier, believed = outside.signatures(settings), outside.trusted(settings)
    (hearing, asking), busy = outside.correspondents(settings), (Dispatcher(), Clerk())
    stores = storage.open_stores(settings)
    try:
        key = outside.attestor(settings, stores.log)
        active = ActivatedPolicies(stores.log, stores.documents)
        shelf = engines.bundles(settings, active.read, stores.log)
        engine = engines.chosen(settings, active, registry, stores.log)
    except GateError:
        stores.close()
        raise
    whole = Ports(
        clock=SystemClock(settings.time_zone),
        documents=stores.documents,
        card_readers=tuple(Remembered(reader) for reader in cards.READERS),
        report_readers=tuple(Remembered(reader) for reader in evaluations.READERS),
        scores_by_sample=evaluations.scores_by_sample,
        signatures=verifier,
        attestor=key,
        verifier=Verifier(settings.verifier_id, __version__),
        engine=engine,
        bundles=shelf,
        workbench=OpaWorkbench(settings.opa_binary, settings.policies, active.files),
        policies=FolderSources(settings.policies),
        library=Library(partial(engines.recorded, opa=settings.opa_of_proposals)),
        log=stores.log,
        tokens=stores.tokens,
        identities=Identities(*believed, Argon2Passwords(), stores.credentials),
        notifiers=(DecisionCounters(registry), *busy),
        subscribers=hearing,
        courier=HTTPCourier(SystemClock()),
        askers=asking,
        address=settings.address,
        new_id=new_id,
        new_secret=new_secret,
        enforcement=Enforcement(KubernetesManifests(), KeptAnswers()),
        validity=timedelta(days=settings.decision_validity_days),
        close=partial(_close, *busy, shelf, engine, stores),
    )
    return _started(busy, whole)


def _started(parts: tuple[Dispatcher, Clerk], ports: Ports) -> Ports:
    # Whoever subscribes is noted before anything is recorded that it would miss.
    try:
        for part in parts:
            part.start(ports)
        # With no key there is no bundle, and none until the log can be told of the key.
        with suppress(NotFoundError, StoreError):
            ports.bundles.current()
    except GateError:
        ports.close()
        raise
    return ports


def _close(*parts: Dispatcher | Clerk | BundleShelf | PolicyEngine | Stores) -> None:
    for part in parts:
        part.close()
