"""Addresses that no page has, and methods that a page does not take: a browser is told by a page.

What lies under the paths of the API is left to the API, which answers with problem documents.
"""

from __future__ import annotations

from flask import Flask, current_app, g, make_response, redirect, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response as Answer

from app.web import failures, forgery, headers, session

_HTML = "text/html"


def register(app: Flask, name: str) -> None:
    """Look at every request that no route takes, before anybody asks it for a token."""

    def answer() -> Answer | None:
        error = request.routing_exception
        return _answer(error) if error is not None and _is_for_pages(name) else None

    app.before_request_funcs.setdefault(None, []).insert(0, answer)


def _is_for_pages(name: str) -> bool:
    # By the first part of the path; where that is nobody's, by what the client likes to read.
    owners = {
        rule.endpoint.partition(".")[0]
        for rule in current_app.url_map.iter_rules()
        if _first(rule.rule) == _first(request.path)
    }
    is_browser = _HTML in request.accept_mimetypes.values()
    return owners == {name} or (not owners and is_browser)


def _answer(error: HTTPException) -> Answer:
    if isinstance(error, RequestRedirect):
        return redirect(error.new_url, error.code)
    known = session.resume()
    if known is not None:
        g.caller = known
    answer = make_response(failures.http_error(error))
    for header, value in error.get_headers():
        if header == "Allow":
            answer.headers[header] = value
    return headers.guard(forgery.remember(answer))


def _first(path: str) -> str:
    return path.split("/")[1]
