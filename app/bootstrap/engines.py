"""The policies that decide, those that stand beside them, and those that are tried."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

from prometheus_client import CollectorRegistry

from app import shipped
from app.adapters.engines.delivery import sources
from app.adapters.engines.delivery.activated import (
    ActivatedEngine,
    ActivatedPolicies,
    FollowedEngine,
)
from app.adapters.engines.delivery.shelf import BundleShelf
from app.adapters.engines.delivery.signature import read_signer
from app.adapters.engines.delivery.told_signer import ToldSigner
from app.adapters.engines.policy_folder import PolicyFolder
from app.adapters.engines.verdict import VerdictReader
from app.adapters.system.identifiers import new_id
from app.domain.errors import GateError
from app.domain.rollout.activation import Activation
from app.gate.log.adopt import adopt
from app.ports import Candidate, Log, PolicyEngine
from app.settings import Settings, SettingsError

CANDIDATE_LIMIT = timedelta(seconds=2)
"""Time that a candidate may take over one recorded input."""


def chosen(
    settings: Settings, active: ActivatedPolicies, registry: CollectorRegistry, log: Log
) -> PolicyEngine:
    """Start the engine of the active policies, with the settings' candidate beside it."""
    return shadowed(active_engine(settings, active), settings, registry, log)


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
    verdicts = VerdictReader(shipped.schema("verdict"))
    limit = timedelta(seconds=settings.opa_deadline_seconds)
    match settings.engine:
        case "opa_wasm":
            from app.adapters.engines.opa_wasm import OpaWasm  # noqa: PLC0415 - see above

            inputs = shipped.schema("policy_input")
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


def bundles(
    settings: Settings, activated: Callable[[], PolicyFolder | None], log: Log
) -> BundleShelf:
    """Make the shelf of the active policies, which signs them if there is a key.

    Raises PolicyEngineError.
    """
    if settings.bundle_key is None:
        return BundleShelf(settings.policies, signer=None)
    signer = read_signer(settings.bundle_key, settings.bundle_key_id)
    return BundleShelf(
        settings.policies, ToldSigner(signer, partial(adopt, log=log, new_id=new_id)), activated
    )


def shadowed(
    active: PolicyEngine, settings: Settings, registry: CollectorRegistry, log: Log
) -> PolicyEngine:
    """Put the candidate of the settings, if there is one, beside the active engine."""
    if settings.shadow_policies is None or settings.opa_binary is None:
        return active
    from app.adapters.engines.candidates.shadow import ShadowedEngine  # noqa: PLC0415 - see above
    from app.adapters.engines.candidates.shadow_log import ShadowLog  # noqa: PLC0415 - see above
    from app.adapters.engines.opa_child import OpaChild  # noqa: PLC0415 - see above

    verdicts = VerdictReader(shipped.schema("verdict"))
    limit = timedelta(seconds=settings.opa_deadline_seconds)
    try:
        beside = OpaChild(settings.opa_binary, settings.shadow_policies, verdicts, limit=limit)
    except GateError:
        active.close()
        raise
    return ShadowedEngine(active, beside, ShadowLog(registry, log, new_id))


@contextmanager
def recorded(content: bytes, revision: str, opa: Path | None) -> Iterator[Candidate]:
    """Run policies as they were kept, for a while: on OPA, or embedded where that can be.

    Raises PolicyEngineError for sources of another revision, and for Rego that only OPA runs.
    """
    from app.adapters.engines.candidates import embedded, opa_batch  # noqa: PLC0415 - see above

    verdicts = VerdictReader(shipped.schema("verdict"))
    if opa is None:
        inputs = shipped.schema("policy_input")
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

    verdicts = VerdictReader(shipped.schema("verdict"))
    batch = OpaBatch(opa, archive.read(policies), verdicts, limit=CANDIDATE_LIMIT)
    try:
        yield batch
    finally:
        batch.close()
