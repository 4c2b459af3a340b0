"""Pages are sent compressed to whoever takes that: a long one weighs a tenth (ADR 0093)."""

from __future__ import annotations

import gzip

from flask import request
from werkzeug.wrappers import Response as Answer

_LEVEL = 6
_LEAST = 1024
"""Bytes; of less nothing is won."""


def pack(answer: Answer) -> Answer:
    """Compress a page. Files that are taken away are sent as they are, piece by piece."""
    if answer.mimetype != "text/html" or answer.is_streamed:
        return answer
    answer.headers.add("Vary", "Accept-Encoding")
    content = answer.get_data()
    if len(content) >= _LEAST and request.accept_encodings["gzip"] > 0:
        answer.set_data(gzip.compress(content, _LEVEL, mtime=0))
        answer.headers["Content-Encoding"] = "gzip"
    return answer
