"""Model cards of the Hugging Face Hub: README.md with front matter, and `.eval_results/`.

The front matter's keys are those of huggingface_hub's `ModelCardData`; its `model-index`
is what the owner claims, so every number of it is a reported result and no measurement.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.adapters.cards import front_matter
from app.adapters.cards.hugging_face_results import observations
from app.adapters.cards.sections import headings, owners_in, sections
from app.domain.errors import UnreadableEvidenceError
from app.domain.evidence import BaseModel, Dataset, License, ModelCard, QualityFlag
from app.domain.reading.measuring import measure
from app.domain.reading.quantity import text
from app.domain.release import Document

MODEL_KEYS = re.compile(
    r"^(?:license|language|library_name|pipeline_tag|base_model|model-index|model_name|metrics"
    r"|datasets|tags|inference|license_name)[ \t]*:",
    re.MULTILINE,
)
DATASET_KEYS = re.compile(
    r"^(?:dataset_info|task_categories|task_ids|annotations_creators|size_categories|sdk"
    r"|configs|pretty_name)[ \t]*:",
    re.MULTILINE,
)
"""Keys of data set cards and of Spaces, which have front matter too."""
_PAGE_KEYS = re.compile(r"^(?:layout|permalink|categories|draft|slug|sidebar)[ \t]*:", re.MULTILINE)
"""Keys of pages of web sites, which have languages, licenses and tags as well."""
_ARTICLE_KEYS = re.compile(r"^(?:title|date|published|cover|excerpt)[ \t]*:", re.MULTILINE)
_SURE_KEYS = re.compile(
    r"^(?:library_name|pipeline_tag|base_model|model-index|model_name|widget)[ \t]*:", re.MULTILINE
)
"""Keys that only a card of a model has, and those of articles, which may be tagged as well."""
DATA_CARD = re.compile(
    r"^#{1,2}[ \t]+(?:data ?set card|data ?card)\b", re.IGNORECASE | re.MULTILINE
)
_PROJECT = re.compile(
    r"^#{1,4}[ \t]+\W*(?:install|contribut|develop(?:ment|ing)|changelog|roadmap|prerequisites"
    r"|requirements|table of contents|project structure|getting started|documentation)"
    r"|^[ \t]*(?:\[!\[|git clone )",
    re.IGNORECASE | re.MULTILINE,
)
"""What the README of software has, which may load a model as well."""
_HUB_CODE = re.compile(r"\bfrom_pretrained\(|\bhf_hub_download\(|https?://huggingface\.co/")
"""What a README says of its model where it has no front matter; the Hub takes it as a card."""
_OWNER_KEYS = ("owners", "owner", "authors", "author", "developers", "maintainers", "contact")
_TITLE_PREFIX = re.compile(r"^model card(?: for)?[: ]*", re.IGNORECASE)
_MOST = 500


class HuggingFaceCardReader:
    """Reads a README; a broken front matter is told and the body still read."""

    format = "hf_readme"

    def sniff(self, files: Sequence[Document]) -> bool:
        """Tell whether one Markdown file opens with the front matter of a model."""
        try:
            readme, _ = _parts(files)
        except UnreadableEvidenceError:
            return False
        return is_hub_card(files, readme)

    def parse(self, files: Sequence[Document]) -> ModelCard:
        """Read the card. Raises UnreadableEvidenceError, and nothing else."""
        readme, results = _parts(files)
        source, body = front_matter.split(readme)
        matter, flags = _load(source)
        if not matter and not body.strip():
            raise UnreadableEvidenceError("the card is empty")
        found = headings(body, first_line=1 + readme.count("\n") - body.count("\n"))
        listed, result_flags = observations(matter, results)
        reported, measured_flags = measure(listed, scale=None)
        titles = [heading.title for heading in found if heading.level == 1]
        title = titles[0] if len(titles) == 1 else None
        license_, license_flags = _license(matter)
        return ModelCard(
            format=self.format,
            name=_name(matter, title),
            version=_version(matter),
            license=license_,
            owners=tuple(dict.fromkeys(_owners(matter, body))),
            base_models=_base_models(matter),
            datasets=tuple(Dataset(name, role="train") for name in _names(matter, "datasets")),
            languages=tuple(_names(matter, "language")),
            task=text(matter.get("pipeline_tag")),
            library=text(matter.get("library_name")),
            sections=sections(found),
            reported_results=reported,
            quality=(*flags, *license_flags, *result_flags, *measured_flags),
        )


def is_hub_card(files: Sequence[Document], readme: str) -> bool:
    """Tell whether a Markdown text is the card of a model on the Hub."""
    source, body = front_matter.split(readme)
    if source is None:
        is_readme = any(file.name.lower().endswith("readme.md") for file in files)
        return is_readme and _HUB_CODE.search(body) is not None and not _PROJECT.search(body)
    is_article = _ARTICLE_KEYS.search(source) and not _SURE_KEYS.search(source)
    is_data = DATA_CARD.search(body) and not _SURE_KEYS.search(source)
    is_other = is_article or is_data or DATASET_KEYS.search(source) or _PAGE_KEYS.search(source)
    return bool(MODEL_KEYS.search(source)) and not is_other


def _parts(files: Sequence[Document]) -> tuple[str, tuple[Document, ...]]:
    cards = [file for file in files if file.name.lower().endswith((".md", ".markdown"))]
    results = tuple(file for file in files if file.name.lower().endswith((".yaml", ".yml")))
    if len(cards) != 1 or len(cards) + len(results) != len(files):
        raise UnreadableEvidenceError("not one Markdown file, alone or with .eval_results files")
    try:
        readme = cards[0].content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableEvidenceError("the card is not UTF-8 text") from error
    return readme.replace("\r\n", "\n").replace("\r", "\n"), results


def _load(source: str | None) -> tuple[Mapping[str, Any], list[QualityFlag]]:
    if source is None:
        detail = "the card has no YAML front matter: it names no license, data set or result"
        return {}, [QualityFlag("FRONT_MATTER_MISSING", "", detail)]
    try:
        matter = front_matter.load(source)
    except front_matter.FrontMatterError as error:
        return {}, [QualityFlag("FRONT_MATTER_UNREADABLE", "", text(str(error)) or "")]
    if matter is None or isinstance(matter, dict):
        return matter or {}, []
    detail = "the front matter is no mapping"
    return {}, [QualityFlag("FRONT_MATTER_UNREADABLE", "", detail)]


def _name(matter: Mapping[str, Any], title: str | None) -> str | None:
    index = matter.get("model-index")
    listed = index if isinstance(index, list) else []
    entries = [entry for entry in listed if isinstance(entry, dict)]
    indexed = text(entries[0].get("name")) if len(entries) == 1 else None
    headed = _TITLE_PREFIX.sub("", title or "")
    named = text(matter.get("model_name")) or indexed or text(headed)
    return None if named in {"Model ID", "Model Card"} else named


def _version(matter: Mapping[str, Any]) -> str | None:
    for key in ("version", "model_version"):
        raw = matter.get(key)
        if isinstance(raw, front_matter.Real):
            return raw.written
        if isinstance(raw, (str, int)) and not isinstance(raw, bool):
            return text(str(raw))
    return None


def _license(matter: Mapping[str, Any]) -> tuple[License | None, list[QualityFlag]]:
    raw = matter.get("license")
    names = _names(matter, "license")
    if len(names) > 1:
        detail = f"{len(names)} licenses are named; which one holds is not said"
        return None, [QualityFlag("LICENSE_AMBIGUOUS", "/license", detail)]
    if not names:
        is_odd = raw is not None and raw != []
        detail = "the license is no text"
        return None, [QualityFlag("LICENSE_UNREADABLE", "/license", detail)] if is_odd else []
    link = text(matter.get("license_link"))
    own = text(matter.get("license_name"))
    scheme = "custom" if names[0].lower() == "other" else "hf"
    return License(names[0].lower(), scheme, own, link), []


def _owners(matter: Mapping[str, Any], body: str) -> Iterator[str]:
    for key in _OWNER_KEYS:
        yield from _names(matter, key)
    yield from owners_in(body)


def _base_models(matter: Mapping[str, Any]) -> tuple[BaseModel, ...]:
    names = _names(matter, "base_model")
    relation = text(matter.get("base_model_relation"))
    if relation is None and len(names) > 1:
        relation = "merge"  # what the Hub reads from a list (hub-docs, model-cards.md)
    return tuple(BaseModel(name, relation, revision=None, license=None) for name in names)


def _names(matter: Mapping[str, Any], key: str) -> list[str]:
    raw = matter.get(key)
    listed = raw if isinstance(raw, list) else [raw]
    named = [text(_named(member)) for member in listed[:_MOST]]
    return [name for name in named if name is not None]


def _named(member: object) -> object:
    return member.get("name") if isinstance(member, dict) else member
