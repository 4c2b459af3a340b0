"""Policies by their sources: read whole, and run for a while to see what they say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from types import MappingProxyType
from typing import Any

from app.adapters.engines import policy_folder, practice
from app.adapters.engines.delivery import sources as archives
from app.domain.errors import PolicyEngineError
from app.domain.quorum import Quorum
from app.domain.rollout.activation import VOTERS
from app.domain.rollout.policies import Policies
from app.ports import Candidate

Run = Callable[[bytes, str], AbstractContextManager[Candidate]]


class Library:
    """Implements the port PolicyLibrary."""

    def __init__(self, run: Run) -> None:
        """Take what runs policies of their sources, which must be of a revision."""
        self._run = run

    def read(self, sources: bytes) -> Policies:
        """Read the sources of policies. Raises PolicyEngineError, with file and line."""
        files = archives.read_files(sources)
        for file in files:
            policy_folder.must_be_in_place(file.path)
        folder = policy_folder.of_files(files)
        policy_folder.must_state_trust_whole(folder)
        practice.of_data(folder.data, folder.revision)
        return Policies(folder.revision, _seats(folder.data))

    def running(self, sources: bytes, revision: str) -> AbstractContextManager[Candidate]:
        """Run policies for a while. Raises PolicyEngineError when no engine here can."""
        return self._run(sources, revision)


def _seats(data: Mapping[str, Any]) -> Quorum:
    gate = data.get("gate")
    activation = gate.get("activation") if isinstance(gate, Mapping) else None
    seats = activation.get("seats") if isinstance(activation, Mapping) else None
    if not isinstance(seats, Mapping):
        raise PolicyEngineError("the policies do not say who must agree to other policies")
    for role, count in seats.items():
        if role not in VOTERS or type(count) is not int or count < 1:
            raise PolicyEngineError(
                f"gate/activation/data.yaml: {role!r} is no role with a whole number of seats"
            )
    if not seats:
        raise PolicyEngineError("gate/activation/data.yaml states no seat")
    return MappingProxyType({str(role): int(count) for role, count in seats.items()})
