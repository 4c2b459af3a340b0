"""Reads the file that says who hears of what (schemas/subscribers.json), YAML or JSON."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app import configured
from app.configured import ConfigurationError
from app.domain.canonical import pointer
from app.domain.entry import Kind
from app.domain.events import signature
from app.domain.events.subscriber import OWN_KINDS, Form, Subscriber

_ATTEMPTS = 8


def read(file: Path | None, schema: Mapping[str, Any]) -> tuple[Subscriber, ...]:
    """Read the file and the secrets that it names; nobody without one.

    Raises ConfigurationError, which names the file.
    """
    try:
        return () if file is None else _read(file, schema)
    except ConfigurationError as error:
        raise ConfigurationError(f"{file}: {error}") from error


def _read(file: Path, schema: Mapping[str, Any]) -> tuple[Subscriber, ...]:
    stated = configured.read(file, schema)["subscribers"]
    names = [one["name"] for one in stated]
    if len(set(names)) != len(names):
        raise ConfigurationError("/subscribers: a name stands there twice")
    return tuple(
        _subscriber(one, file.parent, pointer("subscribers", index))
        for index, one in enumerate(stated)
    )


def _subscriber(stated: Mapping[str, Any], folder: Path, at: str) -> Subscriber:
    return Subscriber(
        name=stated["name"],
        url=stated["url"],
        form=Form(stated.get("form", Form.CLOUDEVENTS.value)),
        kinds=frozenset(
            _kind(text, at + pointer("kinds", index)) for index, text in enumerate(stated["kinds"])
        ),
        outcomes=frozenset(stated.get("outcomes", ())),
        attempts=stated.get("attempts", _ATTEMPTS),
        secrets=tuple(
            _secret(folder / name, at + pointer("secret_files", index))
            for index, name in enumerate(stated["secret_files"])
        ),
    )


def _kind(text: str, at: str) -> Kind:
    known = sorted(kind.value for kind in set(Kind) - OWN_KINDS)
    if text not in known:
        raise ConfigurationError(f"{at}: {text!r}: expected one of {', '.join(known)}")
    return Kind(text)


def _secret(file: Path, at: str) -> bytes:
    try:
        return signature.secret(file.read_text(encoding="ascii"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{at}: {file} cannot be read") from error
    except ValueError as error:
        raise ConfigurationError(f"{at}: {file}: {error}") from error
