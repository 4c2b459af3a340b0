from __future__ import annotations

import pytest

from app.settings import Settings, SettingsError


def test_a_log_is_on_sqlite_unless_a_database_is_named() -> None:
    url = "postgresql://gate@db/countersign"

    assert Settings.from_environment({}).database_url is None
    assert Settings.from_environment({"COUNTERSIGN_DATABASE_URL": url}).database_url == url


@pytest.mark.parametrize("url", ["sqlite:///x", "mysql://db/x", "db/x"])
def test_a_database_of_another_kind_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="DATABASE_URL"):
        Settings.from_environment({"COUNTERSIGN_DATABASE_URL": url})


@pytest.mark.parametrize("name", ["with space", "plus+sign", "", "/slash", "line\nbreak"])
def test_a_log_name_that_no_checkpoint_can_bear_is_refused(name: str) -> None:
    with pytest.raises(SettingsError, match="LOG_NAME"):
        Settings.from_environment({"COUNTERSIGN_LOG_NAME": name})
