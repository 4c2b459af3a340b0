"""Random damage to good bundles: each is refused, or still says exactly what was signed."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from app.adapters.signatures import trusted_roots
from app.adapters.signatures.sigstore_bundles import SigstoreBundles
from app.domain.finding import LONGEST_MESSAGE, RefusedBundle, VerifiedBundle
from tests.kinds import Kinds
from tests.signing import AT, CLAIMS, IDENTITY, FixedClock, a_document, a_file

MUTATIONS = 500
"""5,000 were run once with these very mutations, seeds 0 to 9: no false accept, no error."""
SEED = 20261124


def _characters(random_: random.Random, bundle: bytes) -> bytes:
    content = bytearray(bundle)
    for _ in range(random_.randint(1, 3)):
        content[random_.randrange(len(content))] = random_.choice(b'AZaz09+/={}[]",:\\ \xff')
    return bytes(content)


def _cut(random_: random.Random, bundle: bytes) -> bytes:
    start = random_.randrange(len(bundle))
    return bundle[:start] + bundle[start + random_.randint(1, 40) :]


def _doubled(random_: random.Random, bundle: bytes) -> bytes:
    start = random_.randrange(len(bundle))
    end = start + random_.randint(1, 200)
    return bundle[:end] + bundle[start:end] + bundle[end:]


def _value(random_: random.Random, bundle: bytes) -> bytes:
    document = json.loads(bundle)
    holder, key = random_.choice(_places(document))
    odd: list[Any] = [None, "", "AAAA", 0, -1, 2**63, 1.5, True, [], {}, [{}], "\u0000", "0"]
    holder[key] = random_.choice(odd)
    return json.dumps(document).encode()


def _swapped(random_: random.Random, bundle: bytes) -> bytes:
    document = json.loads(bundle)
    (one, first), (other, second) = random_.sample(_places(document), 2)
    value = json.loads(json.dumps(one[first]))
    one[first] = json.loads(json.dumps(other[second]))
    other[second] = value
    return json.dumps(document).encode()


def _removed(random_: random.Random, bundle: bytes) -> bytes:
    document = json.loads(bundle)
    holder, key = random_.choice(_places(document))
    del holder[key]
    return json.dumps(document).encode()


WAYS: list[Callable[[random.Random, bytes], bytes]] = [
    _characters,
    _cut,
    _doubled,
    _value,
    _swapped,
    _removed,
]


def _places(value: Any) -> list[tuple[Any, Any]]:
    found: list[tuple[Any, Any]] = []
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, member in items:
        found.append((value, key))
        if isinstance(member, dict | list):
            found.extend(_places(member))
    return found


def _good_bundles(kinds: Kinds) -> list[bytes]:
    files = [a_file(), a_file("config.json", b"{}")]
    return [
        kinds.sigstore.sign_model(files, "acme", IDENTITY, CLAIMS, AT),
        kinds.bundle("hashedrekord/0.0.1"),
        kinds.bundle("hashedrekord/0.0.1", promised_only=True),
        kinds.bundle("hashedrekord/0.0.2", stamped=True),
    ]


def mutate(count: int, seed: int) -> int:
    """Damage good bundles this often; tell how many still verified."""
    kinds = Kinds()
    root = json.dumps(kinds.trusted_root()).encode()
    domain = trusted_roots.read("acme", root, source="test")
    verifier = SigstoreBundles([domain], FixedClock())
    files = [a_file(), a_file("config.json", b"{}")]
    bundles = _good_bundles(kinds)
    expected = [verifier.verify(a_document(bundle), files) for bundle in bundles]
    random_ = random.Random(seed)  # noqa: S311 - damage need not be unpredictable
    accepted = 0
    for number in range(count):
        which = number % len(bundles)
        damaged = random_.choice(WAYS)(random_, bundles[which])
        finding = verifier.verify(a_document(damaged), files)
        if isinstance(finding, RefusedBundle):
            assert finding.code.replace("_", "").isalpha()
            assert 0 < len(finding.message) <= LONGEST_MESSAGE
            continue
        accepted += 1
        good = expected[which]
        assert isinstance(good, VerifiedBundle)
        assert finding == replace(good, bundle_sha256=finding.bundle_sha256), damaged
    return accepted


@pytest.mark.filterwarnings("default")  # cryptography warns of the odd certificates it is given
def test_a_damaged_bundle_is_refused_or_says_what_was_signed() -> None:
    assert mutate(MUTATIONS, SEED) < MUTATIONS // 5
