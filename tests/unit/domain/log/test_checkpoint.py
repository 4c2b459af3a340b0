from __future__ import annotations

import pytest

from app.domain.errors import ProofError
from app.domain.log import checkpoint
from app.domain.log.checkpoint import Checkpoint
from app.domain.log.merkle import EMPTY_ROOT

ROOT = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="


def test_a_checkpoint_is_written_as_it_is_read() -> None:
    made = Checkpoint("gate.test/log", 0, EMPTY_ROOT)

    assert str(made) == f"gate.test/log\n0\n{ROOT}\n"
    assert checkpoint.parse(str(made)) == made


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"gate.test/log\n0\n{ROOT}",
        f"gate.test/log\n0\n{ROOT}\nextension\n",
        f"\n0\n{ROOT}\n",
        f"gate.test/log\n00\n{ROOT}\n",
        f"gate.test/log\n-1\n{ROOT}\n",
        f"gate.test/log\n+1\n{ROOT}\n",
        f"gate.test/log\n\u0661\n{ROOT}\n",
        "gate.test/log\n0\nAAAA\n",
        "gate.test/log\n0\n!\n",
        f"gate.test/log\n0\n{ROOT[:-2]}V=\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(ProofError):
        checkpoint.parse(text)
