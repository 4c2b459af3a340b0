"""A signer of bundles that signs none before the log tells of its key."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from app.adapters.engines.delivery.signature import BundleSigner
from app.domain.attestations.adoption import GateKey, Use


class ToldSigner:
    """Signs as another does, once its key is told of."""

    def __init__(self, signing: BundleSigner, tell: Callable[[GateKey], None]) -> None:
        self._signing = signing
        self._tell = tell
        self._key = GateKey(Use.POLICIES, signing.key_id, signing.public_key.decode())

    def signed(self, files: Mapping[str, bytes]) -> dict[str, bytes]:
        """Add `.signatures.json` to the files of a bundle. Raises StoreError."""
        self._tell(self._key)
        return self._signing.signed(files)
