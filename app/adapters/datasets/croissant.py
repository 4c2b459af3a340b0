"""Croissant: JSON-LD about a data set (MLCommons, 0.8 to 1.1), read as plain JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from app.domain.canonical import pointer
from app.domain.digest import Digest
from app.domain.errors import InvalidDigestError, UnreadableEvidenceError
from app.domain.evidence import QualityFlag
from app.domain.reading.dataset import DatasetDescription, DatasetFile
from app.domain.reading.files import must_json, sole_json
from app.domain.reading.quantity import text
from app.domain.reading.shape import mapping, members
from app.domain.release import Document

_VOCABULARY = ("mlcommons.org/croissant", "mlcommons.org/schema")
"""The latter until 0.8, whose files name no version."""
_SCHEMA = ("", "sc:", "schema:", "https://schema.org/", "http://schema.org/")
_OWN = ("", "cr:", "ml:", "dct:", "http://mlcommons.org/croissant/")
_RAI = ("rai:", "http://mlcommons.org/croissant/RAI/")
_MOST_FILES = 1000


class CroissantReader:
    """Reads one data set; the words of schema.org may be bare, prefixed or spelt out."""

    format = "croissant"

    def sniff(self, files: Sequence[Document]) -> bool:
        """Tell whether the one file is JSON-LD of a data set in the Croissant vocabulary."""
        return _is_croissant(mapping(sole_json(files, "@context", "@type")))

    def parse(self, files: Sequence[Document]) -> DatasetDescription:
        """Read the description. Raises UnreadableEvidenceError, and nothing else."""
        document = mapping(must_json(files))
        if not _is_croissant(document):
            raise UnreadableEvidenceError("no data set in the Croissant vocabulary")
        listed = list(_files(document))
        name = text(_member(document, "name"))
        licenses = tuple(_names(_member(document, "license")))
        return DatasetDescription(
            format=self.format,
            conforms_to=next(_texts(_member(document, "conformsTo", _OWN)), None),
            name=name,
            version=text(_member(document, "version")) or _number(_member(document, "version")),
            license=licenses,
            creators=tuple(_names(_member(document, "creator"))),
            url=next(_texts(_member(document, "url")), None),
            published=text(_member(document, "datePublished")),
            files=tuple(file for file, _ in listed),
            record_sets=sum(1 for _ in members(_member(document, "recordSet", _OWN))),
            stated=tuple(sorted(_stated(document))),
            quality=tuple(_quality(name, licenses, listed)),
        )


def _is_croissant(document: Mapping[str, object]) -> bool:
    kinds = set(_texts(document.get("@type")))
    if not kinds & {prefix + "Dataset" for prefix in _SCHEMA}:
        return False
    named = [*_texts(_member(document, "conformsTo", _OWN)), *_context(document.get("@context"))]
    return any(word in name for name in named for word in _VOCABULARY)


def _context(raw: object) -> Iterator[str]:
    for part in raw if isinstance(raw, list) else [raw]:
        yield from _texts(part)
        for value in mapping(part).values():
            yield from _texts(value)


def _member(document: Mapping[str, object], name: str, prefixes: Sequence[str] = _SCHEMA) -> object:
    return next((document[p + name] for p in prefixes if p + name in document), None)


def _texts(raw: object) -> Iterator[str]:
    """Take texts: alone, in a list, or as the id of a node."""
    for one in raw if isinstance(raw, list) else [raw]:
        told = text(one) or text(mapping(one).get("@id")) or text(mapping(one).get("@value"))
        if told is not None:
            yield told


def _names(raw: object) -> Iterator[str]:
    for one in raw if isinstance(raw, list) else [raw]:
        told = text(_member(mapping(one), "name")) or text(_member(mapping(one), "url"))
        yield from [told] if told is not None else _texts(one)


def _number(raw: object) -> str | None:
    return str(raw) if isinstance(raw, (int, float)) and not isinstance(raw, bool) else None


def _files(document: Mapping[str, object]) -> Iterator[tuple[DatasetFile, QualityFlag | None]]:
    for index, one in members(_member(document, "distribution")):
        if index >= _MOST_FILES:
            return
        is_set = any(kind.endswith("FileSet") for kind in _texts(one.get("@type")))
        name = text(_member(one, "name")) or text(one.get("@id")) or f"file {index}"
        told = text(_member(one, "sha256"))
        flag = None
        try:
            sha256 = None if told is None else Digest(told.lower())
        except InvalidDigestError:
            sha256 = None
        if sha256 is None and not is_set:
            at = pointer("distribution", index)
            flag = QualityFlag("DIGEST_MISSING", at, f"{name} has no sha256")
        url = next(_texts(_member(one, "contentUrl")), None)
        media_type = next(_texts(_member(one, "encodingFormat")), None)
        yield DatasetFile(name, sha256, url, media_type, is_set), flag


def _stated(document: Mapping[str, object]) -> Iterator[str]:
    for key, value in document.items():
        for prefix in _RAI:
            if key.startswith(prefix) and value not in ("", [], {}, None):
                yield key.removeprefix(prefix)


def _quality(
    name: str | None,
    licenses: Sequence[str],
    listed: Sequence[tuple[DatasetFile, QualityFlag | None]],
) -> Iterator[QualityFlag]:
    if name is None:
        yield QualityFlag("DATASET_MISSING", "/name", "the data set has no name")
    if not licenses:
        yield QualityFlag("LICENSE_MISSING", "/license", "the data set names no license")
    yield from (flag for _, flag in listed if flag is not None)
