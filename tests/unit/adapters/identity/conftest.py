from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from app.adapters.identity.configuration import TrustedIssuer
from app.adapters.identity.fetching import fetcher
from app.adapters.identity.signed_tokens import SignedTokens
from app.domain.caller import Role
from app.domain.identity.issuer import Forge, Issuer, Rule
from tests.builders import a_scope
from tests.services.issuer import AUDIENCE, TestIssuer, serving


@pytest.fixture
def issuer() -> Iterator[TestIssuer]:
    with serving(TestIssuer()) as served:
        yield served


def a_rule(**changes: Any) -> Rule:
    """Trust one repository's job in one environment."""
    stated: dict[str, Any] = {
        "name": "release",
        "when": {"repository_id": ("1001",), "environment": ("production",)},
        "roles": frozenset({Role.SUBMITTER}),
        "scope": a_scope("acme", stages=("production",)),
    }
    return Rule(**{**stated, **changes})


def an_issuer(url: str, **changes: Any) -> Issuer:
    """An issuer of the shape of GitHub's."""
    stated: dict[str, Any] = {
        "url": url,
        "forge": Forge.GITHUB,
        "audience": AUDIENCE,
        "algorithms": frozenset({"RS256", "ES256"}),
        "longest_life": timedelta(minutes=60),
        "identified_by": ("repository_id", "job_workflow_ref"),
        "rules": (a_rule(),),
    }
    return Issuer(**{**stated, **changes})


def tokens(*issuers: Issuer) -> SignedTokens:
    """Trust these issuers, whose keys discovery tells."""
    return SignedTokens([TrustedIssuer(one, None) for one in issuers], fetcher(None))
