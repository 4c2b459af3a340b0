"""What holds for one release now: votes counted, waivers, and who has a part in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.approvals.break_glass import BrokenGlass
from app.domain.approvals.standing import Standing, Subject
from app.domain.approvals.waiver import IgnoredWaiver, Waiver
from app.domain.release import People


@dataclass(frozen=True, slots=True)
class Held:
    """Everything that people said that bears on a release."""

    on: Subject
    people: People
    """Who made and measured it, as any submission of these bytes ever said."""
    excluded: Mapping[str, str]
    """People who fill no seat, and why: `submitted`, or the duty that excludes."""
    standing: Standing
    waivers: tuple[Waiver, ...]
    """Approved waivers that are about this release and have not run out."""
    glass: tuple[BrokenGlass, ...]
    """Broken glass of the model whose review is owed, for whichever release."""
    ignored_waivers: tuple[IgnoredWaiver, ...]
