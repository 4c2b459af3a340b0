"""What a page may reach: the ports, the caller of this request, and what it permits."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar, cast

from flask import current_app, g

from app.domain.caller import Action, Caller
from app.domain.errors import ForbiddenError
from app.ports import Ports

EXTENSION = "countersign_pages"

P = ParamSpec("P")
R = TypeVar("R")


def ports() -> Ports:
    """Give the ports of this application."""
    return cast("Ports", current_app.extensions[EXTENSION])


def caller() -> Caller:
    """Give whoever is signed in; signing.py has put it there."""
    return cast("Caller", g.caller)


def may(action: Action) -> bool:
    """Tell whether a role of the caller permits the action, to show or to hide a button.

    What the button asks for is checked again, by the use case.
    """
    try:
        caller().must_be_able_to(action)
    except ForbiddenError:
        return False
    return True


def permits(action: Action) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let a page be seen only by those whose role permits the action."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def permitted(*args: P.args, **kwargs: P.kwargs) -> R:
            caller().must_be_able_to(action)
            return view(*args, **kwargs)

        permitted.action = action  # type: ignore[attr-defined] # read by the test of all pages
        return permitted

    return decorate
