from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from app.adapters.engines import policy_folder
from app.adapters.engines.delivery import archive, sources
from app.adapters.engines.delivery.sources import FolderSources
from app.domain.errors import PolicyEngineError
from tests.contracts.test_policy_engine import POLICIES

FOLDER = policy_folder.read(POLICIES)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(POLICIES, tmp_path / "policies")


def sources_of(folder: Path, revision: str) -> bytes:
    content = FolderSources(folder).pending(revision)
    assert content is not None
    return content


def test_sources_come_back_as_the_policies_that_they_were() -> None:
    content = sources_of(POLICIES, FOLDER.revision)

    assert sources.unpack(content, FOLDER.revision) == FOLDER


def test_sources_with_a_byte_changed_are_not_of_their_revision() -> None:
    content = sources_of(POLICIES, FOLDER.revision)
    members = archive.read_members(content)
    first = min(members)
    changed = archive.pack({**members, first: members[first] + b"\n"})

    with pytest.raises(PolicyEngineError, match="not of the recorded revision"):
        sources.unpack(changed, FOLDER.revision)


def test_the_policies_read_at_start_are_at_hand_when_the_folder_has_changed(folder: Path) -> None:
    kept = FolderSources(folder)
    (folder / "gate" / "new.rego").write_text("package gate.new\n")

    assert kept.pending(FOLDER.revision) is not None


def test_policies_that_the_folder_was_changed_to_are_found(folder: Path) -> None:
    kept = FolderSources(folder)
    (folder / "gate" / "new.rego").write_text("package gate.new\n")

    assert kept.pending(policy_folder.read(folder).revision) is not None


def test_a_folder_that_cannot_be_read_has_no_sources(tmp_path: Path) -> None:
    assert FolderSources(tmp_path / "nowhere").pending(FOLDER.revision) is None
