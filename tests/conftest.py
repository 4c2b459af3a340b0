"""What every test has: the real OPA where there is one, and no network but this machine."""

from __future__ import annotations

pytest_plugins = [
    "pytester",
    "tests.plugins.real_opa",
    "tests.plugins.real_chromium",
    "tests.plugins.real_postgresql",
    "tests.plugins.go_verifier",
    "tests.plugins.oscal_schema",
]
