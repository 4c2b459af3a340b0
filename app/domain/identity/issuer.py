"""Issuers of signed tokens (OIDC): what a token must state, and whom it then stands for.

A token stands for somebody only by rules on exact claims. A rule has to pin who is meant by
an identifier that nobody else can get at this issuer: names of repositories are given away
again, `sub` is put together by administrators, and an environment of a name has everybody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from app.domain.caller import Caller, Role, Scope
from app.domain.errors import UnauthenticatedError

LEEWAY = timedelta(seconds=30)
"""How far the clocks of the issuer and of this machine may be apart."""
_REGISTERED = frozenset({"iss", "aud", "sub", "exp", "iat", "nbf", "jti", "azp", "nonce"})
_SAFE = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/:@._-")
_LONGEST_CLAIM = 500


class Forge(StrEnum):
    """What kind of issuer it is, and so which claims name a tenant of it for good."""

    GITHUB = "github"
    GITLAB = "gitlab"
    OTHER = "other"


ANCHORS = {
    Forge.GITHUB: frozenset({"repository_id", "repository_owner_id", "enterprise_id"}),
    Forge.GITLAB: frozenset({"project_id", "namespace_id"}),
}
"""Claims of which every rule names one, where everybody can get tokens of the issuer."""
HOSTS = {
    "token.actions.githubusercontent.com": Forge.GITHUB,
    "gitlab.com": Forge.GITLAB,
}
_FOREIGN_CODE = "pull_request_target"
"""An event of GitHub that runs with the base branch's claims for somebody else's change."""

Expected = str | bool | int


@dataclass(frozen=True, slots=True)
class Rule:
    """Claims that a token must have, each one of the values; and what it then may be."""

    name: str
    when: Mapping[str, tuple[Expected, ...]]
    roles: frozenset[Role]
    scope: Scope

    def fits(self, claims: Mapping[str, Any]) -> bool:
        """Whether every claim is exactly one of the values, or a list that holds one."""
        if "email" in self.when and claims.get("email_verified") is not True:
            return False  # else whoever types somebody's address into a profile is somebody
        if claims.get("event_name") == _FOREIGN_CODE and "event_name" not in self.when:
            return False
        return all(_holds(claims.get(name), wanted) for name, wanted in self.when.items())


@dataclass(frozen=True, slots=True)
class Issuer:
    """One issuer that is trusted, for what its rules say."""

    url: str
    forge: Forge
    audience: str
    algorithms: frozenset[str]
    longest_life: timedelta
    identified_by: tuple[str, ...]
    """Claims that together are who it is: the subject in the record."""
    rules: tuple[Rule, ...]

    def fault(self) -> str | None:
        """Tell why this configuration would trust too many, or None."""
        host = self.url.partition("://")[2].partition("/")[0].partition(":")[0]
        known = Forge.GITHUB if host.endswith(".ghe.com") else HOSTS.get(host)
        if known is not None and known is not self.forge:
            return f"forge: this is {known}"
        for rule in self.rules:
            if anchors := ANCHORS.get(self.forge):
                if not anchors & rule.when.keys():
                    wanted = ", ".join(sorted(anchors))
                    return f"rule {rule.name!r} would trust everybody there: name one of {wanted}"
            elif not rule.when.keys() - _REGISTERED - {"email_verified"}:
                return f"rule {rule.name!r} rests on sub alone: name a claim besides {_listed()}"
        return None


def caller(claims: Mapping[str, Any], issuer: Issuer, now: datetime, token_id: str) -> Caller:
    """From claims whose signature, issuer and audience were verified to a caller.

    The first rule that fits says what they are; rules are never added up. Raises
    UnauthenticatedError.
    """
    _must_be_alive(claims, issuer, now)
    rule = next((rule for rule in issuer.rules if rule.fits(claims)), None)
    if rule is None:
        raise UnauthenticatedError(f"no rule for {issuer.url} fits the claims of this token")
    return Caller(_subject(claims, issuer), rule.roles, token_id, rule.scope)


def _must_be_alive(claims: Mapping[str, Any], issuer: Issuer, now: datetime) -> None:
    issued, expires = _moment(claims, "iat"), _moment(claims, "exp")
    moment, leeway = now.timestamp(), LEEWAY.total_seconds()
    if expires <= moment - leeway:
        raise UnauthenticatedError("this token has expired")
    # Not from nbf on: GitHub puts it ten minutes before the token is issued.
    if issued > moment + leeway:
        raise UnauthenticatedError("this token was issued in the future")
    if "nbf" in claims and _moment(claims, "nbf") > moment + leeway:
        raise UnauthenticatedError("this token is not valid yet")
    if expires - issued > issuer.longest_life.total_seconds():
        minutes = int(issuer.longest_life.total_seconds() // 60)
        raise UnauthenticatedError(f"this token lives longer than {minutes} minutes")


def _moment(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UnauthenticatedError(f"this token lacks the time {name}")
    return float(value)


def _subject(claims: Mapping[str, Any], issuer: Issuer) -> str:
    """Write who it is: the issuer and the claims that identify, as a URI that says them all."""
    stated = []
    for name in issuer.identified_by:
        value = claims.get(name)
        if not isinstance(value, str) or not 0 < len(value) <= _LONGEST_CLAIM:
            raise UnauthenticatedError(f"this token lacks the claim {name}")
        stated.append(f"{_encoded(name)}={_encoded(value)}")
    return f"{issuer.url}#{'&'.join(stated)}"


def _encoded(text: str) -> str:
    # Percent-encoding (RFC 3986 section 2.1): no claim can pass for two, or for another's.
    return "".join(chr(b) if b in _SAFE else f"%{b:02X}" for b in text.encode())


def _holds(claim: object, wanted: tuple[Expected, ...]) -> bool:
    stated = claim if isinstance(claim, list) else [claim]
    return any(_is_same(one, value) for one in stated for value in wanted)


def _is_same(one: object, other: object) -> bool:
    return type(one) is type(other) and one == other  # else True would be 1, and 1 be 1.0


def _listed() -> str:
    return ", ".join(sorted(_REGISTERED))
