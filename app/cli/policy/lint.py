"""What no check may do, read off the syntax tree of its Rego.

Each rule here is a way in which a policy says yes without looking, or says something else
tomorrow. OPA compiles all of them without a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

IMPURE = frozenset(
    {
        "http.send",
        "net.lookup_ip_addr",
        "opa.runtime",
        "print",
        "rand.intn",
        "rego.metadata.chain",
        "rego.metadata.rule",
        "rego.parse_module",
        "time.now_ns",
        "trace",
        "uuid.rfc4122",
    }
)
_UNDEFINED = (
    "`not {}(...)` never holds when its argument is undefined: bind the argument first, "
    "or negate a rule without arguments"
)
_CHECK = re.compile(r"(?:gate|org)\.checks\.([a-z][a-z0-9_]*)")
Node = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing that a policy may not do, and where it does it."""

    file: str
    row: int
    rule: str
    message: str


def complaints(file: str, module: Node) -> list[Complaint]:
    """Read one module, as `opa parse` writes it, and find what it may not do."""
    check = _CHECK.fullmatch(_dotted(module["package"]["path"][1:]))
    found: list[Complaint] = []
    for rule in module.get("rules", []):
        row = rule.get("location", {}).get("row", 0)
        found += [
            Complaint(file, row, name, message)
            for name, message in (
                *_defaults(rule),
                *_negations(rule),
                *_calls(rule),
                *(_codes(rule, check.group(1)) if check else ()),
            )
        ]
    return found


def uncatalogued(stated: Mapping[str, Any], trees: Iterable[Node]) -> Iterator[tuple[str, str]]:
    """Tell where a catalogue says something else of a reason than the annotations of its rule.

    The catalogue is what people read in a decision; the annotations are what pages of reasons
    are made from. `trees` are the syntax trees of the files with these rules.
    """
    known: dict[str, Node] = {}
    for tree in trees:
        customs = (one.get("custom", {}) for one in tree.get("annotations", ()))
        known |= {one["code"]: one for one in customs if isinstance(one.get("code"), str)}
    for code in sorted(known.keys() | stated.keys()):
        if code not in stated:
            yield code, "not in the catalogue, though a rule is annotated with it"
        elif code not in known:
            yield code, "no rule is annotated with this code"
        else:
            yield from _otherwise(code, stated[code], known[code])


def _otherwise(code: str, entry: object, custom: Node) -> Iterator[tuple[str, str]]:
    said = entry if isinstance(entry, Mapping) else {}
    for name, annotation in (("how", "remedy"), ("who", "who"), ("pending", "pending")):
        absent = False if name == "pending" else None
        here, there = said.get(name, absent), custom.get(annotation, absent)
        if here != there:
            yield f"{code}/{name}", f"says {here!r}, the annotation `{annotation}` {there!r}"


def _defaults(rule: Node) -> Iterator[tuple[str, str]]:
    value = rule["head"].get("value", {})
    if rule.get("default") and value.get("value") in (True, "allow"):
        name = rule["head"].get("name", "a rule")
        yield "passing-default", f"{name} is {value['value']!r} when nothing is known"


def _negations(rule: Node) -> Iterator[tuple[str, str]]:
    for node in _nodes(rule):
        terms = node.get("terms")
        if not (node.get("negated") and isinstance(terms, list)):
            continue
        for argument in terms[1:]:
            if _is_dotted(argument) or argument.get("type") == "call":
                yield "not-of-undefined", _UNDEFINED.format(_dotted(terms[0]["value"]))
                break


def _calls(rule: Node) -> Iterator[tuple[str, str]]:
    for node in _nodes(rule):
        call = _call(node)
        if call is None:
            continue
        name, arguments = call
        if name in IMPURE:
            yield "impure", f"{name} sees more than input and data"
        if name == "object.get" and len(arguments) == 3:  # noqa: PLR2004 - object, key, default
            default = arguments[2]
            if default.get("type") == "number" or default.get("value") is True:
                message = f"{default['value']!r} stands in for what is absent: would it pass?"
                yield "passing-default", message
        if name in {"equal", "eq"} and _counts_denials(arguments):
            yield "empty-denials", "no denials is not a yes: that a check has run is not looked at"


def _counts_denials(arguments: list[Node]) -> bool:
    counted = [_call(argument) for argument in arguments]
    return any(
        call is not None
        and call[0] == "count"
        and any(step.get("value") == "deny" for a in call[1] for step in _steps(a))
        for call in counted
    )


def _codes(rule: Node, check: str) -> Iterator[tuple[str, str]]:
    for node in _nodes(rule):
        if node.get("type") != "object":
            continue
        for key, value in node["value"]:
            if key.get("value") != "code":
                continue
            if value.get("type") == "string" and not value["value"].startswith(f"{check}."):
                yield "foreign-code", f"{value['value']} is no code of the check {check}"
            elif value.get("type") not in {"string", "var"}:
                yield "code-no-literal", "a code is written in full where it is given"


def _call(node: Node) -> tuple[str, list[Node]] | None:
    parts = node.get("value") if node.get("type") == "call" else node.get("terms")
    if not isinstance(parts, list) or not parts or parts[0].get("type") != "ref":
        return None
    return _dotted(parts[0]["value"]), parts[1:]


def _is_dotted(node: Node) -> bool:
    return len(_steps(node)) > 1


def _steps(node: Node) -> list[Node]:
    return list(node["value"]) if node.get("type") == "ref" else []


def _dotted(path: list[Node]) -> str:
    return ".".join(str(step.get("value")) for step in path)


def _nodes(node: object) -> Iterator[Node]:
    if isinstance(node, dict):
        yield node
        for member in node.values():
            yield from _nodes(member)
    elif isinstance(node, list):
        for member in node:
            yield from _nodes(member)
