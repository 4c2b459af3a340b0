from __future__ import annotations

import pytest

from app.adapters.cards.hugging_face import HuggingFaceCardReader
from app.domain.errors import UnreadableEvidenceError
from app.domain.evidence import (
    BaseModel,
    Dataset,
    License,
    ModelCard,
    ResultStatus,
    SectionState,
)
from app.domain.release import Document
from tests.evidence import codes, document, one, sample

READER = HuggingFaceCardReader()


def a_card(matter: str = "license: mit", body: str = "# A model\n") -> Document:
    return document("README.md", f"---\n{matter}\n---\n{body}")


def read(matter: str = "license: mit", body: str = "# A model\n") -> ModelCard:
    return READER.parse((a_card(matter, body),))


def read_sample(name: str) -> ModelCard:
    return READER.parse((sample(f"model_cards/hf/{name}"),))


def test_a_full_card_is_read() -> None:
    card = read(
        "license: apache-2.0\nlanguage: [en, no]\nlibrary_name: peft\n"
        "pipeline_tag: text-generation\nbase_model: org/base\nbase_model_relation: adapter\n"
        "datasets: org/data\nmodel_name: Nice\nversion: 1.10\nowners: [{name: Lab}, Ann]\n"
    )

    assert card.license == License("apache-2.0", "hf", None, None)
    assert card.languages == ("en", "no")
    assert (card.library, card.task, card.name, card.version) == (
        "peft",
        "text-generation",
        "Nice",
        "1.10",
    )
    assert card.base_models == (BaseModel("org/base", "adapter", None, None),)
    assert card.datasets == (Dataset("org/data", role="train"),)
    assert card.owners == ("Lab", "Ann")
    assert codes(card) == set()


def test_a_list_of_base_models_is_a_merge() -> None:
    card = read("base_model: [a/x, b/y]")

    assert [base.relation for base in card.base_models] == ["merge", "merge"]


def test_an_own_license_keeps_its_name_and_link() -> None:
    card = read("license: other\nlicense_name: house\nlicense_link: https://example.com/l")

    assert card.license == License("other", "custom", "house", "https://example.com/l")


def test_two_licenses_are_none_and_are_told() -> None:
    card = read("license: [mit, apache-2.0]")

    assert card.license is None
    assert codes(card) == {"LICENSE_AMBIGUOUS"}


def test_a_license_that_is_no_text_is_told() -> None:
    assert codes(read("license: 7")) == {"LICENSE_UNREADABLE"}


def test_a_card_without_license_has_none() -> None:
    card = read("language: en")

    assert card.license is None
    assert codes(card) == set()


def test_a_card_without_front_matter_is_read_and_told() -> None:
    card = READER.parse((document("README.md", "# Model\n## Limitations\nmany\n"),))

    assert card.name == "Model"
    assert card.sections["limitations"].state is SectionState.PRESENT
    assert codes(card) == {"FRONT_MATTER_MISSING"}


def test_a_broken_front_matter_leaves_the_body() -> None:
    card = read_sample("wav2vec2_sprint_MODEL_CARD.md")

    assert card.license is None
    assert card.reported_results == ()
    assert card.sections["evaluation"].state is SectionState.PRESENT
    assert codes(card) == {"FRONT_MATTER_UNREADABLE"}


@pytest.mark.parametrize("matter", ["- a list", "license: mit\nlicense: gpl-3.0", "license: *a"])
def test_a_front_matter_that_can_be_read_two_ways_is_not_read(matter: str) -> None:
    card = read(matter)

    assert card.license is None
    assert codes(card) == {"FRONT_MATTER_UNREADABLE"}


def test_an_unfilled_template_is_all_placeholders() -> None:
    card = read_sample("peft_lora_unfilled_template.README.md")

    states = {key: section.state for key, section in card.sections.items()}
    assert {states.pop(key) for key in ("human_oversight", "monitoring")} == {SectionState.ABSENT}
    assert set(states.values()) == {SectionState.PLACEHOLDER}
    assert (card.name, card.license, card.owners) == (None, None, ())


def test_a_prose_card_has_its_sections() -> None:
    card = read_sample("EleutherAI_pythia-70m-deduped.README.md")

    present = {k for k, s in card.sections.items() if s.state is SectionState.PRESENT}
    assert present >= {"intended_use", "out_of_scope", "limitations", "training_data"}
    assert card.owners == ("EleutherAI",)


def test_percent_error_rates_become_fractions() -> None:
    card = read_sample("nvidia_stt_en_conformer_ctc_large.README.md")

    first = one(card, "/model-index/0/results/0/metrics/0/value")
    assert first.value == pytest.approx(0.022)
    assert first.value_native == 2.2
    assert (first.dataset.id, first.dataset.split) == ("librispeech_asr", "test")
    assert len(card.reported_results) == 8
    assert "PERCENT_RESCALED" in codes(card)


def test_a_percent_sign_in_a_list_is_read() -> None:
    card = read_sample("CAiRE_wav2vec2-large-xlsr-53-cantonese.README.md")

    (row,) = card.reported_results
    assert row.value == pytest.approx(0.1855)
    assert (row.metric.id, row.value_native) == ("cer", "18.55%")


def test_fractions_stay_and_na_is_missing() -> None:
    card = read_sample("DrishtiSharma_wav2vec2-large-xls-r-300m-br-d2.README.md")

    assert [row.value for row in card.reported_results] == [
        0.49770598355954887,
        0.18090500890299605,
        None,
        None,
    ]
    assert card.reported_results[2].status is ResultStatus.MISSING


def test_mean_and_deviation_give_the_mean_without_an_interval() -> None:
    card = read_sample("adam1brownell_u3_space_invade.README.md")

    (row,) = card.reported_results
    assert (row.value, row.value_native, row.uncertainty) == (545.0, "545.00 +/- 161.86", None)
    assert codes(card) >= {"PLUS_MINUS_PARSED"}


def test_results_without_a_data_set_are_kept_and_told() -> None:
    card = read_sample("explosion_nb_udv25_norwegiannynorsk_trf.README.md")

    assert len(card.reported_results) == 7
    assert {row.dataset.id for row in card.reported_results} == {"unknown"}
    assert "DATASET_MISSING" in codes(card)


def test_averages_are_told_apart() -> None:
    card = read_sample("Emanuel_twitter-emotion-deberta-v3-base.README.md")

    macro = one(card, "/model-index/0/results/1/metrics/7/value")
    assert (macro.metric.id, macro.metric.params["average"]) == ("f1", "macro")
    assert macro.value == 0.8790048313120858
    assert "DUPLICATE_RESULT" not in codes(card)


@pytest.mark.parametrize(
    "index",
    [
        "model-index: text",
        "model-index: [text]",
        "model-index: [{name: a, results: text}]",
        "model-index: [{name: a, results: [{metrics: text}]}]",
        "model-index: [{name: a, results: [{metrics: [text]}]}]",
    ],
)
def test_a_malformed_index_is_told(index: str) -> None:
    card = read(index)

    assert card.reported_results == ()
    assert codes(card) == {"MODEL_INDEX_MALFORMED"}


def test_an_empty_index_reports_nothing() -> None:
    assert codes(read("model-index: [{name: a, results: []}]")) == set()


def test_results_files_stand_beside_the_card() -> None:
    results = "- dataset: {id: cais/mmlu, task_id: mmlu, revision: abc}\n  value: 71.5\n"
    files = (a_card(), document("mmlu.yaml", results), document("broken.yaml", "a: *b\n"))

    card = READER.parse(files)

    row = one(card, "/mmlu.yaml/0/value")
    assert (row.dataset.id, row.dataset.revision, row.value) == ("cais/mmlu", "abc", 71.5)
    assert codes(card) == {"UNKNOWN_METRIC", "DIRECTION_UNKNOWN", "RESULTS_UNREADABLE"}


def test_a_line_in_the_file_is_named_behind_front_matter() -> None:
    card = read("license: mit", "## Limitations\nmany\n")

    assert card.sections["limitations"].at == "/lines/4"


@pytest.mark.parametrize(
    "files",
    [
        (),
        (document("README.md", ""),),
        (document("README.md", "---\n---\n \n"),),
        (document("README.md", b"---\nlicense: \xff\n---\n"),),
        (document("README.md", "# a"), document("OTHER.md", "# b")),
        (document("README.md", "# a"), document("notes.txt", "b")),
        (document("report.json", "{}"),),
    ],
)
def test_what_is_no_card_is_refused(files: tuple[Document, ...]) -> None:
    assert not READER.sniff(files)
    with pytest.raises(UnreadableEvidenceError):
        READER.parse(files)


@pytest.mark.parametrize("matter", ["license: mit", "tags: [a]", "model-index: []", "license: *a"])
def test_front_matter_of_a_model_is_known(matter: str) -> None:
    assert READER.sniff((a_card(matter),))


@pytest.mark.parametrize(
    "matter",
    [
        "title: A page",
        "title: A post\ndate: 2026-01-01\ntags: [ml]",
        "license: mit\ntask_categories: [x]",
        "license: mit\nsdk: gradio",
    ],
)
def test_front_matter_of_pages_data_sets_and_spaces_is_not(matter: str) -> None:
    assert not READER.sniff((a_card(matter),))


CODE = 'from transformers import AutoModel\nmodel = AutoModel.from_pretrained("acme/scorer")\n'


def test_a_readme_without_front_matter_is_a_card_if_it_loads_from_the_hub() -> None:
    assert READER.sniff((document("README.md", CODE),))
    assert not READER.sniff((document("notes.md", CODE),))
    assert not READER.sniff((document("README.md", "# library\n"),))


@pytest.mark.parametrize("sign", ["## Installation", "[![tests](x.svg)](x)", "git clone x"])
def test_the_readme_of_software_that_loads_a_model_is_no_card(sign: str) -> None:
    assert not READER.sniff((document("README.md", f"# library\n{sign}\n{CODE}"),))


def test_a_data_set_card_with_the_license_alone_is_no_card_of_a_model() -> None:
    card = "---\nlicense: mit\n---\n# Dataset Card for x\n"

    assert not READER.sniff((document("README.md", card),))
    assert READER.sniff((document("README.md", card.replace("Dataset", "Model")),))


def test_a_page_of_a_web_site_is_no_card() -> None:
    post = "---\nlayout: post\ntags: [models]\nlanguage: en\n---\n# A post\n"

    assert not READER.sniff((document("post.md", post),))
