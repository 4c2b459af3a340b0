"""The bar that long work shows, to a terminal and to nothing else."""

from __future__ import annotations

from rich.console import Console
from rich.progress import (
    BarColumn,
    FileSizeColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TransferSpeedColumn,
)


def bar() -> Progress:
    """Make a bar on standard error, which says nothing where that is a file or a pipe."""
    return _bar(*Progress.get_default_columns())


def bar_of_bytes() -> Progress:
    """Make a bar of work whose end nobody knows: how much came so far, and how fast."""
    return _bar(_WHAT, BarColumn(), FileSizeColumn(), TransferSpeedColumn(), TimeElapsedColumn())


def bar_of_entries() -> Progress:
    """Make a bar that counts entries, whether it is known how many there are or not."""
    return _bar(_WHAT, BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())


_WHAT = TextColumn("{task.description}")


def _bar(*columns: str | ProgressColumn) -> Progress:
    console = Console(stderr=True)
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
