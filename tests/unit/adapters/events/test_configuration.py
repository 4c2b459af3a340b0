from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from app import shipped
from app.adapters.events.configuration import read
from app.configured import ConfigurationError
from app.domain.entry import Kind
from app.domain.events.subscriber import Form

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SCHEMA: dict[str, Any] = json.loads((shipped.folder("schemas") / "subscribers.json").read_bytes())


def stated(**changes: Any) -> dict[str, Any]:
    """The smallest subscriber, with these changes; None leaves a member out."""
    members = {
        "name": "bus",
        "url": "https://bus.example/events",
        "kinds": ["decision"],
        "secret_files": ["bus.secret"],
        **changes,
    }
    return {name: value for name, value in members.items() if value is not None}


def write(folder: Path, *subscribers: dict[str, Any]) -> Path:
    (folder / "bus.secret").write_text(SECRET + "\n")
    file = folder / "subscribers.yaml"
    file.write_text(yaml.safe_dump({"subscribers": list(subscribers)}))
    return file


def test_a_subscriber_is_read_with_its_secret_from_beside_the_file(tmp_path: Path) -> None:
    (read_,) = read(write(tmp_path, stated()), SCHEMA)

    assert (read_.name, read_.form, read_.attempts) == ("bus", Form.CLOUDEVENTS, 8)
    assert read_.kinds == {Kind.DECISION}
    assert len(read_.secrets[0]) == 24


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"kinds": ["decison"]}, "/subscribers/0/kinds/0: 'decison': expected one of"),
        ({"kinds": ["events_delivered"]}, "/subscribers/0/kinds/0"),
        ({"kinds": []}, "/subscribers/0/kinds"),
        ({"url": "ftp://bus.example"}, "/subscribers/0/url"),
        ({"url": "https://user:pw@bus.example"}, "/subscribers/0/url"),
        ({"secret_files": None}, "/subscribers/0"),
        ({"secret_files": []}, "/subscribers/0/secret_files"),
        ({"secret_files": ["gone"]}, "/subscribers/0/secret_files/0"),
        ({"name": "Bus/1"}, "/subscribers/0/name"),
        ({"retries": 3}, "/subscribers/0"),
        ({"form": "xml"}, "/subscribers/0/form"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(
    tmp_path: Path, changes: dict[str, Any], told: str
) -> None:
    with pytest.raises(ConfigurationError, match=told.replace("/", "[/]")):
        read(write(tmp_path, stated(**changes)), SCHEMA)


def test_a_name_that_stands_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="twice"):
        read(write(tmp_path, stated(), stated()), SCHEMA)


def test_a_secret_that_is_none_is_told_without_being_repeated(tmp_path: Path) -> None:
    file = write(tmp_path, stated())
    (tmp_path / "bus.secret").write_text("not-a-secret-but-still-private")

    with pytest.raises(ConfigurationError, match="whsec_") as error:
        read(file, SCHEMA)

    assert "private" not in str(error.value)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read(tmp_path / "gone.yaml", SCHEMA)


@pytest.mark.parametrize("text", ["[" * 5000, "a: " + "9" * 5000, "a: 1\na: 2"])
def test_a_file_that_readers_would_read_otherwise_or_not_at_all_is_told(
    tmp_path: Path, text: str
) -> None:
    (tmp_path / "subscribers.yaml").write_text(text)

    with pytest.raises(ConfigurationError, match="cannot be read"):
        read(tmp_path / "subscribers.yaml", SCHEMA)
