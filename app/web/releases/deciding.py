"""Decide a release again once somebody has voted on it, or let it through."""

from __future__ import annotations

from structlog import get_logger

from app.domain.entry import Entry
from app.domain.errors import GateError
from app.gate.submissions import reconsider
from app.web.context import ports

_logger = get_logger("countersign.web")


def anew(decided: Entry) -> bool:
    """Decide it again; False where the gate cannot: what was said before that is recorded."""
    try:
        reconsider.again(decided, ports())
    except GateError as error:
        _logger.info("undecided", code=error.code, message=error.message, detail=error.detail)
        return False
    return True
