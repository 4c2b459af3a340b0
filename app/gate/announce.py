"""ANNOUNCE: from a record to whoever waits for it; best effort, never raises."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from app.domain.decision import Decision
from app.ports import Notifier

_logger = logging.getLogger(__name__)


def alert(body: Mapping[str, Any], notifiers: Iterable[Notifier]) -> None:
    """From recorded broken glass to an alert to each notifier, before anything rests on it."""
    for notifier in notifiers:
        try:
            notifier.alert(body)
        except Exception:  # the record stands whether or not somebody could be alerted
            _logger.exception("a notifier failed for emergency %s", body["glass_id"])


def decision(decided: Decision, notifiers: Iterable[Notifier]) -> None:
    """From a recorded decision to a word to each notifier."""
    for notifier in notifiers:
        try:
            notifier.tell(decided.body)
        except Exception:  # the decision stands whether or not somebody could be told
            _logger.exception("a notifier failed for decision %s", decided.decision_id)
