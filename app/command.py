"""The `countersign` command as a process: an interrupt is exit code 130 from its first line on.

Only what the interpreter itself does before that line, in its first hundredths of a second,
still answers as Python does.
"""

from __future__ import annotations

import os

INTERRUPTED = 130
"""128 and the number of SIGINT, as shells have it: 1 is an answer of some commands."""


def main() -> None:
    """Load the command line and run it.

    Loading takes tenths of a second, in which Python would answer Ctrl-C with a traceback, or
    not at all. Where interrupts are ignored, as in the background of a shell, they stay so.
    """
    try:
        import signal  # noqa: PLC0415 - it takes long enough to be interrupted

        def is_loaded() -> None:
            if is_heard:
                signal.signal(signal.SIGINT, signal.default_int_handler)

        is_heard = signal.getsignal(signal.SIGINT) is signal.default_int_handler
        if is_heard:
            signal.signal(signal.SIGINT, _quit)
    except KeyboardInterrupt:
        _quit()
    from app.cli import main as command  # noqa: PLC0415 - this is what takes so long

    command(prog_name="countersign", obj=is_loaded)


def _quit(*_: object) -> None:
    # Nothing was begun, so there is nothing to put right.
    os.write(2, b"countersign: interrupted\n")
    os._exit(INTERRUPTED)
