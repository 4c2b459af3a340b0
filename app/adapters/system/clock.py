"""The system's clock."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo


class SystemClock:
    """The time of this machine, in the zone by which people's hours are told."""

    def __init__(self, zone: tzinfo = UTC) -> None:
        """Take the zone."""
        self._zone = zone

    def now(self) -> datetime:
        """Tell the time."""
        return datetime.now(self._zone)
