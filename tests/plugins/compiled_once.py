"""What every gate compiles from the same text at its start is compiled once a run.

The tests start some thousands of gates. Each would have werkzeug compile two Python functions
for each of its routes (65 ms of the 70 that building a gate takes), and wasmtime the policies'
module (0.3 s). Werkzeug's functions read a rule and nothing else of the gate, so they are kept
by what they are made from; wasmtime keeps modules itself, by their bytes and its own settings.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import wasmtime
from werkzeug.routing import Rule

Builder = Callable[..., tuple[str, str]]
COMPILE = Rule._compile_builder  # noqa: SLF001 - no setting reaches it; a renamed one fails here
BUILDERS: dict[object, Builder] = {}


def once(rule: Rule, append_unknown: bool = True) -> Builder:  # noqa: FBT001, FBT002 - werkzeug's signature
    """Compile the function that builds a rule's URL, unless such a rule had one already."""
    if rule.defaults:
        return COMPILE(rule, append_unknown)  # their values are compiled in
    made_from = (rule.rule, tuple(rule._trace), append_unknown)  # noqa: SLF001 - see COMPILE
    if made_from not in BUILDERS:
        BUILDERS[made_from] = COMPILE(rule, append_unknown)
    return BUILDERS[made_from]


@pytest.fixture(scope="session", autouse=True)
def compiled_once() -> Iterator[None]:
    """Let werkzeug and wasmtime remember, for as long as the tests run."""
    with (
        tempfile.TemporaryDirectory(prefix="countersign-wasm-") as scratch,
        pytest.MonkeyPatch.context() as patch,
    ):
        cache = Path(scratch, "cache.toml")
        cache.write_text(f"[cache]\ndirectory = '{scratch}/modules'\n", encoding="utf-8")

        class Remembering(wasmtime.Config):
            def __init__(self) -> None:
                super().__init__()
                self.cache = str(cache)

        patch.setattr(wasmtime, "Config", Remembering)
        patch.setattr(Rule, "_compile_builder", once)
        yield
