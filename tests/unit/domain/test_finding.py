from __future__ import annotations

from app.domain.digest import Digest
from app.domain.finding import coverage
from app.domain.release import File
from tests.builders import CONFIG, WEIGHTS, a_refused_bundle, a_signer, a_verified_bundle


def test_a_signature_over_every_file_leaves_nothing_out() -> None:
    (laid,) = coverage([WEIGHTS, CONFIG], [a_verified_bundle()])

    assert laid.signed == (CONFIG.path, WEIGHTS.path)
    assert (laid.changed, laid.unsigned, laid.missing) == ((), (), ())


def test_a_file_with_other_bytes_than_were_signed_is_changed() -> None:
    flipped = File(WEIGHTS.path, WEIGHTS.size, Digest.of(b"Weights"))

    (laid,) = coverage([flipped, CONFIG], [a_verified_bundle()])

    assert laid.changed == (WEIGHTS.path,)
    assert laid.unsigned == ()


def test_a_file_that_nobody_signed_is_unsigned() -> None:
    added = File(".github/x.py", 1, Digest.of(b"x"))

    (laid,) = coverage([WEIGHTS, CONFIG, added], [a_verified_bundle()])

    assert laid.unsigned == (added.path,)


def test_a_signed_file_that_is_gone_is_missing() -> None:
    (laid,) = coverage([WEIGHTS], [a_verified_bundle()])

    assert laid.missing == (CONFIG.path,)


def test_a_verified_bundle_inside_the_model_needs_no_signature_itself() -> None:
    bundle = a_verified_bundle()
    signature = File("model.sig", 9, bundle.bundle_sha256)

    (laid,) = coverage([WEIGHTS, CONFIG, signature], [bundle])

    assert laid.unsigned == ()


def test_a_refused_bundle_inside_the_model_is_an_unsigned_file() -> None:
    refused = a_refused_bundle()
    signature = File("model.sig", 9, refused.bundle_sha256)

    (laid,) = coverage([WEIGHTS, CONFIG, signature], [a_verified_bundle(), refused])

    assert laid.unsigned == (signature.path,)


def test_a_stranger_lends_no_signature_to_a_trusted_signer() -> None:
    readme = a_verified_bundle(signed_files={CONFIG.path: CONFIG.sha256})
    stranger = a_verified_bundle(
        signer=a_signer(identity="https://ci.example/stranger"),
        signed_files={WEIGHTS.path: WEIGHTS.sha256},
    )

    by_identity = {c.signer.identity: c for c in coverage([WEIGHTS, CONFIG], [readme, stranger])}

    assert by_identity[readme.signer.identity].unsigned == (WEIGHTS.path,)
    assert by_identity[stranger.signer.identity].unsigned == (CONFIG.path,)


def test_one_name_in_two_trust_domains_is_two_signers() -> None:
    other = a_verified_bundle(signer=a_signer(trust_domain="other"))

    assert len(coverage([WEIGHTS, CONFIG], [a_verified_bundle(), other])) == 2


def test_two_bundles_of_one_signer_are_laid_together() -> None:
    halves = [
        a_verified_bundle(signed_files={file.path: file.sha256}) for file in (WEIGHTS, CONFIG)
    ]

    (laid,) = coverage([WEIGHTS, CONFIG], halves)

    assert laid.unsigned == ()


def test_refused_bundles_alone_give_no_signer() -> None:
    assert coverage([WEIGHTS], [a_refused_bundle()]) == ()
