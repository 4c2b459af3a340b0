"""Projects keep apart: an entry about a model is for those whose scope covers its project.

The project of a model is its namespace. Entries about no model (tokens, exports, policies)
are of the whole gate, and for those alone whose scope is every project.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace

from app.domain.caller import ANY, Caller
from app.domain.entry import Entry
from app.domain.errors import ArchivedError, NotFoundError
from app.domain.log.question import Question


def project_of(model: str) -> str:
    """Tell the project of a model that is named `namespace/name`."""
    return model.partition("/")[0]


def may_see(caller: Caller, entry: Entry) -> bool:
    """Whether an entry is about a project that the caller's scope covers."""
    if ANY in caller.scope.projects:
        return True
    model = json.loads(entry.body).get("entry", {}).get("model")
    return model is not None and caller.scope.covers_project(project_of(model))


def seen(caller: Caller, entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Leave out what is not the caller's to see."""
    return tuple(entry for entry in entries if may_see(caller, entry))


def must_see(caller: Caller, entry: Entry | None, what: str) -> Entry:
    """Give the entry, or raise the same NotFoundError for none and for another project's.

    Raises ArchivedError, which says where it is, for one whose body is in an archive.
    """
    seen = must_know(caller, entry, what)
    if seen.is_archived:
        where = json.loads(seen.body)["archived"]
        message = f"entry {seen.seq} is in the archive {where['sha256']} at {where['location']}"
        raise ArchivedError(message)
    return seen


def must_know(caller: Caller, entry: Entry | None, what: str) -> Entry:
    """Give the entry, though its body be in an archive, or raise NotFoundError."""
    if entry is None or not may_see(caller, entry):
        raise NotFoundError(f"no {what}")
    return entry


def must_see_project(caller: Caller, project: str, what: str) -> None:
    """Raise NotFoundError, as for something that does not exist, outside the caller's scope."""
    if not caller.scope.covers_project(project):
        raise NotFoundError(f"no {what}")


def within(caller: Caller, question: Question) -> Question:
    """Narrow a question to what is the caller's to see."""
    if ANY in caller.scope.projects:
        return question
    return replace(question, projects=caller.scope.projects)
