"""Measure signatures: `python -m bench.signatures [--large]`, all as ratios of one run.

Verification stands beside sigstore-python alone, hashing beside one hashlib loop and
`openssl dgst`. With --large a sparse directory of 10 GB is hashed, for the memory it takes.
"""

from __future__ import annotations

import hashlib
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sigstore.hashes import Hashed
from sigstore.models import Bundle, TrustedRoot
from sigstore.verify import Verifier
from sigstore.verify.policy import Identity
from sigstore_models.common.v1 import HashAlgorithm
from sigstore_models.trustroot.v1 import TrustedRoot as RootModel

from app.adapters.model_files.hash_cache import HashCache
from app.adapters.model_files.listing import list_files
from app.adapters.signatures import trusted_roots
from app.adapters.signatures.authentication import authenticate
from app.adapters.signatures.sigstore_bundles import SigstoreBundles
from app.adapters.system.clock import SystemClock
from app.demo.private_sigstore import PrivateSigstore
from app.domain.digest import Digest
from app.domain.finding import VerifiedBundle
from app.domain.release import Document, File

ROUNDS = 200
FILES = 8
FILE_SIZE = 64 << 20
MANIFEST_FILES = 10_000
LARGE_FILES = 10
LARGE_SIZE = 1 << 30
IDENTITY, ISSUER = "https://ci.example/release", "https://idp.example"


def main() -> None:
    """Measure and print."""
    verification()
    with tempfile.TemporaryDirectory() as folder:
        hashing(Path(folder))
    if "--large" in sys.argv[1:]:
        with tempfile.TemporaryDirectory() as folder:
            memory(Path(folder))


def verification() -> None:
    """Measure one bundle, and the manifest of a model of many files."""
    sigstore = PrivateSigstore(datetime(2024, 1, 1, tzinfo=UTC))
    now = datetime.now(UTC)
    at, digest = now - timedelta(minutes=1), Digest.of(b"weights")
    bundle = sigstore.sign_digest(digest, IDENTITY, {"issuer": ISSUER, "issuer_v1": ISSUER}, at)
    root = json.dumps(sigstore.trusted_root()).encode()
    domain = trusted_roots.read("bench", root, source="bench")
    verifier = Verifier(trusted_root=TrustedRoot(RootModel.from_json(root)))
    hashed = Hashed(algorithm=HashAlgorithm.SHA2_256, digest=bytes.fromhex(digest))
    who = Identity(identity=IDENTITY, issuer=ISSUER)
    ours, alone = medians(
        lambda: authenticate(bundle, digest, [domain], now),
        lambda: verifier.verify_artifact(hashed, Bundle.from_json(bundle), who),
    )
    say("verify one bundle, p50", f"{ours * 1000:.2f} ms", f"{ours / alone:.2f} of sigstore alone")
    files = [
        File(f"shard-{number:05}.bin", 1, Digest.of(str(number).encode()))
        for number in range(MANIFEST_FILES)
    ]
    signed = sigstore.sign_model(files, "bench", IDENTITY, {"issuer": ISSUER}, at)
    document = Document("model.sig", Digest.of(signed), signed)

    def first() -> None:
        finding = SigstoreBundles([domain], SystemClock()).verify(document, files)
        if not isinstance(finding, VerifiedBundle):
            raise TypeError(finding)

    again = SigstoreBundles([domain], SystemClock())
    first_time = median(first, rounds=10)
    known = median(lambda: again.verify(document, files), rounds=10)
    say(f"verify a manifest of {MANIFEST_FILES} files", f"{first_time * 1000:.0f} ms")
    say("  the same again, remembered", f"{known * 1000:.0f} ms", f"{known / first_time:.2f}")


def hashing(folder: Path) -> None:
    """Measure a directory in the page cache, then with the cache of digests."""
    model = folder / "model"
    model.mkdir()
    for number in range(FILES):
        (model / f"{number}.bin").write_bytes(os.urandom(FILE_SIZE))
    cores = len(os.sched_getaffinity(0))
    size = FILES * FILE_SIZE / 1e9
    openssl = ["openssl", "dgst", "-sha256", *map(str, model.iterdir())]
    loop, ours, beside = medians(
        lambda: [hash_alone(path) for path in model.iterdir()],
        lambda: listed(model, None),
        lambda: subprocess.run(openssl, check=True, capture_output=True),  # noqa: S603 - a fixed command
        rounds=3,
    )
    say("one hashlib loop", f"{size / loop:.2f} GB/s", "1.00")
    say(f"countersign on {cores} cores", f"{size / ours:.2f} GB/s", f"{loop / ours:.2f}")
    say(
        "  of a loop on every core",
        f"{loop / ours / cores:.2f}",
        "at least 0.90 where cores are free",
    )
    say("openssl dgst -sha256", f"{size / beside:.2f} GB/s", f"{loop / beside:.2f}")
    later = datetime.now(UTC) + timedelta(minutes=1)  # files that were just written are not kept
    with HashCache(folder / "cache.db") as cache:
        list_files(model, now=later, progress=silent, cache=cache)
        warm = median(lambda: list_files(model, now=later, progress=silent, cache=cache))
    say("with every digest cached", f"{warm * 1000:.1f} ms", f"{ours / warm:.0f} times as fast")


def memory(folder: Path) -> None:
    """Hash 10 GB that take no room on the disk, and tell the most memory that it took."""
    for number in range(LARGE_FILES):
        with (folder / f"{number}.bin").open("wb") as file:
            file.truncate(LARGE_SIZE)
    started = time.perf_counter()
    listed(folder, None)
    took = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    say("10 GB", f"{took:.1f} s", f"{peak:.0f} MB at most, with all of this bench")


def listed(model: Path, cache: HashCache | None) -> tuple[File, ...]:
    """List a model as `countersign digest` does."""
    return list_files(model, now=datetime.now(UTC), progress=silent, cache=cache)


def hash_alone(path: Path) -> str:
    """Hash a file as anyone would write it."""
    state = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            state.update(chunk)
    return state.hexdigest()


def silent(_done: int, _total: int) -> None:
    """Show no progress."""


def median(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Time some rounds after a first one that does not count."""
    return medians(work, rounds=rounds)[0]


def medians(*works: Callable[[], object], rounds: int = ROUNDS) -> list[float]:
    """Time several works in turns, so that what else runs here slows all of them alike."""
    times: list[list[float]] = [[] for _ in works]
    for number in range(rounds + 1):
        for work, taken in zip(works, times, strict=True):
            started = time.perf_counter()
            work()
            if number:
                taken.append(time.perf_counter() - started)
    return [statistics.median(taken) for taken in times]


def say(what: str, *figures: str) -> None:
    """Print a line."""
    print(f"{what:<40}", *(f"{figure:>14}" for figure in figures))  # noqa: T201 - a bench prints


if __name__ == "__main__":
    main()
