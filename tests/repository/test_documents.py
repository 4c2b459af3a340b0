"""What the documents say is there: links, commands, settings and routes."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import fields
from pathlib import PurePosixPath

import click
import pytest
from flask import Flask
from prometheus_client import CollectorRegistry

from app import api, telemetry
from app.cli import main
from app.settings import PREFIX, Settings
from tests.repository import tree

DOCUMENTS = [
    name
    for name in tree.matching("**/*.md", "*.md")
    if not name.startswith(("tests/samples/", "examples/"))
]
GUIDES = [name for name in DOCUMENTS if not name.startswith(("docs/adr/", "changelog.d/"))]
CLIENT_SETTINGS = {
    "COUNTERSIGN_ALIASES",
    "COUNTERSIGN_DIGEST_CACHE",
    "COUNTERSIGN_TOKEN",
    "COUNTERSIGN_URL",
}
"""What the commands read as clients of a gate; app/settings.py leaves them alone."""
SETTINGS = {PREFIX + field.name.upper() for field in fields(Settings)}


def blocks(text: str, *languages: str) -> list[str]:
    """List the fenced blocks of these languages."""
    fence = rf"^```(?:{'|'.join(languages)})\n(.*?)^```"
    return re.findall(fence, text, re.MULTILINE | re.DOTALL)


def prose(text: str) -> str:
    """Leave out the fenced blocks."""
    return re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)


def anchors(text: str) -> set[str]:
    """Name the headings of a document as links do."""
    titles = re.findall(r"^#+ (.+)$", prose(text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def commands(above: click.Command = main, name: str = "") -> Iterator[tuple[str, click.Command]]:
    """List every command of `countersign`, each with the words that call it."""
    if isinstance(above, click.Group):
        context = click.Context(above)
        for word in above.list_commands(context):
            below = above.get_command(context, word)
            assert below is not None
            yield from commands(below, f"{name} {word}".strip())
    else:
        yield name, above


COMMANDS = dict(commands())


def shell_lines() -> list[tuple[str, list[str]]]:
    """List each command that a document tells its reader to run, as words."""
    lines = []
    for name in GUIDES:
        for block in blocks(tree.read(name), "sh", "console"):
            for line in block.replace("\\\n", " ").splitlines():
                words = shlex.split(line.removeprefix("$ "), comments=True)
                while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
                    words = words[1:]
                lines += [(name, words)] if words else []
    return lines


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_link_leads_somewhere(name: str) -> None:
    text = tree.read(name)
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(text)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        linked = (tree.ROOT / name).parent / path if path else tree.ROOT / name
        if not linked.exists() or (
            anchor and anchor not in anchors(linked.read_text(encoding="utf-8"))
        ):
            broken.append(target)

    assert broken == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_file_that_is_named_exists(name: str) -> None:
    folders = {PurePosixPath(file).parts[0] for file in tree.files() if "/" in file}
    named = re.findall(
        r"`([\w.-]+/[\w./-]+\.(?:py|rego|sh|json|yaml|txt|toml|md))`", tree.read(name)
    )
    inside = [file for file in named if PurePosixPath(file).parts[0] in folders]

    assert [file for file in inside if not (tree.ROOT / file).exists()] == []


def test_every_make_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", tree.read("Makefile"), re.MULTILINE))
    named = {
        (target, name)
        for name in GUIDES
        for target in re.findall(r"`make ([a-z]+)", tree.read(name))
    }
    run = {(words[1], name) for name, words in shell_lines() if words[0] == "make"}

    assert run
    assert {(target, name) for target, name in named | run if target not in targets} == set()


def test_every_command_that_is_named_exists() -> None:
    assert [(name, words) for name, words in told_commands() if _command(words) is None] == []


def test_every_option_that_is_named_exists() -> None:
    wrong = []
    for name, words in told_commands():
        command = _command(words)
        assert command is not None
        known = {option for parameter in command.params for option in parameter.opts}
        told = {word.partition("=")[0] for word in words if word.startswith("--")}
        wrong += [(name, option) for option in told - known]

    assert wrong == []


def told_commands() -> list[tuple[str, list[str]]]:
    """List each `countersign` command that a document tells its reader to run, as words."""
    lines = shell_lines()
    return [(n, words[1:]) for n, words in lines if PurePosixPath(words[0]).name == "countersign"]


def _command(words: list[str]) -> click.Command | None:
    return COMMANDS.get(words[0]) or COMMANDS.get(" ".join(words[:2]))


def test_every_other_program_of_the_project_that_is_named_exists() -> None:
    programs = {(words[0], name) for name, words in shell_lines() if "/" in words[0]}
    made = (".venv/", ".tools/")

    assert [
        (program, name)
        for program, name in programs
        if not program.startswith(made) and not (tree.ROOT / program).exists()
    ] == []


def test_every_command_is_documented() -> None:
    readme = tree.read("README.md")

    assert [name for name in COMMANDS if f"`countersign {name}`" not in readme] == []


def test_help_keeps_its_examples_as_they_are() -> None:
    for name, command in COMMANDS.items():
        assert r"\b" not in command.get_help(click.Context(command)), name


def test_every_setting_is_documented() -> None:
    table = set(re.findall(r"^\| `(COUNTERSIGN_[A-Z_]+)` \|", tree.read("README.md"), re.MULTILINE))

    assert table == SETTINGS


def test_every_setting_that_is_named_exists() -> None:
    named = {
        (setting, name)
        for name in DOCUMENTS
        for setting in re.findall(r"COUNTERSIGN_[A-Z_]*[A-Z]", tree.read(name))
    }

    assert {(s, name) for s, name in named if s not in SETTINGS | CLIENT_SETTINGS} == set()


def test_every_route_is_documented_and_every_documented_route_is_there() -> None:
    service = Flask("countersign", static_folder=None)
    api.register(service)
    telemetry.install(service, CollectorRegistry())
    routes = {
        f"{method} {_as_written(rule.rule)}"
        for rule in service.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }

    assert set(re.findall(r"`((?:GET|POST|PUT|DELETE) /[^`]*)`", tree.read("README.md"))) == routes


def _as_written(rule: str) -> str:
    return re.sub(r"<(?:[a-z]+:|[a-z]+_)?([a-z0-9]+)>", r"{\1}", rule)
