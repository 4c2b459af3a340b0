"""From one container to the models that it names: variables, command line, mounts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.adapters.manifests import commands, tables, values
from app.adapters.manifests.values import Surroundings
from app.domain.canonical import pointer
from app.domain.enforcement.manifest import FoundReference, Role, Unread


@dataclass(frozen=True, slots=True)
class Setting:
    """Where a container stands: its volumes, and what is known of what it is for."""

    volumes: Mapping[str, Mapping[str, Any]]
    role: Role | None = None
    format: str | None = None


def read(
    container: Mapping[str, Any], at: str, setting: Setting
) -> Iterator[FoundReference | Unread]:
    """List the models that a container names, and the variables that cannot be read."""
    around = _surroundings(container, setting)
    found = [*_of_variables(container, at, around), *_of_words(container, at, around)]
    name, image = container.get("name"), container.get("image")
    if isinstance(image, str) and name in tables.MODELCARS:
        found.append(FoundReference(f"{at}/image", image_uri(image), Role.MODEL, None))
    if not found and setting.role is None:
        for place, uri in values.model_mounts(around):
            found.append(
                FoundReference(f"{at}/volumeMounts/{place}/mountPath", uri, Role.MODEL, None)
            )
    for one in found:
        if not isinstance(one, FoundReference):
            yield one
        elif unset := values.unset(one.uri):
            yield Unread(one.path, f"{unset} is not set here: {one.uri}")
        else:
            yield _in(setting, one, _engine(container))


def image_uri(image: str) -> str:
    """Write an image as a reference with a scheme."""
    return image if "://" in image else f"oci://{image}"


def of_variable(name: str, text: str, at: str, around: Surroundings) -> list[FoundReference]:
    """List the models that a variable, or a named argument, stands for."""
    plain = name.lower().replace("-", "_")
    if plain in tables.VARIABLE_ARGUMENTS:
        return [
            FoundReference(at, one.uri, one.role, None)
            for one in commands.named_in_text(text, around)
        ]
    short, role = variable_role(plain)
    if role is None:
        uri = values.model_uri(name, text, around)
        return [FoundReference(at, uri, Role.MODEL, None)] if uri else []
    if short in tables.AMBIGUOUS or plain in tables.AMBIGUOUS:
        around = Surroundings(around.variables, around.volumes, around.mounts)
    bare = "ollama" if plain.startswith("ollama") else ""
    uris = (values.uri(part, around, bare=bare) for part in commands.texts(text, short))
    return [FoundReference(at, uri, role, None) for uri in uris if uri]


def variable_role(plain: str) -> tuple[str, Role | None]:
    """Tell what a variable stands for, and the name by which it is in the tables."""
    if plain in tables.VARIABLES:
        return plain, tables.VARIABLES[plain]
    for name in (plain, tables.VARIABLE_PREFIXES.sub("", plain)):
        if name in tables.MODEL_FLAGS:
            return name, Role.MODEL
        if name in tables.OTHER_FLAGS:
            return name, tables.OTHER_FLAGS[name]
    return plain, None


def _surroundings(container: Mapping[str, Any], setting: Setting) -> Surroundings:
    mounts = [m for m in _list(container.get("volumeMounts")) if isinstance(m, Mapping)]
    return Surroundings(
        variables={name: text for _, name, text in _variables(container)},
        volumes=setting.volumes,
        mounts=mounts,
        takes_bare_names=_engine(container) is not None or setting.format == "huggingface",
    )


def _of_variables(
    container: Mapping[str, Any], at: str, around: Surroundings
) -> Iterator[FoundReference | Unread]:
    revision = next((t for _, n, t in _variables(container) if n.lower() in tables.REVISIONS), None)
    for place, name, text in _variables(container):
        for one in of_variable(name, text, at + pointer("env", place, "value"), around):
            yield _at_revision(one, revision)
    for place, entry in enumerate(_list(container.get("env"))):
        if not isinstance(entry, Mapping) or not isinstance(entry.get("valueFrom"), Mapping):
            continue
        plain = str(entry.get("name")).lower()
        short, role = variable_role(plain)
        if role is Role.MODEL and short not in tables.AMBIGUOUS:
            kept = next(
                (k for k in ("configMapKeyRef", "secretKeyRef") if k in entry["valueFrom"]), None
            )
            if kept:
                why = f"{entry.get('name')} is taken from a {kept.removesuffix('KeyRef')}"
                yield Unread(at + pointer("env", place, "valueFrom"), why)


def _at_revision(one: FoundReference, revision: str | None) -> FoundReference:
    if (
        revision
        and one.role is Role.MODEL
        and one.uri.startswith("hf://")
        and ":" not in one.uri[5:]
    ):
        return FoundReference(one.path, f"{one.uri}:{revision}", one.role, one.format)
    return one


def _variables(container: Mapping[str, Any]) -> Iterator[tuple[int, str, str]]:
    for place, entry in enumerate(_list(container.get("env"))):
        if isinstance(entry, Mapping) and isinstance(entry.get("name"), str):
            value = entry.get("value")
            if isinstance(value, str) and value:
                yield place, entry["name"], value


def _of_words(
    container: Mapping[str, Any], at: str, around: Surroundings
) -> Iterator[FoundReference]:
    words: list[str] = []
    places: list[str] = []
    for member in ("command", "args"):
        for place, word in enumerate(_list(container.get(member))):
            if isinstance(word, str | int | float) and not isinstance(word, bool):
                words.append(str(word))
                places.append(at + pointer(member, place))
    names = (str(container.get("name")), str(container.get("image")).rpartition("/")[2])
    if any(tables.INITIALIZER.search(name) for name in names):
        # KServe: the arguments are pairs of a storage URI and a folder
        for place, word in enumerate(words):
            if "://" in word:
                yield FoundReference(places[place], word, Role.MODEL, None)
        return
    if not container.get("command") and "ollama" not in str(container.get("image")):
        words, places = _with_program(container, words, places)
    for one in commands.named(words, around):
        yield FoundReference(places[one.place], one.uri, one.role, None)


def _with_program(
    container: Mapping[str, Any], words: list[str], places: list[str]
) -> tuple[list[str], list[str]]:
    # Without a command the image's own program reads the arguments: its name tells its flags.
    image = str(container.get("image") or "").rpartition("/")[2]
    program = next((p for name, p in tables.PROGRAMS.items() if name in image), ())
    return ([*program, *words], [*([""] * len(program)), *places]) if words else (words, places)


def _engine(container: Mapping[str, Any]) -> str | None:
    words = [container.get("image"), *_list(container.get("command"))[:4]]
    for word in words:
        if isinstance(word, str) and (match := tables.ENGINES.search(word)):
            return match.group(0).lower()
    return None


def _in(setting: Setting, one: FoundReference, engine: str | None) -> FoundReference:
    role = setting.role if setting.role and one.role is Role.MODEL else one.role
    return FoundReference(one.path, one.uri, role, one.format or setting.format or engine)


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
