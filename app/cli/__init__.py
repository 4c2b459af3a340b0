"""The `countersign` command, one file a noun; a command is loaded when it is called."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import click

from app import __version__

COMMANDS = {
    "admission": "read the models in Kubernetes manifests, ask whether they are let in",
    "approve": "see what waits for you; approve, veto, comment, withdraw",
    "ask": "ask what was decided about a release",
    "attest": "state evidence about a model folder, signed",
    "card": "start a model card",
    "check": "ask the gate about a model folder",
    "delegate": "let somebody vote in your place, for a while",
    "demo": "see three releases decided",
    "digest": "print the release digest of a model folder",
    "events": "see what subscribers have not taken, send it again",
    "evidence": "read model cards and evaluation reports; compare reports",
    "history": "tell which version was on a stage, and what was promoted",
    "glass": "let a release through in an emergency, review it afterwards",
    "log": "find, export and verify what was recorded",
    "models": "list models, point aliases, see what is built on a model",
    "policy": "write, check, test, build and compare policies",
    "promote": "put an allowed version on a stage",
    "reevaluate": "decide what is live again, and tell what changed",
    "replay": "see which past decisions other policies would flip",
    "rollback": "go back to the version that was on a stage before",
    "serve": "serve the gate",
    "sign": "sign a model folder",
    "store": "migrate and check the database of the log",
    "submit": "submit a release, and complete it later",
    "token": "create, list and revoke tokens",
    "trust": "list trust domains, fetch a current one",
    "user": "add, list and disable users of the gate itself",
    "verify": "verify signature bundles offline",
    "waive": "ask for a waiver of a soft rule, approve one, end one",
    "versions": "register, show and revoke versions of models",
}
"""Every command, named as the module that holds a click command of the same name."""
ELSEWHERE = {
    **dict.fromkeys(("history", "promote", "rollback", "versions"), "models"),
    "reevaluate": "submit",
}
"""Commands that stand in the package of another."""
INTERRUPTED = 130
"""128 and the number of SIGINT, as shells have it: 1 is an answer of some commands."""


@contextmanager
def _interruptible() -> Iterator[None]:
    try:
        yield
    except (KeyboardInterrupt, click.Abort) as error:
        is_asked = isinstance(error, click.Abort)  # a question that was answered with no, or not
        if is_asked and not isinstance(error.__context__, KeyboardInterrupt):
            raise
        click.echo("countersign: interrupted", err=True)
        raise SystemExit(INTERRUPTED) from error


class Commands(click.Group):
    """Loads a command's module only when the command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands, in the order of the alphabet."""
        return [*super().list_commands(ctx), *COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load a command; None if there is none of that name."""
        if cmd_name not in COMMANDS:
            return super().get_command(ctx, cmd_name)
        module = import_module(f"app.cli.{ELSEWHERE.get(cmd_name, cmd_name)}")
        command: click.Command = getattr(module, cmd_name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Load the command, and tell whoever started the process that it is loaded."""
        found = super().resolve_command(ctx, args)
        if ctx.obj is not None:
            ctx.obj()
        return found

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:  # noqa: ANN401 - as click calls it
        """Read the command line."""
        with _interruptible():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - whatever the command gives
        """Run a command; one that is interrupted says neither yes nor no."""
        with _interruptible():
            return super().invoke(ctx)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - as click calls it
        """List the commands without loading any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.command(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
)
@click.version_option(__version__, prog_name="countersign")
def main() -> None:
    """Decide model releases by policy, and record every decision.

    A team asks with `check`; people approve with `approve`; the gate itself is `serve`.
    Start with `countersign demo`.
    """
