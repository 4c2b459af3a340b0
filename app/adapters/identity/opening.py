"""Opens what a file of identities names: issuers of tokens, and ways to sign in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.adapters.identity import configuration, fetching
from app.adapters.identity.code_flow import CodeFlow
from app.adapters.identity.configuration import Configuration
from app.adapters.identity.signed_tokens import SignedTokens

Trusted = tuple[SignedTokens, CodeFlow]


def trusted(file: Path | None, schema: Mapping[str, Any], address: str) -> Trusted:
    """Trust whom the file names, and nobody without one; `address` is the gate's own.

    Raises ConfigurationError.
    """
    stated = Configuration((), None) if file is None else configuration.read(file, schema)
    fetch, post = fetching.fetcher(stated.proxy), fetching.poster(stated.proxy)
    tokens = SignedTokens(stated.issuers, fetch)
    return tokens, CodeFlow(stated.issuers, tokens, address, fetch, post)
