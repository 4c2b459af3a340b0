"""HAND OUT: the signed bundle of the policies, by OPA's bundle API (ETag, long polling)."""

from __future__ import annotations

import re
from datetime import timedelta

from flask import Blueprint, Response, request

from app.api.context import permits, ports
from app.domain.caller import Action

blueprint = Blueprint("bundles", __name__)

LONGEST_WAIT = timedelta(seconds=30)
_WAIT = re.compile(r"(?:^|[;,\s])wait=(\d{1,6})(?:$|[;,\s])")
_LONG_POLLING = "application/vnd.openpolicyagent.bundles"


@blueprint.get("/v1/bundles/gate.tar.gz")
@permits(Action.READ)
def read_bundle() -> Response:
    """Give the bundle, or 304 when the client has it; `Prefer: wait=N` waits for another."""
    wait = _WAIT.search(request.headers.get("Prefer", ""))
    known = next(iter(request.if_none_match.as_set()), None)
    if wait and known:
        limit = min(timedelta(seconds=int(wait.group(1))), LONGEST_WAIT)
        bundle = ports().bundles.wait_for_other(known, limit)
    else:
        bundle = ports().bundles.current()
    content_type = _LONG_POLLING if wait else "application/gzip"
    if known == bundle.etag:
        answer = Response(status=304, content_type=content_type)
    else:
        answer = Response(bundle.content, content_type=content_type)
    answer.set_etag(bundle.etag)
    return answer
