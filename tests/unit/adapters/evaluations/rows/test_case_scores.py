from __future__ import annotations

from typing import Any

from app.adapters.evaluations import scores_by_sample
from app.adapters.evaluations.rows.deepeval import DeepEvalReader
from app.adapters.evaluations.rows.promptfoo import PromptfooReader
from app.domain.facts.comparison import Comparison, compare
from app.domain.release import Document
from tests.evidence import document


def an_export(answers: str, questions: int | None = None, **row: Any) -> Document:
    passed = [answer == "y" for answer in answers]
    rows = [
        {
            "success": success,
            "failureReason": 0 if success else 1,
            "promptIdx": 0,
            "testIdx": index,
            "vars": {"q": f"question {index if questions is None else questions}"},
            **row,
        }
        for index, success in enumerate(passed)
    ]
    counts = {"testPassCount": sum(passed), "testFailCount": len(passed) - sum(passed)}
    prompts = [{"provider": "acme", "label": "p", "metrics": counts}]
    results = {"version": 3, "prompts": prompts, "results": rows, "stats": {}}
    return document("out.json", {"evalId": "e", "results": results, "config": {}})


def a_test_run(*scores: float, question: str = "q") -> Document:
    cases = [
        {
            "input": f"{question} {index}",
            "metricsData": [{"name": "Answer Relevancy", "score": score, "success": True}],
        }
        for index, score in enumerate(scores)
    ]
    return document("test_run.json", {"testCases": cases})


def of_promptfoo(mine: Document, other: Document) -> Comparison:
    reader = PromptfooReader()
    (one,) = compare(
        reader.parse((mine,)),
        reader.parse((other,)),
        (scores_by_sample((mine,)), scores_by_sample((other,))),
    )
    return one


def of_deepeval(mine: Document, other: Document) -> Comparison:
    reader = DeepEvalReader()
    (one,) = compare(
        reader.parse((mine,)),
        reader.parse((other,)),
        (scores_by_sample((mine,)), scores_by_sample((other,))),
    )
    return one


def test_two_exports_of_the_same_questions_are_paired() -> None:
    one = of_promptfoo(an_export("yyn"), an_export("ynn"))

    assert (one.method, one.pairs) == ("newcombe_paired", 3)


def test_other_questions_are_not_paired() -> None:
    one = of_promptfoo(an_export("yy"), an_export("yn", questions=7))

    assert (one.method, one.pairs) == ("newcombe", 0)


def test_a_test_that_could_not_be_run_has_no_score() -> None:
    assert scores_by_sample((an_export("n", failureReason=2),)) == ()


def test_a_row_of_no_prompt_has_no_score() -> None:
    assert scores_by_sample((an_export("y", promptIdx=4),)) == ()


def test_two_test_runs_of_the_same_cases_are_paired() -> None:
    one = of_deepeval(a_test_run(0.9, 0.7, 0.8), a_test_run(0.5, 0.6, 0.7))

    assert (one.method, one.pairs) == ("paired_bootstrap", 3)


def test_other_cases_are_not_paired() -> None:
    one = of_deepeval(a_test_run(0.9, 0.7), a_test_run(0.5, 0.6, question="other"))

    assert one.pairs == 0


def test_files_of_other_tools_have_none() -> None:
    assert scores_by_sample((document("x.json", {"results": {}}),)) == ()
