"""NVIDIA's Model Card++: a README with bias, explainability, privacy and safety beside it.

Each subcard is one table, `Field | Response`, with fixed questions: close to structured.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from app.adapters.cards.described import sections_of
from app.adapters.cards.hugging_face import HuggingFaceCardReader
from app.domain.canonical import pointer
from app.domain.errors import UnreadableEvidenceError
from app.domain.evidence import ModelCard, QualityFlag, Section, SectionState
from app.domain.reading.quantity import text
from app.domain.release import Document

_HEADER = re.compile(r"^\s*\|?\s*Field\s*\|\s*Response\s*\|?\s*$", re.IGNORECASE)
_SUBCARDS = frozenset(("bias.md", "explainability.md", "privacy.md", "safety.md", "security.md"))
_QUESTIONS: Mapping[str, tuple[str, ...]] = {
    "intended_use": ("intended application", "intended user", "intended use"),
    "out_of_scope": ("use case restriction", "model and dataset restriction"),
    "limitations": ("technical limitation", "known risk"),
    "ethical_considerations": ("unwanted bias", "adversely impacted", "protected class"),
    "evaluation": ("performance metric", "verified to have met"),
    "training_data": ("personal data used", "dataset reviewed", "provenance"),
    "human_oversight": ("human oversight", "human review"),
}
_HUB = HuggingFaceCardReader()
_EMPTY = ModelCard(
    format="",
    name=None,
    version=None,
    license=None,
    owners=(),
    base_models=(),
    datasets=(),
    languages=(),
    task=None,
    library=None,
    sections={},
    reported_results=(),
    quality=(),
)


class NVIDIACardReader:
    """Reads the subcards, and the README when it is there."""

    format = "nvidia_card_plusplus"

    def sniff(self, files: Sequence[Document]) -> bool:
        """Tell whether there is a subcard, and nothing but subcards and one README."""
        subcards = [file for file in files if is_subcard(file)]
        rest = [file for file in files if not is_subcard(file)]
        is_readme = not rest or (len(rest) == 1 and _name(rest[0]) == "readme.md")
        return bool(subcards) and is_readme

    def parse(self, files: Sequence[Document]) -> ModelCard:
        """Read the set. Raises UnreadableEvidenceError, and nothing else."""
        if not self.sniff(files):
            raise UnreadableEvidenceError("no subcard with the columns Field and Response")
        readme = [file for file in files if not is_subcard(file)]
        card = _HUB.parse(readme) if readme else _EMPTY
        fields: dict[str, dict[str, object]] = {}
        for file in files:
            if is_subcard(file):
                for line, question, answer in _rows(file):
                    for key in _about(question):
                        at = pointer(text(file.name) or "unnamed", "lines", line)
                        fields.setdefault(key, {})[at] = answer
        answered = sections_of(fields)
        flags = list(card.quality)
        if not readme:
            flags.append(QualityFlag("README_MISSING", "", "subcards alone name no model"))
        return replace(
            card,
            format=self.format,
            sections={key: _fuller(s, card.sections.get(key)) for key, s in answered.items()},
            quality=tuple(flags),
        )


def is_subcard(file: Document) -> bool:
    """Tell whether a file is one of the tables."""
    if _name(file) not in _SUBCARDS:
        return False
    head = file.content[:4000].lstrip(b"\xef\xbb\xbf \t\r\n").decode("utf-8", "replace")
    return any(_HEADER.match(line) for line in head.splitlines()[:5])


def _name(file: Document) -> str:
    return file.name.rpartition("/")[2].lower()


def _rows(file: Document) -> Iterator[tuple[int, str, str]]:
    try:
        lines = file.content.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise UnreadableEvidenceError(f"{_name(file)} is not UTF-8 text") from error
    for number, line in enumerate(lines, start=1):
        question, bar, answer = line.strip().strip("|").partition("|")
        if bar and not _HEADER.match(line) and not set(question.strip()) <= set(":-"):
            yield number, question.strip(), answer.strip()


def _about(question: str) -> Iterator[str]:
    asked = question.lower()
    for key, phrases in _QUESTIONS.items():
        if any(phrase in asked for phrase in phrases):
            yield key


def _fuller(answered: Section, written: Section | None) -> Section:
    if written is None or written.state is SectionState.ABSENT:
        return answered
    return answered if answered.chars >= written.chars else written
