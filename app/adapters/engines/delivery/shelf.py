"""The bundle that the gate hands out: its policies as they are now, signed.

Policies that cannot be read any more leave the last good bundle on the shelf. Without a
key there is no bundle: nothing unsigned is handed out.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Protocol

import structlog

from app.adapters.engines import policy_folder
from app.adapters.engines.delivery import archive
from app.adapters.engines.policy_folder import PolicyFolder
from app.domain.errors import NotFoundError, PolicyEngineError
from app.domain.rollout.served import ServedBundle

LOOK_AGAIN = timedelta(seconds=0.5)
"""How soon after a look at the folder the next one is worth it."""
MOST_WAITING = 4
"""Clients that may wait at once: each holds a thread of the gate."""


class Signer(Protocol):
    """Who signs bundles."""

    def signed(self, files: Mapping[str, bytes]) -> dict[str, bytes]:
        """Add signatures to the files of a bundle. May raise StoreError."""


def _nothing() -> None:
    """Nothing was activated."""


class BundleShelf:
    """Packs and signs the policies whenever they have changed; safe for threads."""

    def __init__(
        self,
        policies: Path,
        signer: Signer | None,
        activated: Callable[[], PolicyFolder | None] = _nothing,
    ) -> None:
        """Take the folder, who signs, and the policies that were activated instead of it.

        Without a signer there is no bundle.
        """
        self._policies = policies
        self._activated = activated
        self._signer = signer
        self._log = structlog.get_logger("countersign.bundles")
        self._lock = threading.Lock()
        self._waiting = threading.BoundedSemaphore(MOST_WAITING)
        self._closing = threading.Event()
        self._bundle: ServedBundle | None = None
        self._looked_at = float("-inf")

    def current(self) -> ServedBundle:
        """Give the bundle of the active policies, or the last good one.

        Raises NotFoundError without a key, PolicyEngineError when there never was a good one,
        StoreError when the log cannot be told of the key.
        """
        if self._signer is None:
            raise NotFoundError("this gate hands out no bundle: it has no key to sign it by")
        with self._lock:
            if time.monotonic() - self._looked_at >= LOOK_AGAIN.total_seconds():
                self._bundle = self._looked(self._signer)
                self._looked_at = time.monotonic()
            if self._bundle is None:
                raise PolicyEngineError("the policies folder cannot be packed into a bundle")
            return self._bundle

    def wait_for_other(self, etag: str, limit: timedelta) -> ServedBundle:
        """Give another bundle than the one of this name, or the same one after the limit.

        When too many wait already, the answer is immediate.
        """
        bundle = self.current()
        if bundle.etag != etag or not self._waiting.acquire(blocking=False):
            return bundle
        try:
            ends_at = time.monotonic() + limit.total_seconds()
            while bundle.etag == etag and time.monotonic() < ends_at:
                if self._closing.wait(LOOK_AGAIN.total_seconds()):
                    break
                bundle = self.current()
        finally:
            self._waiting.release()
        return bundle

    def close(self) -> None:
        """Answer everybody who waits."""
        self._closing.set()

    def _looked(self, signer: Signer) -> ServedBundle | None:
        try:
            policies = self._activated() or policy_folder.read(self._policies)
        except PolicyEngineError as error:
            self._log.error("policies_unreadable", message=error.message, detail=error.detail)
            return self._bundle
        if self._bundle is not None and self._bundle.revision == policies.revision:
            return self._bundle
        content = archive.pack(signer.signed(archive.members(policies)))
        return ServedBundle(content, policies.revision)
