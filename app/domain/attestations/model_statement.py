"""What OpenSSF Model Signing v1.0 signs: a model's files by name and digest."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

from app.domain.release import File

STATEMENT = "https://in-toto.io/Statement/v1"
MODEL_SIGNATURE = "https://model_signing/signature/v1.0"


def model_statement(
    files: Iterable[File], name: str, ignore_paths: Sequence[str] = ()
) -> dict[str, Any]:
    """State a model's files; `ignore_paths` are those that the signature leaves out."""
    listed = sorted(files, key=lambda file: file.path)
    root = hashlib.sha256(b"".join(bytes.fromhex(file.sha256) for file in listed)).hexdigest()
    return {
        "_type": STATEMENT,
        "subject": [{"name": name, "digest": {"sha256": root}}],
        "predicateType": MODEL_SIGNATURE,
        "predicate": {
            "serialization": {
                "method": "files",
                "hash_type": "sha256",
                "allow_symlinks": False,
                "ignore_paths": list(ignore_paths),
            },
            "resources": [
                {"name": file.path, "algorithm": "sha256", "digest": file.sha256} for file in listed
            ],
        },
    }
