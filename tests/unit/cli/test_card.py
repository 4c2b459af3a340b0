from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.adapters.cards.hugging_face import HuggingFaceCardReader
from app.cli import main
from app.domain.evidence import SECTIONS, License, ModelCard, SectionState
from tests.evidence import codes, document

READER = HuggingFaceCardReader()
TOLD = ("--license", "apache-2.0", "--owner", "Example Lab", "--version", "1.10")


def init(path: Path, *words: str, name: str = "acme/scorer") -> Result:
    return CliRunner().invoke(main, ["card", "init", str(path), "--name", name, *words])


def read(path: Path) -> ModelCard:
    files = (document(path.name, path.read_bytes()),)
    assert READER.sniff(files)
    return READER.parse(files)


def test_a_new_card_has_every_section_as_a_placeholder(tmp_path: Path) -> None:
    answered = init(tmp_path / "README.md", *TOLD)

    card = read(tmp_path / "README.md")
    assert answered.exit_code == 0
    assert {s.state for s in card.sections.values()} == {SectionState.PLACEHOLDER}
    assert set(card.sections) == set(SECTIONS)


def test_once_filled_in_it_has_what_the_checks_ask_for(tmp_path: Path) -> None:
    path = tmp_path / "README.md"
    init(path, *TOLD, "--base-model", "org/base", "--dataset", "org/data")
    path.write_text(path.read_text().replace("[More Information Needed]", "Words."))

    card = read(path)

    assert {s.state for s in card.sections.values()} == {SectionState.PRESENT}
    assert {s.chars for s in card.sections.values()} == {len("Words.")}
    assert card.license == License("apache-2.0", "hf", None, None)
    assert (card.name, card.version, card.owners) == ("acme/scorer", "1.10", ("Example Lab",))
    assert [base.id for base in card.base_models] == ["org/base"]
    assert [dataset.id for dataset in card.datasets] == ["org/data"]
    assert codes(card) == set()


def test_what_was_not_told_stays_absent(tmp_path: Path) -> None:
    init(tmp_path / "README.md")

    card = read(tmp_path / "README.md")
    assert (card.license, card.owners, card.version) == (None, (), None)


@pytest.mark.parametrize("name", ["no", "a: b", "- [x]", 'it\'s "so"', "ünï"])
def test_any_name_is_written_so_that_it_reads_back(tmp_path: Path, name: str) -> None:
    init(tmp_path / "README.md", *TOLD, name=name)

    assert read(tmp_path / "README.md").name == name


def test_a_file_that_is_there_is_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "README.md"
    path.write_text("mine")

    answered = init(path, *TOLD)

    assert answered.exit_code == 3
    assert path.read_text() == "mine"
