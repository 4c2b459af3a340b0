from __future__ import annotations

import pytest

from app.adapters.engines.policy_data import merge, must_fit, read_yaml
from app.domain.errors import PolicyEngineError


def value(text: str) -> object:
    return read_yaml("data.yaml", f"it: {text}\n".encode())["it"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", 0),
        ("-17", -17),
        ("9007199254740991", 2**53 - 1),
        ("0.95", 0.95),
        ("-1.5e-3", -0.0015),
        ("true", True),
        ("false", False),
        ("staging", "staging"),
        ("a b, c", "a b, c"),
        ("https://example.com/a", "https://example.com/a"),
        ("école", "école"),
        (".git", ".git"),
        ("'007'", "007"),
        ('"yes"', "yes"),
        ("'2026-01-01'", "2026-01-01"),
        ("[1, a]", [1, "a"]),
        ("{a: {b: 1}}", {"a": {"b": 1}}),
        ("|\n  two\n  lines", "two\nlines\n"),
    ],
)
def test_what_every_parser_reads_alike_is_read(text: str, expected: object) -> None:
    read = value(text)

    assert read == expected
    assert type(read) is type(expected)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "~",
        "null",
        "yes",
        "No",
        "ON",
        "off",
        "y",
        "True",
        "FALSE",
        "010",
        "0o10",
        "0x1F",
        "1_000",
        "1:30",
        "190:20:30",
        "2026-01-01",
        "2026-01-01T10:00:00Z",
        "1e3",
        "1.",
        ".5",
        "+1",
        "-0.",
        ".inf",
        "-.inf",
        ".NaN",
        "=",
        "<<",
        "9007199254740992",
        "1e400",
        "1.0e400",
        "1.2.3",
        "5%",
    ],
)
def test_what_parsers_read_differently_must_be_quoted(text: str) -> None:
    with pytest.raises(PolicyEngineError, match="quote it"):
        value(text)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: 1\na: 2\n", "stands twice"),
        ("a: {b: 1, b: 1}\n", "stands twice"),
        ("a: &x 1\nb: *x\n", "anchor"),
        ("a: *x\n", "alias"),
        ("a: !!str 1\n", "tag"),
        ("a: !!python/object:os.system x\n", "tag"),
        ("<<: {a: 1}\n", "quote it"),
        ("1: a\n", "not text"),
        ("true: a\n", "not text"),
        ("? [a]\n: b\n", "not text"),
        ("a: [1\n", "strict YAML"),
        ("a: 1\n---\nb: 2\n", "strict YAML"),
        ("a: \x00\n", "strict YAML"),
    ],
)
def test_a_file_with_surprises_is_refused_with_its_name(text: str, problem: str) -> None:
    with pytest.raises(PolicyEngineError, match=problem) as refused:
        read_yaml("gate/quorums/data.yaml", text.encode())

    assert "gate/quorums/data.yaml" in refused.value.message


def test_the_line_of_the_mistake_is_told() -> None:
    with pytest.raises(PolicyEngineError, match="line 3, column 6"):
        read_yaml("data.yaml", b"a: 1\nb: 2\nc:   yes\n")


@pytest.mark.parametrize("content", [b"", b"- a\n", b"text\n", b"# only a comment\n"])
def test_a_file_that_is_no_mapping_is_refused(content: bytes) -> None:
    with pytest.raises(PolicyEngineError, match=r"mapping|quote it"):
        read_yaml("data.yaml", content)


def test_bytes_that_are_not_utf_8_are_refused() -> None:
    with pytest.raises(PolicyEngineError, match="UTF-8"):
        read_yaml("data.yaml", b"a: \xff\n")


def test_documents_are_laid_under_their_paths() -> None:
    merged = merge([(("gate",), {"a": {"x": 1}}), (("gate", "a"), {"y": 2}), ((), {"b": 3})])

    assert merged == {"gate": {"a": {"x": 1, "y": 2}}, "b": 3}


@pytest.mark.parametrize("other", [{"x": 1}, {"x": {"z": 1}}])
def test_a_value_stated_by_two_files_is_refused(other: dict[str, object]) -> None:
    with pytest.raises(PolicyEngineError, match=r"two data files state data\.gate\.a\.x"):
        merge([(("gate",), {"a": {"x": 1}}), (("gate", "a"), other)])


def test_what_fits_its_schema_is_taken_and_without_a_schema_nothing_is() -> None:
    fit: dict[str, object] = {"signers": [], "ignorable_paths": [], "unsigned_paths": []}
    must_fit("trust", fit)

    for name, document, complaint in (
        ("trust", {**fit, "signers": {}}, "at /gate/trust/signers"),
        ("trusts", fit, "is not in this installation"),
    ):
        with pytest.raises(PolicyEngineError, match=complaint):
            must_fit(name, document)
