"""A decision in Markdown: what people paste into a ticket, with nothing in it that can act."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~&@:=$\"'^])")
_SPACE = re.compile(r"\s+")


def report(body: Mapping[str, Any], address: str) -> str:
    """Write a recorded decision; `address` is where the gate is."""
    release, model = body["release"], body["release"]["model"]
    name = f"{model['namespace']}/{model['name']} {model['version']}"
    lines = [
        f"# {plain(str(body['outcome']).upper())}: {plain(name)}",
        "",
        f"- stage: {plain(release['stage'])}, risk tier: {plain(release['risk_tier'])}",
        f"- release: {plain(release['digest'])}",
        f"- decision: {plain(body['decision_id'])}, entry {plain(body['seq'])} of the log",
        f"- decided: {plain(body['at'])}, submitted by {plain(body['submitted_by'])}",
        f"- policy: {plain(body['policy']['revision'])}, {plain(body['engine']['name'])}",
        f"- recorded at: {plain(address)}",
    ]
    for heading, name in (("Reasons", "reasons"), ("Warnings", "warnings")):
        if body[name]:
            lines += ["", f"## {heading}", "", *(_reason(reason) for reason in body[name])]
    return "\n".join(lines) + "\n"


def plain(value: object) -> str:
    """Write text so that a Markdown reader shows it as it is: no markup, no link, one line."""
    text = _SPACE.sub(" ", "".join(c if c.isprintable() else " " for c in str(value)))
    return _SPECIAL.sub(r"\\\1", text.strip())


def _reason(reason: Mapping[str, Any]) -> str:
    return f"- {plain(reason['code'])}: {plain(reason['message'])}"
