from __future__ import annotations

from dataclasses import replace

from app.domain.digest import Digest
from app.domain.release import Document, Evidence, File, release_digest
from tests.builders import CONFIG, WEIGHTS


def test_the_order_of_the_listing_does_not_matter() -> None:
    assert release_digest([WEIGHTS, CONFIG]) == release_digest([CONFIG, WEIGHTS])


def test_a_known_listing_has_a_known_digest() -> None:
    listing = b'[{"path":"a","sha256":"' + b"0" * 64 + b'","size":1}]'

    assert release_digest([File("a", 1, Digest("0" * 64))]) == Digest.of(listing)


def test_swapping_two_names_changes_the_release() -> None:
    swapped = [replace(WEIGHTS, path=CONFIG.path), replace(CONFIG, path=WEIGHTS.path)]

    assert release_digest(swapped) != release_digest([WEIGHTS, CONFIG])


def test_one_byte_more_changes_the_release() -> None:
    assert release_digest([replace(WEIGHTS, size=8)]) != release_digest([WEIGHTS])


def test_evidence_of_one_file_has_the_digest_of_that_file() -> None:
    file = Document("results.json", Digest.of(b"{}"), b"{}")

    assert Evidence((file,), None, "/evaluations/0").sha256 == file.sha256


def test_evidence_of_several_files_covers_their_names() -> None:
    files = [Document(name, Digest.of(b"{}"), b"{}") for name in ("stats.json", "run.json")]
    renamed = [replace(files[0], name="other.json"), files[1]]

    assert Evidence(tuple(files), None, "").sha256 != Evidence(tuple(renamed), None, "").sha256
