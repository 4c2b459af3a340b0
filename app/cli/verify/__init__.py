"""`countersign verify`: is this bundle good, who signed it, and is it about this file or model?"""

from __future__ import annotations

import codecs
import json
import warnings
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from app.adapters.system.clock import SystemClock
from app.cli import exits
from app.cli.verify import verification
from app.cli.verify.verification import Answer, Request, Trust, UncheckedError
from app.domain.canonical import read_json
from app.domain.errors import GateError

_PATH = click.Path(path_type=Path)
_LISTS = ("cert_roots", "ignore_paths")
_PATHS = ("artifact", "model", "bundle", "key")
_FILES = ("artifact", "bundle", "key")
_KEYS = frozenset({"id", "sha256", "trusted_root", "identity", "issuer", *_LISTS, *_PATHS})


@click.command(epilog="Exit codes: 0 verified, 1 refused, 3 could not check.")
@click.option("--artifact", type=_PATH, help="The file that was signed.")
@click.option("--sha256", metavar="HEX", help="The digest of the file that was signed.")
@click.option("--model", type=_PATH, help="The model, file or directory, that was signed.")
@click.option("--bundle", type=_PATH, help="The sigstore bundle.")
@click.option("--trusted-root", metavar="FILE|NAME", help="Default: public-good.")
@click.option("--key", type=_PATH, help="A public key in PEM: it must have signed.")
@click.option("--cert-root", "cert_roots", type=_PATH, multiple=True, help="Root in PEM.")
@click.option("--identity", help="Who must have signed: the exact identity.")
@click.option("--issuer", help="Who must vouch for the identity: the exact issuer.")
@click.option("--ignore", "ignore_paths", multiple=True, help="Need not be signed.")
@click.option("--output", type=click.Choice(["text", "json"]), default="text")
@click.option("--batch", type=_PATH, help="A file with one request in JSON a line.")
def verify(*, batch: Path | None, output: str, bundle: Path | None, **given: Any) -> None:  # noqa: ANN401 - the options, by name
    """Verify a sigstore bundle offline, over a file, a digest or a whole model.

    Nothing is asked of any server. What the signer left out of a model excuses nothing:
    a file that was not signed is refused, unless --ignore names it.
    """
    # What cryptography thinks of a stranger's certificate is not for whoever verifies it.
    warnings.filterwarnings("ignore", category=UserWarning)
    now = SystemClock().now()
    if batch is not None:
        if bundle is not None or any(given.values()):
            raise click.UsageError("--batch takes its requests from the file alone")
        raise SystemExit(_verify_batch(batch, now))
    if bundle is None:
        raise click.UsageError("name the bundle with --bundle")
    answer = verification.answer(Request(bundle=bundle, **given), Trust(), now)
    if output == "json":
        click.echo(json.dumps(_json(answer)))
    else:
        _say(answer, given)
    raise SystemExit(answer.exit_code)


def _verify_batch(batch: Path, now: datetime) -> int:
    if exits.may_never_end(batch):
        click.echo(f"could not check: {batch} is no file", err=True)
        return 3
    try:
        lines = batch.read_bytes().removeprefix(codecs.BOM_UTF8).splitlines()
    except OSError as error:
        click.echo(f"could not check: {error}", err=True)
        return 3
    answers = []
    for request_id, answer in _answers(lines, batch.resolve().parent, now):
        answers.append(answer)
        click.echo(json.dumps({"id": request_id, **_json(answer)}))
    return verification.exit_code(answers)


def _answers(lines: list[bytes], folder: Path, now: datetime) -> Iterator[tuple[object, Answer]]:
    trust = Trust()
    for line in lines:
        if not line.strip():
            continue
        request_id: object = None
        try:
            document = read_json(line)
            request_id = document.get("id") if isinstance(document, dict) else None
            answer = verification.answer(_request(document, folder), trust, now)
        except UncheckedError as error:
            answer = verification.unchecked(error.code, error.message)
        except GateError as error:
            answer = verification.unchecked("request_invalid", error.message)
        except (OSError, RuntimeError, ValueError) as error:
            # Paths that no file system takes: too long, in a circle of links.
            answer = verification.unchecked("request_invalid", str(error))
        yield request_id, answer


def _request(document: object, folder: Path) -> Request:
    if not isinstance(document, dict):
        raise _invalid("a request is a JSON object")
    if unknown := sorted(set(document) - _KEYS):
        named = ", ".join(sorted(_KEYS))
        raise _invalid(f"the request has the unknown member {unknown[0][:40]!r}; known: {named}")
    given = {name: value for name, value in document.items() if value is not None}
    lists = {name: given.pop(name, []) for name in _LISTS}
    given.pop("id", None)
    texts = [*given.items(), *((name, item) for name in _LISTS for item in _list(name, lists))]
    for name, text in texts:
        if not isinstance(text, str) or not text:
            raise _invalid(f"{name} is not a text, or is empty")
    if "bundle" not in given:
        raise _invalid("the request names no bundle")
    for name in _PATHS:
        if name in given:
            given[name] = folder / given[name]
    root = given.get("trusted_root")
    if root is not None and (folder / root).exists():
        given["trusted_root"] = str(folder / root)
        _must_end(folder / root)
    certificates = tuple(folder / path for path in lists["cert_roots"])
    for path in (*(given[name] for name in _FILES if name in given), *certificates):
        _must_end(path)
    ignored = [_ignored(path, folder, given.get("model")) for path in lists["ignore_paths"]]
    return Request(
        **given,
        cert_roots=certificates,
        ignore_paths=tuple(ignored),
    )


def _must_end(path: Path) -> None:
    # One request must not hold up the others: a pipe may never come, a device never end.
    if path.exists() and not path.is_file():
        raise UncheckedError("unreadable_input", f"{path} is no file")


def _ignored(path: str, folder: Path, model: Path | None) -> str:
    # Relative to the file, as all paths of a request, if that leads into the model;
    # else relative to the model.
    beside = (folder / path).resolve()
    if model is not None and beside.is_relative_to(model.resolve()):
        return str(beside)
    return path


def _list(name: str, lists: Mapping[str, Any]) -> list[Any]:
    value = lists[name]
    if not isinstance(value, list):
        raise _invalid(f"{name} is not a list")
    return value


def _invalid(message: str) -> UncheckedError:
    return UncheckedError("request_invalid", message)


def _json(answer: Answer) -> dict[str, Any]:
    return {
        "verified": answer.is_verified,
        "code": answer.code,
        "reason": answer.reason,
        "claims": dict(answer.claims),
    }


def _say(answer: Answer, given: Mapping[str, Any]) -> None:
    if not answer.is_verified:
        verdict = "refused" if answer.was_checked else "could not check"
        click.echo(f"{verdict}: {answer.code}: {answer.reason}", err=True)
        return
    claims = answer.claims
    click.echo(f"verified: signed by {claims['identity']['value']}")
    click.echo(f"  issuer       {claims['issuer']}")
    click.echo(f"  trust domain {claims['trust_domain']}")
    click.echo(f"  signed at    {claims.get('signed_at', 'unknown')}")
    if not (given["identity"] or given["key"] or given["cert_roots"]):
        click.echo("note: no --identity was asked for, so anyone may have signed", err=True)
