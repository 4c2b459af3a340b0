"""The `countersign` command, one file a noun."""

from __future__ import annotations

import click

from app import __version__
from app.cli.check import check
from app.cli.demo import demo
from app.cli.digest import digest
from app.cli.serve import serve
from app.cli.token import token
from app.cli.verify import verify


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80})
@click.version_option(__version__, prog_name="countersign")
def main() -> None:
    """Decide model releases by policy, and record every decision.

    A team asks with `check`; people approve over the API; the gate itself is `serve`.
    Start with `countersign demo`.
    """


for command in (check, demo, digest, serve, token, verify):
    main.add_command(command)
