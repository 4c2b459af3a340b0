from __future__ import annotations

import pytest

from app.domain.approvals.components import Component, components, moved
from app.domain.digest import Digest
from app.domain.release import Document, Evidence, File, Release, release_digest
from tests.builders import CONFIG, WEIGHTS, a_release

README = b"# A model card"
BESIDE = frozenset({"README.md"})


def evidence(content: bytes) -> Evidence:
    return Evidence((Document("README.md", Digest.of(content), content),), None, "/model_card")


def a_release_with_a_readme(content: bytes = README, card: bytes | None = None) -> Release:
    readme = File("README.md", len(content), Digest.of(content))
    shown = content if card is None else card
    return a_release(files=(CONFIG, WEIGHTS, readme), model_card=evidence(shown))


def weights(release: Release, beside: frozenset[str] = BESIDE) -> str:
    return components(release, beside, "r1")[Component.WEIGHTS]


def test_a_card_among_the_files_is_no_part_of_the_weights() -> None:
    assert weights(a_release_with_a_readme()) == release_digest((CONFIG, WEIGHTS))
    assert weights(a_release_with_a_readme(b"other")) == release_digest((CONFIG, WEIGHTS))


def test_a_readme_that_is_not_the_card_is_weights() -> None:
    release = a_release_with_a_readme(card=b"another card")

    assert weights(release) == release.digest


def test_a_file_that_is_submitted_as_card_under_another_path_is_weights() -> None:
    disguised = a_release(model_card=Evidence((Document("x", CONFIG.sha256, b"{}"),), None, ""))

    assert weights(disguised) == disguised.digest


def test_where_data_names_no_path_every_file_is_weights() -> None:
    release = a_release_with_a_readme()

    assert weights(release, frozenset()) == release.digest


def test_a_release_of_documents_alone_still_has_weights() -> None:
    readme = File("README.md", len(README), Digest.of(README))
    release = a_release(files=(readme,), model_card=evidence(README))

    assert weights(release) == release.digest


def test_what_is_absent_has_no_digest() -> None:
    assert components(a_release(), BESIDE, "r1").keys() == {Component.WEIGHTS, Component.POLICY}


def test_the_order_of_reports_is_no_change() -> None:
    one, two = evidence(b"one"), evidence(b"two")

    first = components(a_release(evaluations=(one, two)), BESIDE, "r1")
    second = components(a_release(evaluations=(two, one)), BESIDE, "r1")

    assert first == second
    assert first != components(a_release(evaluations=(one,)), BESIDE, "r1")


@pytest.mark.parametrize("component", Component)
def test_absent_is_not_unchanged(component: Component) -> None:
    assert moved({component}, {}, {}) == (component.value,)
    assert moved({component}, {component: "a"}, {component: "a"}) == ()
