from __future__ import annotations

import pytest

from app.domain.enforcement import reference
from app.domain.errors import InvalidSubmissionError

SHA = "ab" * 32
COMMIT = "cd" * 20


@pytest.mark.parametrize(
    ("text", "uri", "pin"),
    [
        (f"oci://host/m:1@sha256:{SHA}", f"oci://host/m:1@sha256:{SHA}", f"sha256:{SHA}"),
        (f"oci+native://host/m@sha256:{SHA}", f"oci://host/m@sha256:{SHA}", f"sha256:{SHA}"),
        (f"host:5000/m@sha256:{SHA}", f"oci://host:5000/m@sha256:{SHA}", f"sha256:{SHA}"),
        (f"hf://acme/m:{COMMIT}", f"hf://acme/m:{COMMIT}", f"git:{COMMIT}"),
        (f"hf://acme/m@{COMMIT}", f"hf://acme/m@{COMMIT}", f"git:{COMMIT}"),
        ("oci://host/m:1", "oci://host/m:1", None),
        (f"oci://host/m@sha256:{SHA[:-1]}", f"oci://host/m@sha256:{SHA[:-1]}", None),
        (
            f"git+https://g.example/a/m@{COMMIT}",
            f"git+https://g.example/a/m@{COMMIT}",
            f"git:{COMMIT}",
        ),
        ("git+https://g.example/a@main", "git+https://g.example/a@main", None),
        ("hf://acme/m:main", "hf://acme/m:main", None),
        (f"s3://bucket/m@sha256:{SHA}", f"s3://bucket/m@sha256:{SHA}", None),
        (" S3://Bucket/m/ ", "s3://Bucket/m", None),
        ("pvc://claim/path", "pvc://claim/path", None),
    ],
)
def test_a_reference_is_read_in_the_form_in_which_it_is_compared(
    text: str, uri: str, pin: str | None
) -> None:
    read = reference.parse(text)

    assert (read.uri, read.pin, read.is_pinned) == (uri, pin, pin is not None)


@pytest.mark.parametrize(
    ("text", "uri"),
    [
        ("https://user:word@host/m", "https://host/m"),
        ("https://host/m?X-Amz-Signature=1&version=2", "https://host/m?version=2"),
        ("https://a.blob.core.windows.net/m?sv=1&sig=x&se=2", "https://a.blob.core.windows.net/m"),
        ("https://host/m?access_token=x", "https://host/m"),
    ],
)
def test_credentials_are_left_out(text: str, uri: str) -> None:
    assert reference.parse(text).uri == uri


def test_what_tells_two_files_apart_is_kept() -> None:
    one = reference.parse("https://host/get?model=a")

    assert one.place != reference.parse("https://host/get?model=b").place


def test_bytes_are_one_wherever_they_lie() -> None:
    one, other = (reference.parse(f"{host}/m@sha256:{SHA}") for host in ("a.example", "b.example"))

    assert one.place == other.place


@pytest.mark.parametrize("text", ["", "  ", "s3://a b", "s3://a\nb", "s3://" + "a" * 600])
def test_what_can_be_no_reference_is_refused(text: str) -> None:
    with pytest.raises(InvalidSubmissionError, match="expected a reference"):
        reference.parse(text)
