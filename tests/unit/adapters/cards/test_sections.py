from __future__ import annotations

import pytest

from app.adapters.cards.sections import headings, owners_in, says, sections
from app.domain.evidence import Section, SectionState


def section(body: str, key: str) -> Section:
    return sections(headings(body, 1))[key]


@pytest.mark.parametrize(
    ("title", "key"),
    [
        ("## Intended uses & limitations", "intended_use"),
        ("## Intended uses & limitations", "limitations"),
        ("### Direct Use", "intended_use"),
        ("## What are GraphRAG's intended use(s)?", "intended_use"),
        ("**Intended Use**", "intended_use"),
        ("# Out-of-Scope Use", "out_of_scope"),
        ("## Training Data", "training_data"),
        ("## Training/Evaluation Dataset:", "training_data"),
        ("## Benchmark scores", "evaluation"),
        ("## Bias, Risks, and Limitations", "ethical_considerations"),
        ("## Human oversight", "human_oversight"),
        ("## Post-market monitoring", "monitoring"),
        ("Limitations\n===========", "limitations"),
    ],
)
def test_a_heading_hints_at_its_section(title: str, key: str) -> None:
    found = section(f"{title}\n\nSome words.\n", key)

    assert found.state is SectionState.PRESENT
    assert found.chars >= len("Some words.")


@pytest.mark.parametrize(
    ("title", "key"),
    [
        ("## Out-of-Scope Use", "intended_use"),
        ("## Usage", "intended_use"),
        ("## Training results", "evaluation"),
        ("## Metadata", "training_data"),
        ("## Citation", "limitations"),
    ],
)
def test_a_near_heading_does_not(title: str, key: str) -> None:
    assert section(f"{title}\n\nSome words.\n", key).state is SectionState.ABSENT


@pytest.mark.parametrize(
    "text",
    [
        "[More Information Needed]",
        "More information needed",
        "<!-- Who is this for? -->\n\n[More Information Needed]",
        "- **Developed by:** [More Information Needed]",
        "to do",
        "tbd",
        "N/A",
        "{{ intended_use }}",
        "",
        "---",
        "<br>",
    ],
)
def test_a_template_that_nobody_filled_says_nothing(text: str) -> None:
    assert says(text) == (SectionState.PLACEHOLDER, 0)
    assert section(f"## Limitations\n{text}\n", "limitations").state is SectionState.PLACEHOLDER


def test_one_sentence_beside_a_placeholder_counts() -> None:
    assert says("[More Information Needed]\nIt is slow.") == (SectionState.PRESENT, 11)


def test_what_stands_under_smaller_headings_belongs_to_the_section() -> None:
    body = "## Uses\n### Direct Use\nFor tests.\n## Training Data\nA lot more of other text.\n"

    assert section(body, "intended_use").chars == len("For tests.")


def test_headings_alone_say_nothing() -> None:
    assert section("## Uses\n### Direct Use\n### Downstream Use\n", "intended_use").state is (
        SectionState.PLACEHOLDER
    )


@pytest.mark.parametrize("fence", ["```", "~~~~"])
def test_a_comment_in_code_is_no_heading(fence: str) -> None:
    body = f"{fence}python\n# Limitations\nx = 1\n{fence}\n"

    assert section(body, "limitations").state is SectionState.ABSENT


def test_a_heading_in_a_comment_is_none() -> None:
    assert section("<!--\n## Limitations\nmany\n-->\n", "limitations").state is SectionState.ABSENT


def test_a_section_names_its_line_in_the_file() -> None:
    found = sections(headings("\n## Limitations\nmany\n", 10))["limitations"]

    assert (found.at, found.native_heading) == ("/lines/11", "Limitations")


@pytest.mark.parametrize(
    ("line", "owner"),
    [
        ("- **Developed by:** [Example Lab](https://example.com)", "Example Lab"),
        ("**Model Developer**: Meta", "Meta"),
        ("- Developed by: Example Lab", "Example Lab"),
    ],
)
def test_the_developer_is_found_on_his_line(line: str, owner: str) -> None:
    assert list(owners_in(f"text\n{line}\n")) == [owner]


@pytest.mark.parametrize(
    "line",
    [
        "- **Developed by:** [More Information Needed]",
        "Developed by many people over many years",
        "- **Developed by:** TBD",
    ],
)
def test_nobody_is_no_owner(line: str) -> None:
    assert list(owners_in(line)) == []
