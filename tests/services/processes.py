"""Tells of processes what the kernel tells."""

from __future__ import annotations

from pathlib import Path


def lives(process: int) -> bool:
    """Tell whether anything of a process is left that could still write.

    One is a zombie before its threads are gone, and they hold its files open.
    """
    try:
        threads = len(list(Path(f"/proc/{process}/task").iterdir()))
        stat = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False  # also if it ends between the opening and the reading
    return threads > 1 or stat.rpartition(") ")[2][:1] not in {"Z", "X"}
