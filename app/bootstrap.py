"""The composition root: from settings to the adapters behind the ports.

The only file of the service that names both. A new format, engine or store is one file in
its folder and one line here (readers have theirs in their folder's READERS). An engine is
imported where it is chosen, so that one that is not chosen costs nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry

from app import __version__, shipped
from app.adapters import cards, evaluations
from app.adapters.askers import configuration as askers_file
from app.adapters.askers.clerk import Clerk
from app.adapters.attestations.local_key import LocalKey
from app.adapters.engines.delivery import sources
from app.adapters.engines.delivery.activated import (
    ActivatedEngine,
    ActivatedPolicies,
    FollowedEngine,
)
from app.adapters.engines.delivery.library import Library
from app.adapters.engines.delivery.shelf import BundleShelf
from app.adapters.engines.delivery.signature import read_signer
from app.adapters.engines.delivery.sources import FolderSources
from app.adapters.engines.policy_folder import PolicyFolder
from app.adapters.engines.verdict import VerdictReader
from app.adapters.engines.workbench.opa_workbench import OpaWorkbench
from app.adapters.events import configuration as subscribers_file
from app.adapters.events.courier import HTTPCourier
from app.adapters.events.dispatcher import Dispatcher
from app.adapters.identity.passwords import Argon2Passwords
from app.adapters.manifests.reader import KubernetesManifests
from app.adapters.notify.counters import DecisionCounters
from app.adapters.reading.remembered import Remembered
from app.adapters.stores.opening import Stores, open_postgres, open_sqlite
from app.adapters.system.answers import KeptAnswers
from app.adapters.system.clock import SystemClock
from app.adapters.system.identifiers import new_id, new_secret
from app.domain.attestations.summary import Verifier
from app.domain.errors import GateError
from app.domain.events.subscriber import Subscriber
from app.domain.rollout.activation import Activation
from app.ports import (
    Asker,
    Attestor,
    Candidate,
    Enforcement,
    Identities,
    Issuers,
    PolicyEngine,
    Ports,
    SignatureVerifier,
    SignIns,
)
from app.settings import Settings, SettingsError

CANDIDATE_LIMIT = timedelta(seconds=2)
"""Time that a candidate may take over one recorded input."""


def ports(settings: Settings, registry: CollectorRegistry) -> Ports:
    """Put an adapter behind every port. Raises SettingsError or GateError."""
    verifier, believed = signatures(settings), trusted(settings)
    (hearing, asking), busy = outward(settings), (Dispatcher(), Clerk())
    stores = open_stores(settings)
    try:
        key = attestor(settings)
        active = ActivatedPolicies(stores.log, stores.documents)
        shelf = bundles(settings, active.read)
        engine = shadowed(active_engine(settings, active), settings, registry)
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
        library=Library(partial(recorded, opa=settings.opa_of_proposals)),
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
    except GateError:
        ports.close()
        raise
    return ports


def _close(*parts: Dispatcher | Clerk | BundleShelf | PolicyEngine | Stores) -> None:
    for part in parts:
        part.close()


def open_stores(settings: Settings) -> Stores:
    """Open the store of the data folder, which is made if it is not there."""
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        message = f"COUNTERSIGN_DATA_DIR cannot be made: {error.strerror}: {settings.data_dir}"
        raise SettingsError(message) from error
    name, clock = settings.log_name, SystemClock()
    if settings.database_url:
        key_file = settings.data_dir / "log.key"
        return open_postgres(settings.database_url, name, clock, key_file)
    return open_sqlite(settings.data_dir / "countersign.db", name, clock)


@contextmanager
def opened_stores(settings: Settings) -> Iterator[Stores]:
    """Open the store for a short while, as long as no gate has it."""
    stores = open_stores(settings)
    try:
        yield stores
    finally:
        stores.close()


def signatures(settings: Settings) -> SignatureVerifier:
    """Verify against the pinned trust roots of the settings, and no others."""
    from app.adapters.signatures import trusted_roots  # noqa: PLC0415 - see above
    from app.adapters.signatures.sigstore_bundles import SigstoreBundles  # noqa: PLC0415 - see above

    return SigstoreBundles(trusted_roots.read_folder(settings.trust_roots), SystemClock())


def trusted(settings: Settings) -> tuple[Issuers, SignIns]:
    """Believe the issuers of the settings' file, and none without it. Raises SettingsError."""
    from app.adapters.identity import configuration, opening  # noqa: PLC0415 - see above

    try:
        return opening.trusted(settings.identities, _schema("identities"), settings.address)
    except configuration.ConfigurationError as error:
        raise SettingsError(f"{settings.identities}: {error}") from error


def outward(settings: Settings) -> tuple[tuple[Subscriber, ...], tuple[Asker, ...]]:
    """Read who hears of what, and who asks by webhook; nobody without files of theirs."""
    clock, address = SystemClock(), settings.address
    try:
        hearing = subscribers_file.read(settings.subscribers, _schema("subscribers"))
        return hearing, askers_file.read(settings.askers, _schema("askers"), clock, address)
    except ValueError as error:
        raise SettingsError(str(error)) from error


def _schema(name: str) -> Any:  # noqa: ANN401 - a JSON document
    return json.loads((shipped.folder("schemas") / f"{name}.json").read_bytes())


def attestor(settings: Settings) -> Attestor:
    """Reach the key of the gate's attestations. Raises AttestorError."""
    if settings.is_signing_key_in_kms and settings.signing_key and settings.signing_public_key:
        from app.adapters.attestations.kms_key import KMSKey  # noqa: PLC0415 - see above

        return KMSKey(settings.signing_key, settings.signing_public_key)
    return LocalKey(Path(settings.signing_key or settings.data_dir / "attestations.pem"))


def active_engine(settings: Settings, active: ActivatedPolicies) -> PolicyEngine:
    """Start the engine of the settings on the active policies, whichever they become."""
    if settings.engine == "opa_server":
        return FollowedEngine(policy_engine(settings, settings.policies), active.now)

    def start(activation: Activation | None) -> PolicyEngine:
        if activation is None:
            return policy_engine(settings, settings.policies)
        content = active.sources(activation)
        with sources.unpacked(content, activation.revision) as folder:
            return policy_engine(settings, folder)

    return ActivatedEngine(active.now, start)


def policy_engine(settings: Settings, policies: Path) -> PolicyEngine:
    """Start the engine that the settings name; there is no other to fall back to."""
    verdicts = VerdictReader(_schema("verdict"))
    limit = timedelta(seconds=settings.opa_deadline_seconds)
    match settings.engine:
        case "opa_wasm":
            from app.adapters.engines.opa_wasm import OpaWasm  # noqa: PLC0415 - see above

            inputs = _schema("policy_input")
            return OpaWasm(policies, verdicts, input_schema=inputs, limit=limit)
        case "opa_child" if settings.opa_binary is not None:
            from app.adapters.engines.opa_child import OpaChild  # noqa: PLC0415 - see above

            return OpaChild(settings.opa_binary, policies, verdicts, limit=limit)
        case "opa_server" if settings.opa_url is not None:
            from app.adapters.engines.opa_server import OpaServer  # noqa: PLC0415 - see above

            return OpaServer(
                settings.opa_url,
                verdicts,
                token=settings.opa_token,
                limit=limit,
                ca_file=settings.opa_ca,
            )
    raise SettingsError(f"the engine {settings.engine} lacks its settings")


def bundles(settings: Settings, activated: Callable[[], PolicyFolder | None]) -> BundleShelf:
    """Put the active policies on the shelf, if there is a key. Raises PolicyEngineError."""
    if settings.bundle_key is None:
        return BundleShelf(settings.policies, signer=None)
    signer = read_signer(settings.bundle_key, settings.bundle_key_id)
    shelf = BundleShelf(settings.policies, signer, activated)
    shelf.current()
    return shelf


def shadowed(active: PolicyEngine, settings: Settings, registry: CollectorRegistry) -> PolicyEngine:
    """Put the candidate of the settings, if there is one, beside the active engine."""
    if settings.shadow_policies is None or settings.opa_binary is None:
        return active
    from app.adapters.engines.candidates.shadow import ShadowedEngine  # noqa: PLC0415 - see above
    from app.adapters.engines.candidates.shadow_log import ShadowLog  # noqa: PLC0415 - see above
    from app.adapters.engines.opa_child import OpaChild  # noqa: PLC0415 - see above

    verdicts = VerdictReader(_schema("verdict"))
    limit = timedelta(seconds=settings.opa_deadline_seconds)
    try:
        beside = OpaChild(settings.opa_binary, settings.shadow_policies, verdicts, limit=limit)
    except GateError:
        active.close()
        raise
    return ShadowedEngine(active, beside, ShadowLog(registry))


@contextmanager
def recorded(content: bytes, revision: str, opa: Path | None) -> Iterator[Candidate]:
    """Run policies as they were kept, for a while: on OPA, or embedded where that can be.

    Raises PolicyEngineError for sources of another revision, and for Rego that only OPA runs.
    """
    from app.adapters.engines.candidates import embedded, opa_batch  # noqa: PLC0415 - see above

    verdicts = VerdictReader(_schema("verdict"))
    if opa is None:
        inputs = _schema("policy_input")
        files = sources.files_of(content, revision)
        with embedded.running(files, verdicts, inputs, CANDIDATE_LIMIT) as engine:
            yield engine
        return
    policies = sources.unpack(content, revision)
    batch = opa_batch.OpaBatch(opa, policies, verdicts, limit=CANDIDATE_LIMIT)
    try:
        yield batch
    finally:
        batch.close()


@contextmanager
def candidate(opa: Path, policies: Path) -> Iterator[Candidate]:
    """Run other policies than the active ones for a while. Raises PolicyEngineError."""
    from app.adapters.engines.candidates.opa_batch import OpaBatch  # noqa: PLC0415 - see above
    from app.adapters.engines.delivery import archive  # noqa: PLC0415 - see above

    verdicts = VerdictReader(_schema("verdict"))
    batch = OpaBatch(opa, archive.read(policies), verdicts, limit=CANDIDATE_LIMIT)
    try:
        yield batch
    finally:
        batch.close()
