"""A reference to a model as deployments write it: a URI, and the digest in it, if it has one.

`oci://host/name@sha256:...` and `host/name:tag@sha256:...` name bytes, and so do
`hf://owner/name:<commit>` and `git+https://host/path@<commit>`. All others (`s3://`, `pvc://`, a
tag, a branch) name a place, whose bytes can change. Forms: KServe's storage URIs (gs, s3, pvc,
hdfs, https, oci, oci+native, oci+fetch, hf), pip's for git, the reference grammar of OCI
distribution-spec 1.1 section "Pulling manifests".
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.domain.digest import Digest
from app.domain.errors import InvalidSubmissionError

LONGEST = 512
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):/{1,2}(.*)", re.DOTALL)
_SHA256 = re.compile(r"@sha256:([0-9a-f]{64})/*\Z")
_COMMIT = re.compile(
    r"hf://[^:@]+[:@]([0-9a-f]{40})"
    r"|git\+https?://[^@]+@([0-9a-f]{40}(?:[0-9a-f]{24})?)"
    r"|https://github\.com/[^/]+/[^/]+/archive/([0-9a-f]{40})\.(?:zip|tar\.gz)"
)
_OCI = frozenset({"oci", "oci+native", "oci+fetch", "docker", "docker-pullable"})
_CREDENTIAL = re.compile(
    r"x-amz-.*|x-goog-.*|awsaccesskeyid|googleaccessid|expires|signature"
    r"|s[eiprstv]|sig|sip|srt|spr|sk[a-z]+"
    r"|.*(token|secret|password|api[_-]?key|credential).*",
    re.IGNORECASE,
)
"""Query parameters that carry or bound a credential: signed URLs of AWS, Google and Azure (SAS)."""


@dataclass(frozen=True, slots=True)
class Reference:
    """Where a deployment takes a model from, in the form in which references are compared."""

    uri: str
    """Without credentials: neither user and password nor the signature of a signed URL."""
    digest: Digest | None
    """The SHA-256 digest that the reference itself pins, as OCI references do."""
    commit: str | None
    """The git commit that it pins, as those of Hugging Face and archives of GitHub can."""

    @property
    def is_pinned(self) -> bool:
        """Whether the reference names bytes, not a place."""
        return self.digest is not None or self.commit is not None

    @property
    def pin(self) -> str | None:
        """What it is pinned to: `sha256:<hex>` or `git:<hex>`; None for a place."""
        if self.digest is not None:
            return f"sha256:{self.digest}"
        return None if self.commit is None else f"git:{self.commit}"

    @property
    def place(self) -> str:
        """The place in the log that points at who recorded it; bytes are one wherever they lie."""
        return "reference:" + (f"sha256:{self.digest}" if self.digest else self.uri)


def parse(text: str) -> Reference:
    """Read a reference. Raises InvalidSubmissionError for what can be none."""
    uri = text.strip()
    if not uri or len(uri) > LONGEST or not uri.isprintable() or " " in uri:
        message = f"expected a reference such as oci://host/model@sha256:...: {text[:80]!r}"
        raise InvalidSubmissionError(message)
    uri = _canonical(uri)
    digest, commit = _SHA256.search(uri), _COMMIT.fullmatch(uri)
    is_image = uri.startswith("oci://")
    return Reference(
        uri=uri,
        digest=Digest(digest.group(1)) if digest and is_image else None,
        commit=next(filter(None, commit.groups())) if commit else None,
    )


def without_credentials(uri: str) -> str:
    """Leave user and password, and the signature of a signed URL, out of a URI."""
    match = _SCHEME.fullmatch(uri)
    if match is None or match.group(1).lower() in {*_OCI, "hf"}:
        return uri
    host, slash, path = match.group(2).partition("/")
    path, question, query = path.partition("?")
    kept = [term for term in query.split("&") if term and not _is_credential(term)]
    ends = "?" + "&".join(kept) if question and kept else ""
    return f"{match.group(1)}://{host.rpartition('@')[2]}{slash}{path}{ends}"


def _canonical(uri: str) -> str:
    match = _SCHEME.fullmatch(uri)
    if uri.startswith("arn:"):
        return uri.rstrip("/")  # a model package of SageMaker: a place, by its name
    if match is None:
        return "oci://" + uri.rstrip("/")  # an image, as containers name it
    scheme = match.group(1).lower()
    scheme = "oci" if scheme in _OCI else scheme
    return without_credentials(f"{scheme}://{match.group(2)}").rstrip("/")


def _is_credential(term: str) -> bool:
    return _CREDENTIAL.fullmatch(term.partition("=")[0]) is not None
