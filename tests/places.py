"""A folder with a model in it, signatures over it, and what to trust."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner, Result

from app.cli import main
from app.demo.private_sigstore import PrivateSigstore
from app.domain.digest import Digest
from tests.signing import AT, CLAIMS, IDENTITY, ISSUER, a_file, a_sigstore

MODEL = ("--model", "@model", "--bundle", "@model/model.sig")
FILE = ("--artifact", "@model/model.safetensors", "--bundle", "@file.bundle")
SIGNER = ("--identity", IDENTITY, "--issuer", ISSUER)


@dataclass(frozen=True)
class Place:
    """A folder with a model, signatures over it, and what to trust."""

    folder: Path
    sigstore: PrivateSigstore

    def write(self, name: str, content: bytes) -> Path:
        """Write a file of the folder."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def run(self, *arguments: str) -> Result:
        """Verify; an argument that begins with @ is a path below the folder."""
        given = [
            f"{self.folder}/{argument[1:]}" if argument.startswith("@") else argument
            for argument in ("--trusted-root", "@acme.json", *arguments)
        ]
        return CliRunner().invoke(main, ["verify", *given])

    def refused(self, *arguments: str) -> str:
        """Verify the model, which must be refused; give the code."""
        answered = self.run(*MODEL, *SIGNER, "--output", "json", *arguments)
        assert answered.exit_code == 1
        document = json.loads(answered.stdout)
        assert document["verified"] is False
        code: str = document["code"]
        return code


def a_place(folder: Path) -> Place:
    """Fill a folder: a model of two files, its signature, and a bundle over the weights."""
    sigstore = a_sigstore()
    made = Place(folder, sigstore)
    files = [a_file("model.safetensors", b"weights"), a_file("config.json", b"{}")]
    made.write("model/model.safetensors", b"weights")
    made.write("model/config.json", b"{}")
    made.write("acme.json", json.dumps(sigstore.trusted_root()).encode())
    made.write("file.bundle", sigstore.sign_digest(Digest.of(b"weights"), IDENTITY, CLAIMS, AT))
    signed = sigstore.sign_model(files, "model", IDENTITY, CLAIMS, AT, ["cache"])
    made.write("model/model.sig", signed)
    return made
