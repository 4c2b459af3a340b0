"""A decision as JUnit XML: one test case a check, as Jenkins, GitLab and Azure read it.

There is no specification; the common ground of its readers is `testsuites/testsuite/testcase`
with one `failure` or `error` a case. What waits for people is a failure too: skipped is green.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree as ET

_NOT_XML = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold, section 2.2."""


def decided(body: Mapping[str, Any]) -> bytes:
    """Write a decision: each check that ran is a case, and each without a case that objects."""
    release = body["release"]
    model = release["model"]
    name = f"{model['namespace']}/{model['name']} {model['version']} for {release['stage']}"
    wrong: dict[str, list[Mapping[str, Any]]] = {}
    for reason in body["reasons"]:
        wrong.setdefault(reason["code"].partition(".")[0], []).append(reason)
    suite = ET.Element("testsuite", {"name": f"countersign {_text(name)}"})
    for check in dict.fromkeys((*body["policy"]["checks"], *wrong)):
        case = ET.SubElement(suite, "testcase", {"classname": "countersign", "name": check})
        if check in wrong:
            _fail(case, wrong[check])
    _count(suite)
    return _document(suite)


def undecided(message: str) -> bytes:
    """Write that the gate could not decide: an error, which is no failure of the release."""
    suite = ET.Element("testsuite", {"name": "countersign"})
    case = ET.SubElement(suite, "testcase", {"classname": "countersign", "name": "gate"})
    ET.SubElement(case, "error", {"message": _text(message), "type": "could_not_decide"})
    _count(suite)
    return _document(suite)


def _fail(case: ET.Element, reasons: list[Mapping[str, Any]]) -> None:
    first = reasons[0]
    told = {"message": _text(first["message"]), "type": first["code"]}
    failure = ET.SubElement(case, "failure", told)
    failure.text = _text(
        "\n".join(
            f"{'waits' if r['is_pending'] else 'wrong'}: {r['code']}: {r['message']}\n"
            f"  {r['fix']['who']}: {r['fix']['how']}"
            for r in reasons
        )
    )


def _count(suite: ET.Element) -> None:
    counts = {"tests": "testcase", "failures": "testcase/failure", "errors": "testcase/error"}
    for name, path in counts.items():
        suite.set(name, str(len(suite.findall(path))))


def _document(suite: ET.Element) -> bytes:
    root = ET.Element("testsuites")
    root.append(suite)
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _text(text: str) -> str:
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
