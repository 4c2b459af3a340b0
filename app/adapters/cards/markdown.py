"""Plain Markdown cards, as OpenAI, Meta, Google and Microsoft write them.

Prose is for people: headings hint at what is there, and numbers in its tables are not read
as results. A license is taken only from a line that names one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.adapters.cards import front_matter, nvidia
from app.adapters.cards.hugging_face import DATA_CARD, DATASET_KEYS, is_hub_card
from app.adapters.cards.sections import headings, owners_in, sections
from app.domain.errors import UnreadableEvidenceError
from app.domain.evidence import License, ModelCard, QualityFlag
from app.domain.reading.quantity import text
from app.domain.release import Document

_LICENSE = re.compile(
    r"^[ \t]*(?:[-*+][ \t]+)?(?:\*\*|__)?licen[sc]e(?:\(s\))?(?:\*\*|__)?[ \t]*:(?:\*\*|__)?"
    r"[ \t]*(?P<license>\S[^\n]{0,200})$",
    re.IGNORECASE | re.MULTILINE,
)
_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]{1,39}")
_CARD_NAME = re.compile(r"model[-_ .]?card|transparency[-_ ]?note|rai_transparency", re.IGNORECASE)
_CARD_TITLE = re.compile(
    r"\bmodel card\b(?! (?:toolkit|tool|generator|template|creator)\b)"
    r"|\bresponsible ai\b|\btransparency note\b",
    re.IGNORECASE,
)
_MODEL = re.compile(r"\bmodels?\b", re.IGNORECASE)
_MENTIONS = 3
_SECTIONS_OF_A_CARD = 3
_TELLING = frozenset({"intended_use", "out_of_scope", "training_data", "ethical_considerations"})
"""Sections that software seldom has; limitations and benchmarks it has too."""
_TITLE = re.compile(r"^model card(?: for)?[: ]*|[: ]*model card$", re.IGNORECASE)


class MarkdownCardReader:
    """Reads headings, owners and a license line."""

    format = "markdown"

    def sniff(self, files: Sequence[Document]) -> bool:
        """Tell whether the one file is Markdown that calls itself a model card, or is laid out so.

        Other Markdown (a change log, the README of a library) is no card, and one of the Hub
        has a reader of its own.
        """
        try:
            card = _text(files)
        except UnreadableEvidenceError:
            return False
        source, body = front_matter.split(card)
        is_other = DATASET_KEYS.search(source or "") or nvidia.is_subcard(files[0])
        if is_other or not card.strip() or is_hub_card(files, card):
            return False
        return bool(_CARD_NAME.search(files[0].name)) or _is_card(body)

    def parse(self, files: Sequence[Document]) -> ModelCard:
        """Read the card. Raises UnreadableEvidenceError, and nothing else."""
        card = _text(files)
        if not card.strip():
            raise UnreadableEvidenceError("the card is empty")
        _, body = front_matter.split(card)
        found = headings(body, first_line=1 + card.count("\n") - body.count("\n"))
        titles = [heading.title for heading in found if heading.level == 1]
        license_ = _license(body)
        flags = [QualityFlag("PROSE_ONLY", "", "a card in prose: nothing in it is structured")]
        if license_ is not None:
            detail = "the license was read off a line of prose"
            flags.append(QualityFlag("LICENSE_FROM_PROSE", "", detail))
        return ModelCard(
            format=self.format,
            name=text(_TITLE.sub("", titles[0])) if len(titles) == 1 else None,
            version=None,
            license=license_,
            owners=tuple(dict.fromkeys(owners_in(body))),
            base_models=(),
            datasets=(),
            languages=(),
            task=None,
            library=None,
            sections=sections(found),
            reported_results=(),
            quality=tuple(flags),
        )


def _is_card(body: str) -> bool:
    found = headings(body, first_line=1)
    if any(_CARD_TITLE.search(heading.title) for heading in found):
        return True
    if DATA_CARD.search(body):
        return False
    told = [key for key, section in sections(found).items() if section.native_heading is not None]
    is_about_a_model = len(_MODEL.findall(body)) >= _MENTIONS
    return is_about_a_model and len(told) >= _SECTIONS_OF_A_CARD and not _TELLING.isdisjoint(told)


def _text(files: Sequence[Document]) -> str:
    if len(files) != 1 or not files[0].name.lower().endswith((".md", ".markdown")):
        raise UnreadableEvidenceError("not one Markdown file")
    try:
        card = files[0].content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableEvidenceError("the card is not UTF-8 text") from error
    return card.replace("\r\n", "\n").replace("\r", "\n")


def _license(body: str) -> License | None:
    found = _LICENSE.search(body)
    named = text(found["license"].strip("*_` "), 200) if found else None
    if named is None or named.startswith("["):
        return None
    if _IDENTIFIER.fullmatch(named):
        return License(named.lower(), "hf", None, None)
    return License("other", "custom", named, None)
