"""What a view may reach: the ports, the limits, the caller of this request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import ParamSpec, TypeVar, cast

from flask import current_app, g

from app.domain.caller import Action, Caller
from app.ports import Ports

EXTENSION = "countersign"

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Context:
    """What the factory hands to the views of one application."""

    ports: Ports
    max_body_bytes: int
    max_document_bytes: int


def context() -> Context:
    """Give the context that the factory stored on the application."""
    return cast("Context", current_app.extensions[EXTENSION])


def ports() -> Ports:
    """Give the ports of this application."""
    return context().ports


def caller() -> Caller:
    """Give the authenticated caller of this request; authn.py has put it there."""
    return cast("Caller", g.caller)


def permits(action: Action) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let a view be called only by those whose role permits the action."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def permitted(*args: P.args, **kwargs: P.kwargs) -> R:
            caller().must_be_able_to(action)
            return view(*args, **kwargs)

        permitted.action = action  # type: ignore[attr-defined] # read by the test of all routes
        return permitted

    return decorate
