from __future__ import annotations

import pytest

from app.adapters.cards.nvidia import NVIDIACardReader
from app.domain.errors import UnreadableEvidenceError
from app.domain.evidence import SectionState
from app.domain.release import Document
from tests.evidence import codes, document, sample

READER = NVIDIACardReader()
FOLDER = "model_cards/nvidia_cardplusplus/Nemotron-Nano-VL-8B-V1"
NAMES = ("README", "bias", "explainability", "privacy", "safety")
SET = tuple(sample(f"{FOLDER}/{name}.md") for name in NAMES)
HEADER = "Field | Response\n:---|:---\n"


def test_the_whole_set_is_one_card() -> None:
    card = READER.parse(SET)

    assert READER.sniff(SET)
    assert card.license is not None
    assert card.license.name == "nvidia-open-model-license"
    assert card.library == "transformers"
    states = {key: section.state for key, section in card.sections.items()}
    assert {states.pop(key) for key in ("human_oversight", "monitoring")} == {SectionState.ABSENT}
    assert set(states.values()) == {SectionState.PRESENT}
    assert codes(card) == set()


def test_an_answer_names_its_line() -> None:
    card = READER.parse(SET)

    assert card.sections["limitations"].at == "/explainability.md/lines/9"


def test_a_subcard_alone_names_no_model() -> None:
    card = READER.parse(
        (document("bias.md", HEADER + "Measures against unwanted bias: | Tests\n"),)
    )

    assert card.name is None
    assert card.sections["ethical_considerations"].chars == len("Tests")
    assert "README_MISSING" in codes(card)


@pytest.mark.parametrize("answer", ["Not Applicable", "None", ""])
def test_a_question_without_an_answer_says_nothing(answer: str) -> None:
    file = document("safety.md", HEADER + f"Use Case Restrictions: | {answer}\n")

    section = READER.parse((file,)).sections["out_of_scope"]

    assert section.state is not SectionState.PRESENT


@pytest.mark.parametrize(
    "files",
    [
        (),
        (SET[0],),
        (document("bias.md", "# Bias\nnone\n"),),
        (SET[1], document("notes.md", "# x\n")),
        (SET[1], SET[0], document("README.md", "# again\n")),
    ],
)
def test_what_is_no_set_of_subcards_is_refused(files: tuple[Document, ...]) -> None:
    assert not READER.sniff(files)
    with pytest.raises(UnreadableEvidenceError):
        READER.parse(files)
