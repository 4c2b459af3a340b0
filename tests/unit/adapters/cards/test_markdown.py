from __future__ import annotations

import pytest

from app.adapters.cards.markdown import MarkdownCardReader
from app.domain.errors import UnreadableEvidenceError
from app.domain.evidence import License, ModelCard, SectionState
from app.domain.release import Document
from tests.evidence import codes, document, sample

READER = MarkdownCardReader()


def read(card: str) -> ModelCard:
    return READER.parse((document("MODEL_CARD.md", card),))


@pytest.mark.parametrize(
    ("name", "title", "present"),
    [
        (
            "openai_whisper_model-card.md",
            "Whisper",
            {"intended_use", "limitations", "training_data"},
        ),
        ("openai_gpt-3_model-card.md", "GPT-3", {"intended_use", "limitations", "evaluation"}),
        ("meta_llama3_1_MODEL_CARD.md", None, {"intended_use", "training_data", "evaluation"}),
        ("meta_musicgen_MODEL_CARD.md", "MusicGen", {"intended_use", "limitations", "evaluation"}),
        ("google_lit_model_card.md", "LiT (Locked image Tuning)", {"limitations", "evaluation"}),
        ("compvis_stable_diffusion_v1_Model_Card.md", None, {"out_of_scope", "limitations"}),
        (
            "microsoft_graphrag_RAI_TRANSPARENCY.md",
            "GraphRAG: Responsible AI FAQ",
            {"intended_use"},
        ),
    ],
)
def test_a_vendors_card_is_read_by_its_headings(
    name: str, title: str | None, present: set[str]
) -> None:
    files = (sample(f"model_cards/markdown/{name}"),)

    card = READER.parse(files)

    assert READER.sniff(files)
    assert card.name == title
    states = {key for key, s in card.sections.items() if s.state is SectionState.PRESENT}
    assert states >= present
    assert "human_oversight" not in states
    assert card.reported_results == ()
    assert "PROSE_ONLY" in codes(card)


def test_the_title_is_no_section() -> None:
    card = read("# Responsible AI card\n## Purpose\nwords\n")

    assert card.sections["ethical_considerations"].state is SectionState.ABSENT


@pytest.mark.parametrize(
    ("line", "license_"),
    [
        ("- **License:** Apache-2.0", License("apache-2.0", "hf", None, None)),
        ("License: our own terms", License("other", "custom", "our own terms", None)),
    ],
)
def test_a_license_line_is_read_and_told(line: str, license_: License) -> None:
    card = read(f"# M\n{line}\n")

    assert card.license == license_
    assert "LICENSE_FROM_PROSE" in codes(card)


@pytest.mark.parametrize("line", ["The license is unclear.", "License: [More Information Needed]"])
def test_prose_about_a_license_is_none(line: str) -> None:
    assert read(f"# M\n{line}\n").license is None


@pytest.mark.parametrize(
    "files",
    [
        (),
        (document("MODEL_CARD.md", " \n"),),
        (document("MODEL_CARD.md", b"\xff"),),
        (document("notes.txt", "# M"),),
        (document("a.md", "# M"), document("b.md", "# M")),
    ],
)
def test_what_is_no_markdown_file_is_refused(files: tuple[Document, ...]) -> None:
    assert not READER.sniff(files)
    with pytest.raises(UnreadableEvidenceError):
        READER.parse(files)


@pytest.mark.parametrize(
    "file",
    [
        sample("model_cards/hf/EleutherAI_pythia-70m-deduped.README.md"),
        sample("model_cards/nvidia_cardplusplus/Nemotron-Nano-VL-8B-V1/bias.md"),
        document("README.md", "---\ntask_categories: [x]\n---\n# Data\n"),
    ],
)
def test_other_markdown_is_left_to_its_reader(file: Document) -> None:
    assert not READER.sniff((file,))


LAID_OUT = (
    "# Scorer\n\nA model of models.\n\n## {}\n\nThe model scores.\n\n## {}\n\nx\n\n## {}\n\ny\n"
)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("MODEL_CARD.md", "# Scorer\n"),
        ("scorer_model-card.md", "# Scorer\n"),
        ("notes.md", "# Model Card: Scorer\n"),
        ("README.md", "# Scorer\n\n## Model card\n\nText.\n"),
        ("README.md", LAID_OUT.format("Intended use", "Limitations", "Evaluation")),
    ],
)
def test_a_card_is_told_by_its_name_title_or_layout(name: str, text: str) -> None:
    assert READER.sniff((document(name, text),))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("CHANGELOG.md", "# Changelog\n\n## 1.0.0\n\n- A model card is printed.\n"),
        ("LICENSE.md", "MIT License\n"),
        ("SECURITY.md", "# Security policy\n\n## Limitations\n\nNone.\n"),
        ("README.md", "# library\n\n## Installation\n\n## Usage\n\n## Performance\n"),
        ("README.md", LAID_OUT.format("Limitations", "Evaluation", "Monitoring")),
        ("2026-01-01-post.md", "---\nlayout: post\ntags: [model]\n---\n# A post\n"),
    ],
)
def test_other_markdown_is_no_card(name: str, text: str) -> None:
    assert not READER.sniff((document(name, text),))


@pytest.mark.parametrize("title", ["Model Card Toolkit", "Model card generator"])
def test_the_readme_of_a_tool_for_model_cards_is_none(title: str) -> None:
    assert not MarkdownCardReader().sniff((document("README.md", f"# {title}\ntext\n"),))
    assert MarkdownCardReader().sniff((document("README.md", "# Model card: scorer\ntext\n"),))
