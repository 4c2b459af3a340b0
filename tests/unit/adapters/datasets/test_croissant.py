from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.datasets.croissant import CroissantReader
from app.cli.evidence.piece import READERS
from app.domain.digest import Digest
from app.domain.errors import UnreadableEvidenceError
from app.domain.reading.dataset import DatasetDescription
from tests.evidence import document

READER = CroissantReader()
SHA256 = Digest.of(b"rows")
FILE = {"@type": "cr:FileObject", "name": "rows.csv", "contentUrl": "rows.csv", "sha256": SHA256}
CONTEXT = {"@vocab": "https://schema.org/", "cr": "http://mlcommons.org/croissant/"}
MAIL = {
    "@context": CONTEXT,
    "@type": "sc:Dataset",
    "conformsTo": "http://mlcommons.org/croissant/1.1",
    "name": "mail",
    "version": "2.0.0",
    "license": "https://spdx.org/licenses/MIT",
    "creator": {"@type": "Organization", "name": "Acme"},
    "distribution": [FILE],
    "recordSet": [{"@type": "cr:RecordSet", "name": "rows"}],
    "rai:dataBiases": "Mail in two languages only.",
    "rai:dataLimitations": "",
}


def read(**changes: Any) -> DatasetDescription:
    kept = {key: value for key, value in {**MAIL, **changes}.items() if value is not None}
    files = (document("croissant.json", kept),)
    assert READER.sniff(files)
    return READER.parse(files)


def codes(found: DatasetDescription) -> list[str]:
    return [flag.code for flag in found.quality]


def test_a_description_is_read_with_its_files_and_their_digests() -> None:
    found = read()

    assert (found.name, found.version, found.creators) == ("mail", "2.0.0", ("Acme",))
    assert found.license == ("https://spdx.org/licenses/MIT",)
    assert [(file.name, file.sha256) for file in found.files] == [("rows.csv", SHA256)]
    assert (found.record_sets, found.quality) == (1, ())


def test_what_the_responsible_ai_vocabulary_leaves_empty_is_not_stated() -> None:
    assert read().stated == ("dataBiases",)


def test_a_file_without_a_digest_is_flagged() -> None:
    assert codes(read(distribution=[{**FILE, "sha256": "see issue 80"}])) == ["DIGEST_MISSING"]


def test_a_set_of_files_needs_no_digest() -> None:
    whole = {"@type": "cr:FileSet", "name": "parquet", "includes": "*.parquet"}

    found = read(distribution=[whole])

    assert (found.files[0].is_set, codes(found)) == (True, [])


def test_a_license_that_is_not_named_is_flagged() -> None:
    assert codes(read(license=None)) == ["LICENSE_MISSING"]


@pytest.mark.parametrize(
    "changes",
    [
        {"conformsTo": None},  # 0.8 had no such member: the context tells
        {"conformsTo": None, "@context": {"ml": "http://mlcommons.org/schema/"}},
        {"conformsTo": {"@id": "http://mlcommons.org/croissant/1.0"}},
        {"@type": ["Dataset"]},
        {"@type": "https://schema.org/Dataset"},
        {"version": 2},
        {"creator": ["Acme", {"name": "Example Lab"}]},
    ],
)
def test_other_ways_to_write_the_same_are_read(changes: dict[str, Any]) -> None:
    assert read(**changes).name == "mail"


def test_spelt_out_words_are_read() -> None:
    files = (
        document(
            "c.json",
            {
                "@context": CONTEXT,
                "@type": "https://schema.org/Dataset",
                "https://schema.org/name": "mail",
                "sc:license": [{"@id": "https://spdx.org/licenses/MIT"}],
            },
        ),
    )

    found = READER.parse(files)

    assert (found.name, found.license) == ("mail", ("https://spdx.org/licenses/MIT",))


@pytest.mark.parametrize(
    "changes",
    [
        {"@type": "sc:SoftwareApplication"},
        {"@context": "https://schema.org/", "conformsTo": None},
        {"@context": "https://schema.org/", "conformsTo": "https://example.org/profile"},
    ],
)
def test_another_document_of_schema_org_is_none(changes: dict[str, Any]) -> None:
    files = (document("d.json", {k: v for k, v in {**MAIL, **changes}.items() if v}),)

    assert not READER.sniff(files)
    with pytest.raises(UnreadableEvidenceError):
        READER.parse(files)


def test_no_reader_of_cards_or_reports_takes_it_for_its_own() -> None:
    files = (document("croissant.json", MAIL),)

    assert [reader.format for reader in READERS if reader.sniff(files)] == ["croissant"]


ANY = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(sorted(MAIL)), ANY))
def test_whatever_stands_in_its_members_only_is_read_or_refused(changes: dict[str, Any]) -> None:
    content = json.dumps({**MAIL, **changes}).encode()
    files = (document("croissant.json", content),)

    try:
        found = READER.parse(files)
    except UnreadableEvidenceError:
        return
    assert found.format == "croissant"
