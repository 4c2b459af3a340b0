from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from app.adapters.system.clock import SystemClock
from app.bootstrap import outside
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


def test_no_issuer_is_trusted_unless_a_file_names_it() -> None:
    named = {"COUNTERSIGN_IDENTITIES": "identities.yaml"}

    assert Settings.from_environment({}).identities is None
    assert Settings.from_environment(named).identities == Path("identities.yaml")


def test_a_file_of_identities_that_trusts_too_many_stops_the_start(tmp_path: Path) -> None:
    file = tmp_path / "identities.yaml"
    file.write_text("audience: gate\nissuers: []\n", encoding="utf-8")

    with pytest.raises(SettingsError, match=r"identities\.yaml: /issuers"):
        outside.trusted(Settings.from_environment({"COUNTERSIGN_IDENTITIES": str(file)}))


def test_the_hours_are_told_in_the_zone_of_the_settings() -> None:
    named = Settings.from_environment({"COUNTERSIGN_TIME_ZONE": "Europe/Berlin"})

    assert SystemClock(named.time_zone).now().utcoffset() in {
        timedelta(hours=1),
        timedelta(hours=2),
    }
    assert SystemClock(Settings.from_environment({}).time_zone).now().utcoffset() == timedelta(0)


@pytest.mark.parametrize("zone", ["Berlin", "", "../etc/passwd", "/etc/localtime", "UTC+1 "])
def test_a_zone_that_nobody_knows_stops_the_start(zone: str) -> None:
    with pytest.raises(SettingsError, match="TIME_ZONE"):
        Settings.from_environment({"COUNTERSIGN_TIME_ZONE": zone})


@pytest.mark.parametrize(
    "given",
    [
        {"TLS_CERTIFICATE": "a.pem"},
        {"TLS_KEY": "a.key"},
        {"TLS_CLIENT_CA": "ca.pem"},
        {"TLS_CERTIFICATE": "/nowhere/a.pem", "TLS_KEY": "/nowhere/a.key"},
    ],
)
def test_half_of_what_tls_needs_stops_the_start(given: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="TLS_"):
        Settings.from_environment({f"COUNTERSIGN_{name}": value for name, value in given.items()})


@pytest.mark.parametrize(
    "given",
    [
        {"SIGNING_KEY": "hsm:2", "SIGNING_PUBLIC_KEY": "gate.pub"},
        {"SIGNING_KEY": "awskms:release", "SIGNING_PUBLIC_KEY": "gate.pub", "SIGNING_PIN": "pin"},
        {"SIGNING_PIN": "pin"},
    ],
    ids=["a token without", "no token", "no key"],
)
def test_a_pin_goes_with_a_token(given: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="SIGNING_PIN goes with hsm:"):
        Settings.from_environment({f"COUNTERSIGN_{name}": text for name, text in given.items()})
