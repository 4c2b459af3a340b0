"""Whom the gate believes, whom it hears and tells, and the key that it signs with."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from app import shipped
from app.adapters.askers import configuration as askers_file
from app.adapters.attestations.local_key import LocalKey
from app.adapters.attestations.told_key import ToldKey
from app.adapters.events import configuration as subscribers_file
from app.adapters.system.clock import SystemClock
from app.adapters.system.identifiers import new_id
from app.configured import ConfigurationError
from app.domain.events.subscriber import Subscriber
from app.gate.log.adopt import adopt
from app.ports import Asker, Attestor, Issuers, Log, SignatureVerifier, SignIns
from app.settings import Settings, SettingsError


def signatures(settings: Settings) -> SignatureVerifier:
    """Verify against the pinned trust roots of the settings, and no others."""
    from app.adapters.signatures import trusted_roots  # noqa: PLC0415 - see above
    from app.adapters.signatures.sigstore_bundles import SigstoreBundles  # noqa: PLC0415 - see above

    return SigstoreBundles(trusted_roots.read_folder(settings.trust_roots), SystemClock())


def trusted(settings: Settings) -> tuple[Issuers, SignIns]:
    """Believe the issuers of the settings' file, and none without it. Raises SettingsError."""
    from app.adapters.identity import opening  # noqa: PLC0415 - see above

    try:
        return opening.trusted(settings.identities, shipped.schema("identities"), settings.address)
    except ConfigurationError as error:
        raise SettingsError(f"{settings.identities}: {error}") from error


def correspondents(settings: Settings) -> tuple[tuple[Subscriber, ...], tuple[Asker, ...]]:
    """Read who hears of what, and who asks by webhook; nobody without files of theirs."""
    clock, address = SystemClock(), settings.address
    try:
        hearing = subscribers_file.read(settings.subscribers, shipped.schema("subscribers"))
        return hearing, askers_file.read(settings.askers, shipped.schema("askers"), clock, address)
    except ValueError as error:
        raise SettingsError(str(error)) from error


def attestor(settings: Settings, log: Log) -> Attestor:
    """Reach the key of the gate's attestations, of which the log is told. Raises AttestorError."""
    return ToldKey(_key(settings), partial(adopt, log=log, new_id=new_id))


def _key(settings: Settings) -> Attestor:
    if settings.is_signing_key_in_kms and settings.signing_key and settings.signing_public_key:
        from app.adapters.attestations.kms_key import KMSKey  # noqa: PLC0415 - see above

        return KMSKey(settings.signing_key, settings.signing_public_key, settings.signing_pin)
    return LocalKey(Path(settings.signing_key or settings.data_dir / "attestations.pem"))
