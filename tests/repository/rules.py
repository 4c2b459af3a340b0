"""House rules over one file's text: each gives back what is wrong, line by line.

They look at the text alone, so that test_rules.py can show each rule its offence and
the offence's nearest neighbour.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

LONGEST_BODY = 40
UNFINISHED = re.compile(r"(?:#|//|/\*).*\b(?:TODO|FIXME|XXX|HACK)\b|\braise NotImplementedError\b")
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:work|farm)[/.]|(?<![\w.])/(?:root|home|Users)/\w")
REGISTRY = re.compile(
    r"pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)|proxy\.golang\.org|sum\.golang\.org"
    r"|(?:deb|security)\.debian\.org|crates\.io|repo1?\.maven\.org",
    re.IGNORECASE,
)

_RULES = r"[A-Z]+[0-9]+(?:, ?[A-Z]+[0-9]+)*"
_SUPPRESSIONS = (
    (re.compile(r"#\s*noqa\b"), re.compile(rf"#\s*noqa: {_RULES} +[-#] *\w")),
    (re.compile(r"#\s*ruff:"), re.compile(rf"#\s*ruff: noqa: {_RULES} +[-#] *\w")),
    (re.compile(r"#\s*type: *ignore"), re.compile(r"#\s*type: ignore\[[a-z, -]+\]\s+# *\w")),
    (re.compile(r"#\s*pragma:"), re.compile(r"#\s*pragma: no (?:cover|branch) +[-#] *\w")),
    (re.compile(r"#\s*(?:mypy|nosec|pylint|isort|pyright)\b *:"), None),
)
_REGAL = re.compile(r"#\s*regal ignore:")
_NAMES_OF_LIBRARIES = {
    "do_DELETE",
    "do_GET",
    "do_POST",
    "do_PUT",
    "do_handshake",
    "get_command",
}
"""Names that http.server, ssl and click call."""
_MOCKS = {"mock", "unittest.mock", "pytest_mock"}


def bare_suppressions(source: str) -> list[str]:
    """Find each suppression without its rule, or without the reason behind it."""
    wrong = []
    for number, line in enumerate(source.splitlines(), 1):
        for found, whole in _SUPPRESSIONS:
            if found.search(line) and not (whole and whole.search(line)):
                wrong.append(f"{number}: {line.strip()}")
    return wrong


def bare_regal_ignores(source: str) -> list[str]:
    """Find each `regal ignore` without a comment above it that says why."""
    lines = source.splitlines()
    return [
        f"{number}: {line.strip()}"
        for number, line in enumerate(lines, 1)
        if _REGAL.search(line) and (number == 1 or not re.match(r"\s*#\s*\w", lines[number - 2]))
    ]


def broad_excepts(source: str) -> list[str]:
    """Find each handler that catches everything and goes on, and each `suppress` that does."""
    broad = {"Exception", "BaseException"}
    wrong = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ExceptHandler) and not _raises_again(node):
            caught = [node.type] if not isinstance(node.type, ast.Tuple) else node.type.elts
            if any(kind is None or _name(kind) in broad for kind in caught):
                wrong.append(f"{node.lineno}: catches everything")
        if isinstance(node, ast.Call) and _name(node.func) == "suppress":
            suppressed = {_name(argument) for argument in node.args}
            wrong += [f"{node.lineno}: suppresses {name}" for name in suppressed & broad]
    return wrong


def uncommented_excepts(source: str) -> list[str]:
    """Find each handler that catches everything with no comment beside it or below it."""
    lines = [*source.splitlines(), ""]
    return [
        complaint
        for complaint in broad_excepts(source)
        if not any("#" in line for line in _at(lines, complaint))
    ]


def unfinished(source: str) -> list[str]:
    """Find each mark that something is still to be done."""
    return _lines(UNFINISHED, source)


def machine_paths(source: str) -> list[str]:
    """Find each path that only one machine has."""
    return _lines(MACHINE_PATH, source)


def registry_hosts(source: str) -> list[str]:
    """Find each host name of a package registry: clients know where theirs is."""
    return _lines(REGISTRY, source)


def long_bodies(source: str) -> list[str]:
    """Find each function whose body, without its docstring, is too long to be seen at once."""
    wrong = []
    for function in _functions(source):
        body = function.body[1:] if ast.get_docstring(function) is not None else function.body
        length = body[-1].end_lineno - body[0].lineno + 1 if body else 0  # type: ignore[operator]  # parsed nodes have their lines
        if length > LONGEST_BODY:
            wrong.append(f"{function.lineno}: {function.name} has {length} lines")
    return wrong


def empty_names(source: str) -> list[str]:
    """Find each function whose name says only that it does something."""
    return [
        f"{function.lineno}: {function.name}"
        for function in _functions(source)
        if re.match(r"_?(?:get|do|handle|process)_", function.name)
        and function.name not in _NAMES_OF_LIBRARIES
    ]


def unsound_tests(source: str) -> list[str]:
    """Find each way for a test to be left out, to wait, or to talk to a mock."""
    wrong = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute | ast.Name):
            if _name(node) in {"skip", "skipif", "xfail", "importorskip", "sleep"}:
                wrong.append(f"{node.lineno}: {_name(node)}")
        elif isinstance(node, ast.Import | ast.ImportFrom):
            wrong += [f"{node.lineno}: {name}" for name in _imported(node) & _MOCKS]
            if isinstance(node, ast.ImportFrom):
                names = {alias.name for alias in node.names}
                wrong += [f"{node.lineno}: {name}" for name in names & {"sleep", "mock"}]
    return wrong


def environment_reads(source: str) -> list[str]:
    """Find each place that reads an environment variable."""
    return [
        f"{node.lineno}: {_name(node)}"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute | ast.Name)
        and _name(node) in {"environ", "environb", "getenv"}
    ]


def imported_modules(source: str) -> set[str]:
    """Name every module that a source imports, in full."""
    return {
        name
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in _imported(node)
    }


def _raises_again(handler: ast.ExceptHandler) -> bool:
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def _imported(node: ast.Import | ast.ImportFrom) -> set[str]:
    if isinstance(node, ast.Import):
        return {alias.name for alias in node.names}
    return {node.module or ""}


def _functions(source: str) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _name(node: ast.AST) -> str | None:
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else None


def _at(lines: list[str], complaint: str) -> list[str]:
    number = int(complaint.partition(":")[0])
    return lines[number - 1 : number + 1]


def _lines(pattern: re.Pattern[str], source: str) -> list[str]:
    return [
        f"{number}: {line.strip()[:100]}"
        for number, line in enumerate(source.splitlines(), 1)
        if pattern.search(line)
    ]
