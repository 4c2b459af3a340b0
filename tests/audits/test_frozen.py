"""A log whose database does not lead to what was signed: it is read, and takes nothing."""

from __future__ import annotations

import json
from pathlib import Path

from app.adapters.stores.log import signing
from app.domain.log.checkpoint import Checkpoint
from tests.audits.conftest import fill, serving


def test_a_frozen_log_is_read_and_says_how_to_get_out(tmp_path: Path) -> None:
    with serving(tmp_path, lambda stores, clock: fill(stores, clock, 2, 9)) as audited:
        signer = signing.signer(tmp_path / "log.key", "gate.test/log", may_make=False)
        signer.sign(Checkpoint("gate.test/log", 99, bytes(32)))
        exported = audited.run("export")
        listed = audited.run("list", "--limit", "2", "--output", "json")
        told = audited.run("list", "outcome:deny")

        page = json.loads(listed.stdout)
        assert (exported.exit_code, listed.exit_code) == (3, 0)
        assert "countersign store unfreeze" in exported.stderr
        assert ([e["seq"] for e in page["entries"]], page["as_of"]) == ([9, 8], {"size": 10})
        assert "cannot sign this log" in told.stderr
        following = json.loads(
            audited.run("list", "--cursor", page["next_cursor"], "--output", "json").stdout
        )
        assert following["entries"][0]["seq"] == 7
        assert audited.run("show", "5").exit_code == 0
