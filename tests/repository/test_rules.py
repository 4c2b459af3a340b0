"""Each house rule sees its offence, and lets the offence's nearest neighbour pass."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.repository import rules

BODY = "\n".join(f"    step_{number}()" for number in range(1, 41))


@pytest.mark.parametrize(
    ("rule", "offence", "neighbour"),
    [
        (rules.bare_suppressions, "x = 1  # noqa", "x = 1  # noqa: S101 - a reason"),
        (rules.bare_suppressions, "x = 1  # noqa: S101", "x = 1  # noqa: S101, S102 - a reason"),
        (rules.bare_suppressions, "# ruff: noqa", "# ruff: noqa: S101 - a reason"),
        (
            rules.bare_suppressions,
            "x = 1  # type: ignore[operator]",
            "x = 1  # type: ignore[operator]  # a reason",
        ),
        (rules.bare_suppressions, "x = 1  # type: ignore  # why", "x = 1  # types: they matter"),
        (rules.bare_suppressions, "# pragma: no cover", "# pragma: no cover - a reason"),
        (rules.bare_suppressions, "# pylint: disable=all", "# said of pylint"),
        (
            rules.bare_regal_ignores,
            "x := 1\n# regal ignore:todo-comment",
            "# a reason\n# regal ignore:todo-comment",
        ),
        (
            rules.broad_excepts,
            "try:\n    f()\nexcept Exception:\n    pass",
            "try:\n    f()\nexcept OSError:\n    pass",
        ),
        (
            rules.broad_excepts,
            "try:\n    f()\nexcept:\n    pass",
            "try:\n    f()\nfinally:\n    g()",
        ),
        (
            rules.broad_excepts,
            "try:\n    f()\nexcept (OSError, Exception):\n    pass",
            "try:\n    f()\nexcept (OSError, ValueError):\n    pass",
        ),
        (
            rules.broad_excepts,
            "try:\n    f()\nexcept BaseException:\n    undo()",
            "try:\n    f()\nexcept BaseException:\n    undo()\n    raise",
        ),
        (
            rules.broad_excepts,
            "with contextlib.suppress(Exception):\n    f()",
            "with contextlib.suppress(OSError):\n    f()",
        ),
        (
            rules.uncommented_excepts,
            "try:\n    f()\nexcept Exception:\n    g()",
            "try:\n    f()\nexcept Exception:\n    # a reason\n    g()",
        ),
        (rules.unfinished, "# TODO: later", 'placeholders = {"TODO"}'),
        (rules.unfinished, "raise NotImplementedError", "except NotImplementedError:"),
        (rules.machine_paths, "cp /home/me/file .", "cp ./home/me/file ."),
        (rules.registry_hosts, "index = pypi" + ".org/simple", "comes from PyPI"),
        (
            rules.long_bodies,
            f"def f():\n{BODY}\n    more()",
            f'def f():\n    """Docstring.\n\n    Of lines.\n    """\n{BODY}',
        ),
        (rules.empty_names, "def get_digest(): pass", "def digest(): pass"),
        (rules.empty_names, "def _do_work(): pass", "def download(): pass"),
        (rules.unsound_tests, "@pytest.mark.skip\ndef f(): pass", "def skipping(): pass"),
        (
            rules.unsound_tests,
            "@pytest.mark.xfail\ndef f(): pass",
            "@pytest.mark.slow\ndef f(): pass",
        ),
        (rules.unsound_tests, "pytest.skip('no OPA')", "pytest.fail('no OPA')"),
        (rules.unsound_tests, "time.sleep(1)", "event.wait(1)"),
        (rules.unsound_tests, "from time import sleep", "from time import monotonic"),
        (rules.unsound_tests, "from unittest import mock", "from unittest import case"),
        (rules.unsound_tests, "from unittest.mock import Mock", "from tests.fakes import engine"),
        (rules.environment_reads, "os.environ['HOME']", "settings.environment['HOME']"),
        (rules.environment_reads, "os.getenv('HOME')", "settings.home"),
    ],
)
def test_a_rule_sees_its_offence_and_not_the_neighbour(
    rule: Callable[[str], list[str]], offence: str, neighbour: str
) -> None:
    assert rule(offence)
    assert rule(neighbour) == []


def test_imports_are_named_in_full() -> None:
    source = "import os\nfrom app.domain import digest\nfrom app.adapters.stores.sql import Log"

    assert rules.imported_modules(source) == {"os", "app.domain", "app.adapters.stores.sql"}
