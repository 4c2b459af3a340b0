"""The policies as they are: packages and rules with what their authors say, and every file."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import Blueprint, render_template

from app.domain.caller import Action
from app.domain.errors import NotFoundError
from app.domain.rollout.draft import Annotation
from app.web.context import may, permits, ports

blueprint = Blueprint("policies", __name__)


@dataclass(slots=True)
class Folder:
    """The files of one folder, and what is said in them."""

    path: str
    title: str = ""
    description: str = ""
    files: list[str] = field(default_factory=list)
    rules: list[Annotation] = field(default_factory=list)


@blueprint.get("/policies")
@permits(Action.READ)
def page() -> str:
    """Show the library."""
    bench = ports().workbench
    folders = _folders(list(bench.files()), list(bench.annotations()))
    revision = ports().engine.ping()
    can_draft = bench.is_open and may(Action.PROPOSE_POLICY)
    return render_template(
        "policies.html", folders=folders, revision=revision, can_draft=can_draft, bench=bench
    )


@blueprint.get("/policies/files/<path:path>")
@permits(Action.READ)
def file(path: str) -> str:
    """Show one file as it is."""
    bench = ports().workbench
    text = bench.files().get(path)
    if text is None:
        raise NotFoundError(f"no policy file {path[:120]!r}")
    said = [one for one in bench.annotations() if one.path == path and one.title]
    can_draft = bench.is_open and may(Action.PROPOSE_POLICY)
    return render_template("policy_file.html", path=path, text=text, said=said, can_draft=can_draft)


def _folders(files: list[str], said: list[Annotation]) -> list[Folder]:
    folders: dict[str, Folder] = {}
    for name in files:
        path = name.rpartition("/")[0]
        folders.setdefault(path, Folder(path)).files.append(name)
    for one in said:
        folder = folders.get(one.path.rpartition("/")[0])
        if folder is None:
            continue
        if one.is_package and not folder.title:
            folder.title, folder.description = one.title, one.description
        elif one.code:
            folder.rules.append(one)
    return sorted(folders.values(), key=lambda folder: ("/checks/" not in folder.path, folder.path))
