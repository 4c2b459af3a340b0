from __future__ import annotations

from app.domain.caller import Role
from tests.pages.conftest import Site
from tests.pages.test_releases import vote


def test_the_last_days_are_drawn_from_the_log(site: Site) -> None:
    decision = site.decide()
    site.world.clock.advance(1800)
    vote(site.reader(Role.DATA_SCIENTIST), decision)
    page = site.reader().see("/dashboards").text

    assert 'aria-label="Allowed: 1, Pending: 1, Denied: 0"' in page
    assert 'aria-label="approvals.seat_open: 1 decision"' in page
    assert 'aria-label="Data scientist: 30 minutes"' in page


def test_what_is_older_than_the_days_shown_is_not_counted(site: Site) -> None:
    site.decide()
    site.world.clock.advance(31 * 24 * 3600)

    assert "Nothing was decided." in site.reader().see("/dashboards").text
