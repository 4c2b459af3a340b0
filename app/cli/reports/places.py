"""Where in a repository a reason belongs: the file that was handed in, and the line in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_LARGEST_SEARCHED = 4 * 1024 * 1024
_REPORT = re.compile(r"/evaluations/reports/(\d+)(?:/|$)")


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file, counted from 1; the path as tools write it, with forward slashes."""

    path: str
    line: int


@dataclass(frozen=True, slots=True)
class Sources:
    """The files that were handed in, as they were named on the command line."""

    model: Path
    card: Path | None = None
    evaluations: tuple[Path, ...] = ()

    def place(self, reason: Mapping[str, Any]) -> Place:
        """Find the place of a reason; one that belongs to no file is on line 1 of the card."""
        at: str = reason["at"]
        card = self.card or self.model / "README.md"
        if at.startswith("/evaluations") and self.evaluations:
            report = _REPORT.match(at)
            number = int(report[1]) if report else 0
            return Place(self.evaluations[min(number, len(self.evaluations) - 1)].as_posix(), 1)
        key = at.rpartition("/")[2] if at.startswith("/model_card/") else ""
        return Place(card.as_posix(), _line(card, key))


def _line(path: Path, key: str) -> int:
    # The first line that names the key, as a field or as a heading; 1 where there is none.
    if not key or key.isdigit():
        return 1
    try:
        if path.stat().st_size > _LARGEST_SEARCHED:
            return 1
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return 1
    words = re.escape(key).replace("_", "[ _-]")
    named = re.compile(rf"(?:[\s\"'-]*{words}[\"']?\s*:|#+\s.*{words})", re.IGNORECASE)
    return next((n for n, line in enumerate(text.splitlines(), 1) if named.match(line)), 1)
