"""The environment, read once: every setting, described, and refused when it is wrong."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app import shipped

PREFIX = "COUNTERSIGN_"
_LOG_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,199}")
_PUBLIC_URL = re.compile(r"https?://[A-Za-z0-9.:\[\]-]+(?:/[A-Za-z0-9._~/-]*)?")
ENGINES = ("opa_wasm", "opa_child", "opa_server")

KMS_SCHEMES = ("awskms", "gcpkms", "azurekms", "hv", "hsm", "file2")
"""Of securesystemslib's signers; `file2` is a file, as its other tools write it."""


class SettingsError(Exception):
    """A setting is wrong; the gate does not start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How one gate runs. Each field is the environment variable COUNTERSIGN_<FIELD>."""

    data_dir: Path
    """Folder of the gate's own files: the log, uploaded documents."""
    database_url: str | None
    """postgresql://... for a log that several gates share; without it, SQLite in DATA_DIR."""
    log_name: str
    """Name of the log, which its checkpoints are signed for: best a host and path of yours."""
    policies: Path
    """Folder of the policies and their data: the root of the OPA bundle."""
    trust_roots: Path
    """Folder of trust domains, one file each: trusted roots (.json), keys or roots (.pem)."""
    askers: Path | None
    """YAML or JSON file of forges and registries that ask by webhook; none without it."""
    subscribers: Path | None
    """YAML or JSON file of who hears of what was recorded, by CloudEvents; nobody without it."""
    identities: Path | None
    """YAML or JSON file of the issuers (OIDC) whose tokens are taken; none without it."""
    signing_key: str | None
    """P-256 key file, or KMS key URI, of the gate's attestations; None: made in DATA_DIR."""
    signing_public_key: Path | None
    """PEM file of the public key, when SIGNING_KEY is a URI."""
    signing_pin: Path | None
    """File with the PIN of the token that SIGNING_KEY names (hsm:), for the gate's eyes alone."""
    verifier_id: str
    """The URI by which attestations name this gate."""
    engine: str
    """opa_wasm (embedded), opa_child (the gate runs `opa`), or opa_server (at OPA_URL)."""
    opa_url: str | None
    """Where OPA answers, for the engine opa_server."""
    opa_token: str | None
    """Bearer token for OPA at OPA_URL."""
    opa_ca: Path | None
    """PEM file of the authority that signed OPA's certificate."""
    opa_binary: Path | None
    """The `opa` executable, for the engine opa_child and for drafts of policies."""
    shadow_policies: Path | None
    """Folder of candidate policies that are evaluated beside the active ones; needs OPA_BINARY."""
    bundle_key: Path | None
    """P-256 key (PEM) that signs the bundle at /v1/bundles/gate.tar.gz; none without it."""
    bundle_key_id: str
    """The id by which OPA knows that key."""
    time_zone: ZoneInfo
    """Zone (IANA) in which policy is told the day and the hour, for hours of release."""
    decision_validity_days: int
    """Days after which an allow no longer lets a release in."""
    opa_deadline_seconds: float
    """Total time that one evaluation may take, whatever OPA does."""
    host: str
    """Address to listen on."""
    port: int
    """Port to listen on."""
    tls_certificate: Path | None
    """PEM file of the certificate (and chain) to serve HTTPS with; without it, HTTP."""
    tls_key: Path | None
    """PEM file of its private key."""
    tls_client_ca: Path | None
    """PEM file of the authorities one of which has to have signed a caller's certificate."""
    public_url: str | None
    """URL by which others reach the gate, for links; None: http://HOST:PORT."""
    threads: int
    """Requests served at once."""
    max_body_bytes: int
    """Largest JSON body of a request."""
    max_document_bytes: int
    """Largest document that PUT /v1/blobs takes."""
    log_level: str
    """Least severe level that is logged: DEBUG, INFO, WARNING or ERROR."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read the settings. Raises SettingsError for a wrong or an unknown one."""
        given = _given(os.environ if environment is None else environment)
        settings = cls(
            data_dir=Path(given.pop("data_dir", "var")),
            database_url=given.pop("database_url", None),
            log_name=given.pop("log_name", "countersign"),
            policies=Path(given.pop("policies", shipped.folder("policies"))),
            trust_roots=Path(given.pop("trust_roots", _trust_roots())),
            askers=_path(given.pop("askers", None)),
            subscribers=_path(given.pop("subscribers", None)),
            identities=_path(given.pop("identities", None)),
            signing_key=given.pop("signing_key", None),
            signing_public_key=_path(given.pop("signing_public_key", None)),
            signing_pin=_path(given.pop("signing_pin", None)),
            verifier_id=given.pop("verifier_id", "https://countersign.dev/gate"),
            engine=given.pop("engine", "opa_wasm"),
            opa_url=given.pop("opa_url", None),
            opa_token=given.pop("opa_token", None),
            opa_ca=_path(given.pop("opa_ca", None)),
            opa_binary=_path(given.pop("opa_binary", None)),
            shadow_policies=_path(given.pop("shadow_policies", None)),
            bundle_key=_path(given.pop("bundle_key", None)),
            bundle_key_id=given.pop("bundle_key_id", "countersign"),
            time_zone=_zone(given),
            decision_validity_days=int(_number(given, "decision_validity_days", 90, 1, 3650)),
            opa_deadline_seconds=_number(given, "opa_deadline_seconds", 2.0, 0.05, 30.0),
            host=given.pop("host", "127.0.0.1"),
            port=int(_number(given, "port", 8080, 0, 65535)),
            tls_certificate=_path(given.pop("tls_certificate", None)),
            tls_key=_path(given.pop("tls_key", None)),
            tls_client_ca=_path(given.pop("tls_client_ca", None)),
            public_url=given.pop("public_url", None),
            threads=int(_number(given, "threads", 16, 1, 256)),
            max_body_bytes=int(_number(given, "max_body_bytes", 8 << 20, 1024, 64 << 20)),
            max_document_bytes=int(_number(given, "max_document_bytes", 64 << 20, 1024, 1 << 30)),
            log_level=given.pop("log_level", "INFO"),
        )
        settings.check()
        return settings

    @property
    def address(self) -> str:
        """The URL by which others reach the gate."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def is_signing_key_in_kms(self) -> bool:
        """Whether the signing key is named by a URI."""
        scheme = (self.signing_key or "").partition(":")[0]
        return scheme in KMS_SCHEMES

    @property
    def opa_of_proposals(self) -> Path | None:
        """OPA on which proposed policies are tried; None: by the embedded engine.

        A gate on the embedded engine could not run Rego that only OPA compiles.
        """
        return None if self.engine == "opa_wasm" else self.opa_binary

    def check(self) -> None:
        """Raise SettingsError unless the settings fit each other and the machine."""
        if self.engine not in ENGINES:
            raise SettingsError(f"{PREFIX}ENGINE is {self.engine!r}: expected one of {ENGINES}")
        if self.engine == "opa_server" and not self.opa_url:
            raise SettingsError(f"{PREFIX}ENGINE=opa_server needs {PREFIX}OPA_URL")
        if self.engine == "opa_child" and not self.opa_binary:
            raise SettingsError(f"{PREFIX}ENGINE=opa_child needs {PREFIX}OPA_BINARY")
        if self.shadow_policies and not self.opa_binary:
            raise SettingsError(f"{PREFIX}SHADOW_POLICIES needs {PREFIX}OPA_BINARY")
        self._check_log()
        self._check_addresses()
        self._check_tls()
        for name in ("policies", "trust_roots"):
            if not getattr(self, name).is_dir():
                raise SettingsError(f"{PREFIX}{name.upper()} is no folder: {getattr(self, name)}")
        if self.is_signing_key_in_kms != (self.signing_public_key is not None):
            message = f"{PREFIX}SIGNING_PUBLIC_KEY goes with a URI as {PREFIX}SIGNING_KEY"
            raise SettingsError(message)
        if (self.signing_key or "").startswith("hsm:") != (self.signing_pin is not None):
            message = f"{PREFIX}SIGNING_PIN goes with hsm: as {PREFIX}SIGNING_KEY"
            raise SettingsError(message)
        if self.log_level not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
            message = (
                f"{PREFIX}LOG_LEVEL is {self.log_level!r}: expected DEBUG, INFO, WARNING, ERROR"
            )
            raise SettingsError(message)

    def _check_addresses(self) -> None:
        if "://" not in self.verifier_id:
            raise SettingsError(f"{PREFIX}VERIFIER_ID is no URI: {self.verifier_id!r}")
        if not _PUBLIC_URL.fullmatch(self.address):
            message = f"{PREFIX}PUBLIC_URL: expected http(s)://host[:port][/path]"
            raise SettingsError(message)

    def _check_tls(self) -> None:
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise SettingsError(f"{PREFIX}TLS_CERTIFICATE and {PREFIX}TLS_KEY go together")
        if self.tls_client_ca is not None and self.tls_certificate is None:
            raise SettingsError(f"{PREFIX}TLS_CLIENT_CA needs {PREFIX}TLS_CERTIFICATE")
        for name in ("tls_certificate", "tls_key", "tls_client_ca"):
            file = getattr(self, name)
            if file is not None and not file.is_file():
                raise SettingsError(f"{PREFIX}{name.upper()} is no file: {file}")

    def _check_log(self) -> None:
        if self.database_url and not self.database_url.startswith("postgresql://"):
            raise SettingsError(f"{PREFIX}DATABASE_URL: expected postgresql://...")
        if not _LOG_NAME.fullmatch(self.log_name):
            raise SettingsError(f"{PREFIX}LOG_NAME: expected a name such as gate.example.org/log")


def _trust_roots() -> Path:
    """Find the pinned trusted roots that come with Countersign."""
    return Path(__file__).resolve().parent / "adapters" / "signatures" / "trust_roots"


def _given(environment: Mapping[str, str]) -> dict[str, str]:
    known = {field.name for field in fields(Settings)}
    given: dict[str, str] = {}
    for variable, value in environment.items():
        if not variable.startswith(PREFIX):
            continue
        name = variable.removeprefix(PREFIX).lower()
        if name in {"digest_cache", "token", "url"}:  # the CLI reads these, as a client
            continue
        if name not in known:
            raise SettingsError(f"{variable} is not a setting; a misspelt one would be ignored")
        given[name] = value
    return given


def _path(value: str | None) -> Path | None:
    return Path(value) if value else None


def _zone(given: dict[str, str]) -> ZoneInfo:
    name = given.pop("time_zone", "UTC")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        variable = f"{PREFIX}TIME_ZONE"
        message = f"{variable} is {name!r}: expected a zone such as UTC or Europe/Berlin"
        raise SettingsError(message) from error


def _number(given: dict[str, str], name: str, default: float, least: float, most: float) -> float:
    text = given.pop(name, None)
    if text is None:
        return default
    try:
        value = float(text)
    except ValueError:
        value = least - 1
    if not least <= value <= most:
        variable = PREFIX + name.upper()
        raise SettingsError(f"{variable} is {text!r}: expected a number from {least} to {most}")
    return value
