"""Style sheet, scripts and pictures: served compressed, under a name that changes with them."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, request, url_for

from app.domain.errors import NotFoundError

blueprint = Blueprint("assets", __name__)

FOLDER = Path(__file__).parent / "static"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_FOREVER = "public, max-age=31536000, immutable"
_VERSION_CHARS = 12


@dataclass(frozen=True, slots=True)
class Asset:
    """One file that pages refer to."""

    content: bytes
    packed: bytes
    media_type: str


@cache
def assets() -> dict[str, Asset]:
    """Read every file that pages may refer to, once."""
    paths = (path for path in sorted(FOLDER.rglob("*")) if path.suffix in TYPES)
    return {path.relative_to(FOLDER).as_posix(): _asset(path) for path in paths}


@cache
def version() -> str:
    """Name this set of files: scripts import each other by paths that stay within it."""
    whole = hashlib.sha256()
    for name, asset in assets().items():
        whole.update(name.encode() + b"\0" + asset.content)
    return whole.hexdigest()[:_VERSION_CHARS]


def address(name: str) -> str:
    """Write the address of a file; it is another one when a file has changed."""
    if name not in assets():
        raise LookupError(f"no such file: {name}")
    return url_for("web.assets.read", of=version(), name=name)


@blueprint.get("/assets/<of>/<path:name>")
def read(of: str, name: str) -> Response:
    """Give one file: these are public, and stay the same under their address."""
    asset = assets().get(name)
    if asset is None or of != version():
        raise NotFoundError("no such file, or not in this version")
    is_packed = request.accept_encodings["gzip"] > 0
    answer = Response(asset.packed if is_packed else asset.content, content_type=asset.media_type)
    if is_packed:
        answer.headers["Content-Encoding"] = "gzip"
    answer.headers["Cache-Control"] = _FOREVER
    answer.headers["Vary"] = "Accept-Encoding"
    return answer


def _asset(path: Path) -> Asset:
    content = path.read_bytes()
    return Asset(content, gzip.compress(content, 9, mtime=0), TYPES[path.suffix])
