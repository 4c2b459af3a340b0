"""Sections of a Markdown card: what stands under its headings, as hints and never as proof.

Teams word headings as they like, so a section that is found says "here is text", and one
that is not found says "absent under any name that is known here".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from app.domain.evidence import SECTIONS, Section, SectionState
from app.domain.reading.quantity import text

MOST_HEADINGS = 2_000
_PHRASES: Mapping[str, tuple[str, ...]] = {
    "intended_use": (
        "intended use",
        "direct use",
        "downstream use",
        "evaluated use",
        "model use",
        "primary use",
        "use case",
        "uses",
        "usage scenario",
        "model usage",
    ),
    "out_of_scope": ("out of scope", "outofscope", "misuse", "prohibited use", "unsupported use"),
    "limitations": ("limitation", "known issue", "caveat", "failure mode", "risks"),
    "training_data": (
        "training data",
        "training and evaluation data",
        "training dataset",
        "training evaluation data",
        "pretraining data",
        "model data",
        "datasets",
        "data",
    ),
    "evaluation": (
        "evaluation",
        "evaluated",
        "benchmark",
        "performance",
        "quantitative analys",
        "results",
    ),
    "ethical_considerations": (
        "ethical",
        "bias",
        "fairness",
        "broader implication",
        "responsib",
        "societal impact",
    ),
    "human_oversight": ("human oversight", "human in the loop", "oversight", "human review"),
    "monitoring": ("monitoring", "monitored", "post market", "post deployment"),
}
_WHOLE_HEADINGS = frozenset({"uses", "data", "datasets", "results", "model use", "performance"})
"""Phrases too short to count inside a longer heading: "training data" is not "data"."""
_NOT_A_SECTION = ("training result", "evaluation command", "metadata")
_FENCE = re.compile(r"^ {0,3}(```+|~~~+)")
_ATX = re.compile(r"^ {0,3}(?P<marks>#{1,6})[ \t]+(?P<title>.+?)[ \t]*#*[ \t]*$")
_BOLD = re.compile(r"^\s*(?:\*\*|__)(?P<title>[^*_].{0,100}?)(?:\*\*|__):?\s*$")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,500}>")
_PLACEHOLDER = re.compile(
    r"more info(?:rmation)? needed|\bto ?do\b|\btbd\b|\bto be (?:added|completed|determined)\b"
    r"|\{\{.*?\}\}|\{[a-z_]+\}|\[(?:insert|your|add|fill)[^\]]*\]|lorem ipsum",
    re.IGNORECASE,
)
_SILENT = re.compile(r"^(?:n/?a|not applicable|none|-|\.+|optional)$", re.IGNORECASE)
_MARKUP = re.compile(r"[\s#*_`>|=~:+-]+")
_BOLD_LEVEL = 7
_OWNER = re.compile(
    r"^[ \t]*(?:[-*+][ \t]+)?(?:\*\*|__)?(?:(?:model )?developed by|model developers?|developers?"
    r"|authors?|owners?|maintainers?)(?:\*\*|__)?[ \t]*:?(?:\*\*|__)?[ \t]*:?[ \t]*"
    r"(?P<owner>\S[^\n]{0,200})$",
    re.IGNORECASE | re.MULTILINE,
)
_LABELLED = re.compile(r":|\*\*|__")
_LINK = re.compile(r"\[(?P<shown>[^\[\]]{1,200})\]\([^()\s]{0,500}\)")
_NOBODY = re.compile(r"information needed|^\[|^to ?do\b|^tbd|^unknown$|^n/?a$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Heading:
    """One heading with the text under it, down to the next of its level or above."""

    title: str
    level: int
    line: int
    text: str


def headings(body: str, first_line: int) -> tuple[Heading, ...]:
    """Find the headings of a body; lines in code fences are none."""
    lines = _COMMENT.sub(_blank_lines, body).split("\n")
    marks = list(_marks(lines))[:MOST_HEADINGS]
    found = []
    for position, (index, level, title) in enumerate(marks):
        after = (i for i, deeper, _ in marks[position + 1 :] if deeper <= level)
        inside = {i for i, _, _ in marks[position + 1 :]}
        end = next(after, len(lines))
        kept = [lines[i] for i in range(index + 1, end) if i not in inside]
        found.append(Heading(title, level, first_line + index, "\n".join(kept)))
    return tuple(found)


def sections(found: Iterable[Heading]) -> dict[str, Section]:
    """Tell of every section of SECTIONS what its best heading holds; absent ones too."""
    listed = list(found)
    titles = [heading for heading in listed if heading.level == 1]
    if len(titles) == 1 and len(listed) > 1 and listed[0] is titles[0]:
        listed = listed[1:]  # the title of the card holds everything and says nothing of it
    return {key: _best(key, listed) for key in SECTIONS}


def says(written: str) -> tuple[SectionState, int]:
    """Tell whether a text says something, and how many characters of it do.

    Lines with a placeholder count for nothing; what they leave is what was written.
    """
    lines = _TAG.sub(" ", _COMMENT.sub("", written)).splitlines()
    spoken = [line for line in lines if not _PLACEHOLDER.search(line)]
    left = [line.strip() for line in spoken if not _SILENT.match(_MARKUP.sub(" ", line).strip())]
    chars = len(_MARKUP.sub(" ", " ".join(left)).strip())
    return (SectionState.PRESENT, chars) if chars else (SectionState.PLACEHOLDER, 0)


def owners_in(body: str) -> Iterator[str]:
    """Find who a body says developed the model, on lines such as `**Developed by:** Meta`."""
    for found in _OWNER.finditer(body):
        label = found[0][: found.start("owner") - found.start()]
        owner = text(_LINK.sub(r"\g<shown>", found["owner"]).strip("*_ "), 200)
        if owner and _LABELLED.search(label) and not _NOBODY.search(owner):
            yield owner


def _blank_lines(comment: re.Match[str]) -> str:
    return "\n" * comment[0].count("\n")


def _marks(lines: list[str]) -> Iterator[tuple[int, int, str]]:
    fence = ""
    for index, line in enumerate(lines):
        opened = _FENCE.match(line)
        if opened:
            mark = opened[1]
            if not fence:
                fence = mark
            elif mark[0] == fence[0] and len(mark) >= len(fence):
                fence = ""
            continue
        if fence:
            continue
        atx = _ATX.match(line)
        bold = _BOLD.match(line)
        if atx:
            yield index, len(atx["marks"]), _title(atx["title"])
        elif bold:
            yield index, _BOLD_LEVEL, _title(bold["title"])
        elif line.strip() and index + 1 < len(lines) and re.fullmatch(r"={3,}", lines[index + 1]):
            yield index, 1, _title(line)


def _title(written: str) -> str:
    return text(_TAG.sub(" ", written).strip("*_: "), 200) or ""


def _best(key: str, found: list[Heading]) -> Section:
    candidates = []
    for heading in found:
        if _is_about(key, heading.title):
            state, chars = says(heading.text)
            at = f"/lines/{heading.line}"
            candidates.append(Section(state, chars, heading.title, at))
    absent = Section(SectionState.ABSENT, 0, None, "")
    return max(candidates, key=lambda section: section.chars, default=absent)


def _is_about(key: str, title: str) -> bool:
    words = re.sub(r"[^a-z0-9]+", " ", title.lower()).strip()
    if any(other in words for other in _NOT_A_SECTION):
        return False
    if key == "intended_use" and _is_about("out_of_scope", title):
        return False
    if key == "evaluation" and "evaluated use" in words:
        return False
    return any(
        words == phrase if phrase in _WHOLE_HEADINGS else f" {words}".find(f" {phrase}") >= 0
        for phrase in _PHRASES[key]
    )
