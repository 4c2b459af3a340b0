"""Reads the file that says whose tokens are believed (schemas/identities.json), YAML or JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from app import configured
from app.configured import ConfigurationError
from app.domain.caller import Role, Scope, must_go_together
from app.domain.canonical import pointer
from app.domain.errors import ForbiddenError
from app.domain.identity.issuer import Expected, Forge, Issuer, Rule

_SCOPES = ("openid", "email", "profile")
_ALGORITHMS = ("RS256", "ES256")
_LONGEST_LIFE_MINUTES = 60


@dataclass(frozen=True, slots=True)
class Client:
    """What the gate is to an issuer at which people sign in."""

    name: str
    label: str
    client_id: str
    secret: str | None
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TrustedIssuer:
    """An issuer, where its keys are (None: discovery tells), and how people sign in there."""

    issuer: Issuer
    jwks_uri: str | None
    client: Client | None = None


@dataclass(frozen=True, slots=True)
class Configuration:
    """What the file says."""

    issuers: tuple[TrustedIssuer, ...]
    proxy: str | None


def read(file: Path, schema: Mapping[str, Any]) -> Configuration:
    """Read the file and refuse one that would trust too many. Raises ConfigurationError."""
    stated: Mapping[str, Any] = configured.read(file, schema)
    issuers = tuple(
        _issuer(one, stated["audience"], file.parent, pointer("issuers", index))
        for index, one in enumerate(stated["issuers"])
    )
    urls = [one.issuer.url for one in issuers]
    if len(set(urls)) != len(urls):
        raise ConfigurationError("/issuers: an issuer stands there twice")
    names = [one.client.name for one in issuers if one.client]
    if len(set(names)) != len(names):
        raise ConfigurationError("/issuers: two ways to sign in have the same name")
    return Configuration(issuers, stated.get("proxy"))


def _issuer(stated: Mapping[str, Any], audience: str, folder: Path, at: str) -> TrustedIssuer:
    forge = Forge(stated["forge"])
    issuer = Issuer(
        url=stated["issuer"],
        forge=forge,
        audience=audience,
        algorithms=frozenset(stated.get("algorithms", _ALGORITHMS)),
        longest_life=timedelta(minutes=stated.get("longest_life_minutes", _LONGEST_LIFE_MINUTES)),
        identified_by=tuple(stated["identified_by"]),
        rules=tuple(
            _rule(rule, forge, at + pointer("rules", index))
            for index, rule in enumerate(stated["rules"])
        ),
    )
    if fault := issuer.fault():
        raise ConfigurationError(f"{at}: {fault}")
    client = None
    if "sign_in" in stated:
        client = _client(stated["sign_in"], folder, at + pointer("sign_in"))
        if client.client_id == audience:
            # Else a token that a browser got would do for the API, and the other way round.
            raise ConfigurationError(f"{at}/sign_in/client_id: this is the audience of jobs")
    return TrustedIssuer(issuer, stated.get("jwks_uri"), client)


def _client(stated: Mapping[str, Any], folder: Path, at: str) -> Client:
    secret = None
    if "client_secret_file" in stated:
        try:
            secret = (folder / stated["client_secret_file"]).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            message = f"{at}/client_secret_file: cannot be read: {type(error).__name__}"
            raise ConfigurationError(message) from error
    scopes = tuple(stated.get("scopes", _SCOPES))
    return Client(stated["name"], stated["label"], stated["client_id"], secret, scopes)


def _rule(stated: Mapping[str, Any], forge: Forge, at: str) -> Rule:
    when = {name: _values(value) for name, value in stated["when"].items()}
    roles = frozenset(Role(role) for role in stated["roles"])
    for name, values in when.items():
        if forge is not Forge.OTHER and not all(isinstance(value, str) for value in values):
            claim = at + pointer("when", name)
            raise ConfigurationError(f"{claim}: claims of {forge} are texts: put it in quotes")
    try:
        must_go_together(roles)
    except ForbiddenError as error:
        raise ConfigurationError(f"{at}/roles: {error.message}") from error
    scope = Scope(frozenset(stated["projects"]), frozenset(stated["stages"]))
    return Rule(stated["name"], when, roles, scope)


def _values(value: Expected | list[Expected]) -> tuple[Expected, ...]:
    return tuple(value) if isinstance(value, list) else (value,)
