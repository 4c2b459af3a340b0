"""Reads the file that says who asks by webhook (schemas/askers.json), YAML or JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from app import configured
from app.adapters.askers.github import GitHub
from app.adapters.askers.github_app import GitHubApp
from app.adapters.askers.github_webhooks import Terms
from app.adapters.askers.gitlab import GitLab
from app.adapters.askers.hugging_face import HuggingFace
from app.adapters.askers.mlflow import Alias, MLflow
from app.configured import ConfigurationError
from app.domain.caller import ANY, Role
from app.domain.inbound.inquiry import Ballot
from app.ports import Asker, Clock

_LONGEST_MESSAGE = 300
_SHORTEST_SECRET = 16
"""Bytes of a secret: a shorter one could be guessed from one signature."""


def read(
    file: Path | None, schema: Mapping[str, Any], clock: Clock, gate: str
) -> tuple[Asker, ...]:
    """Read the file and the secrets that it names; nobody without one.

    Raises ConfigurationError, which names the file.
    """
    try:
        return () if file is None else _read(file, schema, clock, gate)
    except ConfigurationError as error:
        raise ConfigurationError(f"{file}: {error}") from error


def _read(file: Path, schema: Mapping[str, Any], clock: Clock, gate: str) -> tuple[Asker, ...]:
    document = configured.read(file, schema)
    secrets = Secrets(file.parent)
    made = {
        name: make(stated, secrets, clock, gate)
        for name, make in _MAKERS.items()
        if (stated := document.get(name)) is not None
    }
    for name, asker in made.items():
        asker.projects = frozenset(document[name].get("projects", (ANY,)))
    return tuple(made.values())


class Secrets:
    """Reads files of secrets, which stand beside the configuration and never in it."""

    def __init__(self, folder: Path) -> None:
        """Read from this folder on."""
        self._folder = folder

    def content(self, name: str) -> bytes:
        """Read a file, without the line end behind it. Raises ConfigurationError."""
        try:
            return (self._folder / name).read_bytes().strip()
        except OSError as error:
            raise ConfigurationError(f"{self._folder / name} cannot be read") from error

    def text(self, name: str) -> str:
        """Read a text of one line. Raises ConfigurationError."""
        text = self.content(name).decode("utf-8", "replace")
        if not text.isprintable() or not text:
            raise ConfigurationError(f"{self._folder / name}: expected one line of text")
        return text

    def keys(self, names: Sequence[str]) -> tuple[bytes, ...]:
        """Read keys that are long enough to sign with. Raises ConfigurationError."""
        keys = tuple(self.content(name) for name in names)
        for name, key in zip(names, keys, strict=True):
            if len(key) < _SHORTEST_SECRET:
                where = self._folder / name
                raise ConfigurationError(f"{where}: a secret has {_SHORTEST_SECRET} bytes or more")
        return keys


def _github(stated: Mapping[str, Any], secrets: Secrets, clock: Clock, gate: str) -> GitHub:
    api_url = stated["api_url"].rstrip("/")
    key = secrets.content(stated["private_key_file"])
    terms = Terms(
        api_url=api_url,
        stages=stated.get("stages", {}),
        commit_stages=tuple(stated.get("commit_stages", ())),
        reviewers={one["user_id"]: _reviewer(one) for one in stated.get("reviewers", ())},
    )
    keys = secrets.keys(stated["secret_files"])
    return GitHub(GitHubApp(api_url, stated["app_id"], key, clock), keys, terms, gate)


def _gitlab(stated: Mapping[str, Any], secrets: Secrets, _: Clock, __: str) -> GitLab:
    token, keys = secrets.text(stated["token_file"]), secrets.keys(stated["secret_files"])
    return GitLab(stated["api_url"], token, keys, stated["stage"])


def _hugging_face(stated: Mapping[str, Any], secrets: Secrets, _: Clock, __: str) -> HuggingFace:
    token, keys = secrets.text(stated["token_file"]), secrets.keys(stated["secret_files"])
    return HuggingFace(stated["api_url"], token, keys, stated["stage"])


def _reviewer(stated: Mapping[str, Any]) -> Ballot:
    return Ballot("", stated["subject"], frozenset(Role(role) for role in stated["roles"]))


def _mlflow(stated: Mapping[str, Any], secrets: Secrets, _: Clock, gate: str) -> MLflow:
    account = None
    if "user" in stated:
        if "password_file" not in stated:
            raise ConfigurationError("/mlflow: a user has a password_file")
        account = (stated["user"], secrets.text(stated["password_file"]))
    aliases = {name: Alias(**wanted) for name, wanted in stated["aliases"].items()}
    keys = secrets.keys(stated["secret_files"])
    return MLflow(stated["api_url"], account, keys, aliases, gate)


def _sagemaker(stated: Mapping[str, Any], secrets: Secrets, _: Clock, gate: str) -> Asker:
    try:
        from app.adapters.askers.sagemaker import SageMaker  # noqa: PLC0415 - optional
        from app.adapters.askers.sagemaker_api import Packages  # noqa: PLC0415 - likewise
    except ImportError as error:
        message = "/sagemaker: needs the extra: pip install 'countersign[aws]'"
        raise ConfigurationError(message) from error
    region, keys = stated["region"], secrets.keys(stated["secret_files"])
    try:
        packages = Packages(region, stated.get("api_url"))
    except ValueError as error:
        raise ConfigurationError(f"/sagemaker: {str(error)[:_LONGEST_MESSAGE]}") from error
    return SageMaker(packages, region, keys, stated["stage"], gate)


_MAKERS: Mapping[str, Callable[[Mapping[str, Any], Secrets, Clock, str], Asker]] = {
    "github": _github,
    "gitlab": _gitlab,
    "mlflow": _mlflow,
    "huggingface": _hugging_face,
    "sagemaker": _sagemaker,
}
