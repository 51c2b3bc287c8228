"""The command `traitscope` from its first moment on: it ends cleanly even before it knows what it is to do."""

import os
import signal
import sys
from types import FrameType

STOPPED = "stopped; what was answered is kept, and the same command goes on from here"


def main() -> None:
    """Run the command that was typed."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, at_once)
    from traitscope.cli import main as run  # which takes a while

    code = run()
    if code > 128:  # a signal has ended it, and all is put away: Python's own tidying could be struck once more
        sys.stdout.flush()
        os._exit(code)
    sys.exit(code)


def at_once(number: int, _: FrameType | None) -> None:
    """End the process, which has nothing under way."""
    os.write(2, f"traitscope: {STOPPED}\n".encode())
    os._exit(128 + number)
