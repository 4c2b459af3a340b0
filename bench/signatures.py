"""Measure signatures: `python -m bench.signatures`, all as ratios of one run.

Verification stands beside sigstore-python alone, hashing beside hashlib loops and
`openssl dgst`, the commands beside model signing's own. A directory of 10 GB that takes no
room on the disk is hashed for the memory it takes.
"""

from __future__ import annotations

import hashlib
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
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
from bench import peers

ROUNDS = 200
FILES = 8
FILE_SIZE = 64 << 20
MANIFEST_FILES = 10_000
LARGE_FILES = 10
LARGE_SIZE = 1 << 30
LONGEST, LONGEST_MANIFEST = 0.003, 0.1
SHARE, WARM, MOST_MEMORY = 0.9, 100, 200
IDENTITY, ISSUER = "https://ci.example/release", "https://idp.example"


def main() -> None:
    """Measure and print."""
    verification()
    with tempfile.TemporaryDirectory() as folder:
        model = a_model(Path(folder))
        hashing(model, Path(folder))
        commands(model, Path(folder))
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
    ratio = f"{ours / alone:.2f} of sigstore alone"
    say("verify one bundle, p50", f"{ours * 1000:.2f} ms", ratio, aim("under 3 ms", ours < LONGEST))
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
    within = aim("under 100 ms", first_time < LONGEST_MANIFEST)
    what = f"verify a manifest of {MANIFEST_FILES:,} files"
    say(what, f"{first_time * 1000:.0f} ms", f"{first_time / alone:.0f} of one bundle", within)
    say("  the same again, remembered", f"{known * 1000:.0f} ms", f"{known / first_time:.2f}")


def a_model(folder: Path) -> Path:
    """Write a model of 512 MB."""
    model = folder / "model"
    model.mkdir()
    for number in range(FILES):
        (model / f"{number}.bin").write_bytes(os.urandom(FILE_SIZE))
    return model


def hashing(model: Path, folder: Path) -> None:
    """Measure a directory in the page cache, then with the cache of digests."""
    cores = len(os.sched_getaffinity(0))
    size = FILES * FILE_SIZE / 1e9
    files = sorted(model.iterdir())
    openssl = ["openssl", "dgst", "-sha256", *map(str, files)]
    with ProcessPoolExecutor(cores) as processes:
        # What loops on all cores reach tells how many cores are free in this very run.
        loop, loops, ours, beside = medians(
            lambda: [hash_alone(path) for path in files],
            lambda: list(processes.map(hash_alone, files)),
            lambda: listed(model, None),
            lambda: peers.quiet(*openssl),
            rounds=5,
        )
    say("one hashlib loop", f"{size / loop:.2f} GB/s", "1.00")
    say(
        f"a hashlib loop on each of {cores} cores",
        f"{size / loops:.2f} GB/s",
        f"{loop / loops:.2f}",
    )
    say("openssl dgst -sha256", f"{size / beside:.2f} GB/s", f"{loop / beside:.2f}")
    say(f"countersign on {cores} cores", f"{size / ours:.2f} GB/s", f"{loop / ours:.2f}")
    share = loops / ours
    say("  of the loops on each core", f"{share:.2f}", "", aim("0.9 or more", share >= SHARE))
    later = datetime.now(UTC) + timedelta(minutes=1)  # files that were just written are not kept
    with HashCache(folder / "cache.db") as cache:
        list_files(model, now=later, progress=silent, cache=cache)
        warm = median(lambda: list_files(model, now=later, progress=silent, cache=cache))
    times = ours / warm
    what, within = f"{times:.0f} times as fast", aim("100 or more", times >= WARM)
    say("with every digest cached", f"{warm * 1000:.1f} ms", what, within)


def commands(model: Path, folder: Path) -> None:
    """Measure the commands beside model signing's, each a whole process."""
    theirs = peers.model_signing()
    if theirs is None:
        return
    key, public = folder / "key.pem", folder / "key.pub"
    signature, small = folder / "model.sig", folder / "small"
    curve = ["-name", "prime256v1", "-noout"]
    peers.quiet("openssl", "ecparam", "-genkey", *curve, "-out", str(key))
    peers.quiet("openssl", "ec", "-pubout", "-in", str(key), "-out", str(public))
    small.mkdir()
    (small / "weights.bin").write_bytes(b"weights")
    ours = peers.countersign()
    signed = f"{folder}/theirs.sig"
    for name, of in (("512 MB", model), ("7 bytes", small)):
        sign = [ours, "sign", str(of), "--key", str(key), "--bundle", str(signature)]
        theirs_sign = [theirs, "sign", "key", str(of), "--private_key", str(key)]
        theirs_sign += ["--signature", signed]
        verify = [ours, "verify", "--model", str(of), "--key", str(public)]
        theirs_verify = [theirs, "verify", "key", str(of), "--public_key", str(public)]
        theirs_verify += ["--signature", str(signature)]
        pairs = {
            "sign": (sign, theirs_sign),
            "verify": ([*verify, "--bundle", signed], theirs_verify),
        }
        for act, (mine, other) in pairs.items():
            taken, beside = medians(
                lambda mine=mine: peers.quiet(*mine),  # type: ignore[misc] # mypy knows no such lambda
                lambda other=other: peers.quiet(*other),  # type: ignore[misc] # likewise
                rounds=3,
            )
            ratio = f"{taken / beside:.2f} of model signing's"
            say(f"countersign {act}, {name}", f"{taken:.2f} s", ratio)


def memory(folder: Path) -> None:
    """Hash 10 GB that take no room on the disk, and tell the most memory that it took."""
    for number in range(LARGE_FILES):
        with (folder / f"{number}.bin").open("wb") as file:
            file.truncate(LARGE_SIZE)
    with tempfile.TemporaryDirectory() as beside:
        digest = [peers.countersign(), "digest", "--digest-cache", f"{beside}/c.db", str(folder)]
        took = peers.peak(*digest)
    within = aim("under 200 MB", took.megabytes < MOST_MEMORY)
    say(
        "countersign digest, 10 GB",
        f"{took.seconds:.1f} s",
        f"{took.megabytes:.0f} MB at most",
        within,
    )


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


def aim(what: str, is_met: bool) -> str:  # noqa: FBT001 - what was aimed at, and whether it was met
    """Say what was aimed at, and whether this run met it."""
    return f"aim {what}: {'met' if is_met else 'MISSED'}"


def say(what: str, *figures: str) -> None:
    """Print a line."""
    columns = zip(figures, (12, 24, 0), strict=False)
    print(f"{what:<38}", *(f"{figure:>{width}}" for figure, width in columns))  # noqa: T201 - a bench prints


if __name__ == "__main__":
    main()
