"""A sigstore's current trusted root, fetched over TUF and verified from a pinned root on.

Only an operator's command does this, never the gate: the gate reads files.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from tuf.api.exceptions import DownloadError, RepositoryError
from tuf.ngclient import Updater  # type: ignore[attr-defined] # its __init__ exports it

from app.domain.errors import VerifierError

PUBLIC_GOOD = "https://tuf-repo-cdn.sigstore.dev"
PUBLIC_GOOD_ROOT = Path(__file__).parent / "tuf_roots" / "public-good.json"
"""Root of the public-good repository, as pinned when this version was released."""
_TARGET = "trusted_root.json"


def fetch(url: str, root: Path) -> bytes:
    """Fetch the trusted root that a TUF repository publishes now.

    Nothing is kept from one time to the next but the pinned root, so nothing that lies in
    a cache can be believed. Raises VerifierError.
    """
    try:
        pinned = root.read_bytes()
        with tempfile.TemporaryDirectory() as folder:
            updater = Updater(
                metadata_dir=folder,
                metadata_base_url=url,
                target_dir=folder,
                target_base_url=f"{url}/targets",
                bootstrap=pinned,
            )
            target = updater.get_targetinfo(_TARGET)
            if target is None:
                raise VerifierError(f"{url} publishes no {_TARGET}")
            return Path(updater.download_target(target)).read_bytes()
    except DownloadError as error:
        reason = f"{type(error).__name__} {error}".strip()
        message = f"{url} did not answer with a trusted root ({reason[:200]}); nothing was changed"
        raise VerifierError(message, detail=reason) from error
    except (OSError, RepositoryError, ValueError) as error:
        reason = f"{type(error).__name__}: {error}"
        raise VerifierError(f"{url} gave no trusted root: {reason[:200]}", detail=reason) from error
