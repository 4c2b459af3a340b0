"""Tells a workflow what was decided: annotations, a job summary, outputs of the step.

Forms and limits are those of actions/runner: workflow commands on standard output (10
annotations of a level a step, 4096 characters each), and files that GITHUB_STEP_SUMMARY and
GITHUB_OUTPUT name. What a model or a report says is data in each of them, never a command.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from app.cli.reports.places import Sources

_MOST_OF_A_LEVEL = 10
_LONGEST = 4000
_ACTIVE = re.compile(r"([\\`*_{}\[\]()<>#+!|~@&-])")
_MARKS = {"allow": "\N{WHITE HEAVY CHECK MARK}", "pending": "\N{HOURGLASS WITH FLOWING SAND}"}


def commands(body: Mapping[str, Any], sources: Sources) -> Iterator[str]:
    """Write an annotation a reason: an error for what must change, a warning for what waits."""
    told = {"error": 0, "warning": 0}
    for reason in _worst_first(body):
        level = "warning" if reason["is_pending"] else "error"
        told[level] += 1
        if told[level] <= _MOST_OF_A_LEVEL:
            place = sources.place(reason)
            at = {"file": place.path, "line": str(place.line), "title": reason["code"]}
            fix = reason["fix"]
            yield _command(level, at, f"{reason['message']}\n{fix['who']}: {fix['how']}")


def failure(message: str) -> str:
    """Write that the gate could not decide."""
    return _command("error", {"title": "Countersign could not decide"}, message)


def summary(body: Mapping[str, Any]) -> str:
    """Write the decision in Markdown, for the page of the job."""
    release, outcome = body["release"], body["outcome"]
    model = release["model"]
    name = f"{model['namespace']}/{model['name']} {model['version']} for {release['stage']}"
    mark = _MARKS.get(outcome, "\N{CROSS MARK}")
    lines = [f"### {mark} Countersign: {outcome}", "", _plain(name), ""]
    if body["reasons"]:
        lines += ["| | reason | what | who can mend it |", "| --- | --- | --- | --- |"]
        lines += [_row(reason) for reason in _worst_first(body)]
        more = body["reasons_total"] - len(body["reasons"])
        lines += ["", f"and {more} more reasons"] if more else []
        lines += [""]
    recorded = body.get("decision_id")
    lines += [
        f"decision `{recorded}`" if recorded else "a rehearsal, recorded nowhere",
        f"release `{release['digest']}`",
        f"policy `{body['policy']['revision']}`",
        "",
    ]
    return "\n".join(lines)


def outputs(body: Mapping[str, Any]) -> str:
    """Write the outputs of the step: one line each, JSON where there is more to say."""
    reasons = _worst_first(body)
    codes = [reason["code"] for reason in reasons]
    first = f"{codes[0]}: {reasons[0]['message']}" if reasons else ""
    members = {
        "outcome": body["outcome"],
        "decision-id": body.get("decision_id", ""),
        "release-digest": body["release"]["digest"],
        "message": " ".join(f"{body['outcome']}: {first}".split()).removesuffix(":"),
        "reasons": json.dumps(codes),
    }
    return "".join(f"{name}={value}\n" for name, value in members.items())


def _worst_first(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    # what only another release mends, before what people can still give
    return sorted(body["reasons"], key=lambda reason: bool(reason["is_pending"]))


def _row(reason: Mapping[str, Any]) -> str:
    mark = "waits" if reason["is_pending"] else "wrong"
    fix = reason["fix"]
    cells = (reason["message"], f"{fix['who']}: {fix['how']}")
    return f"| {mark} | `{reason['code']}` | {' | '.join(_plain(cell) for cell in cells)} |"


def _plain(text: str) -> str:
    # A link or a picture in a message would be the message author's, on a page of ours.
    return _ACTIVE.sub(r"\\\1", " ".join(text.split()))


def _command(level: str, members: Mapping[str, str], message: str) -> str:
    written = ",".join(f"{name}={_property(value)}" for name, value in members.items())
    return f"::{level} {written}::{_escaped(message[:_LONGEST])}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")
