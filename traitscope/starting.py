"""The command `traitscope` from its first moment on: it ends cleanly even before it knows what it is to do."""

import atexit
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from types import FrameType

SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")
STOPPED = "stopped; what was answered is kept, and the same command goes on from here"


def main() -> None:
    """Run the command that was typed."""
    atexit.register(_deaf)
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by who started it
            setattr(sys, name, Path(os.devnull).open("w"))  # noqa: SIM115
    for name in SIGNALS:
        number = getattr(signal, name, None)
        if number and signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler):
            signal.signal(number, at_once)
    from traitscope.cli import main as run  # which takes a while

    code = run()
    if code > 128:  # a signal has ended it, and all is put away: Python's own tidying could be struck once more
        sys.stdout.flush()
        os._exit(code)
    for name in SIGNALS:  # all is done and told: the exit code stands, whatever strikes while Python tidies up
        number = getattr(signal, name, None)
        if number and signal.getsignal(number) is at_once:
            signal.signal(number, lambda *_: os._exit(code))
    sys.exit(code)


def at_once(number: int, _: FrameType | None) -> None:
    """End the process, which has nothing under way."""
    with suppress(OSError):  # of a terminal that is closed
        os.write(2, f"traitscope: {STOPPED}\n".encode())
    os._exit(128 + number)


def _deaf() -> None:
    """All is done and told: a signal while Python puts its modules away would only change the exit code."""
    for name in SIGNALS:
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
