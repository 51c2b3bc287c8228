"""Ctrl-C, a terminal that closes and a request to end: each stops a command in the same way, with what was answered kept."""

from __future__ import annotations

import os
import signal
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread
from types import FrameType

Handler = Callable[[int, FrameType | None], object]
NUMBERS = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]


class Ended(KeyboardInterrupt):
    """A signal that ends a command like Ctrl-C; `number` is the signal's."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


def ended(number: int, _: FrameType | None) -> None:
    """What a signal does instead of ending the process at once."""
    if number == getattr(signal, "SIGHUP", None):
        _to_nobody()
    raise Ended(number)


@contextmanager
def heeded() -> Iterator[None]:
    """Meanwhile those signals raise Ended, but for one that somebody wants to be ignored, as `nohup` does."""
    ours = [each for each in NUMBERS if _main() and signal.getsignal(each) is signal.SIG_DFL]
    for number in ours:
        signal.signal(number, ended)
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, signal.SIG_DFL)


def that_stop() -> dict[int, Handler]:
    """The signals that raise an exception here at present, with what does it."""
    known: tuple[Handler, ...] = (signal.default_int_handler, ended)
    numbers = (signal.SIGINT, *NUMBERS) if _main() else ()
    return {number: each for number in numbers for each in known if signal.getsignal(number) is each}


def exit_code(stop: KeyboardInterrupt) -> int:
    """As a shell has it: 128 and the number of the signal."""
    return 128 + (stop.number if isinstance(stop, Ended) else signal.SIGINT)


def _to_nobody() -> None:
    """What is still said goes nowhere: to write to a terminal that is closed is an error."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for number in (1, 2):
        if not _is_file(number):
            os.dup2(nowhere, number)
    os.close(nowhere)


def _is_file(number: int) -> bool:
    try:
        return stat.S_ISREG(os.fstat(number).st_mode)
    except OSError:
        return False


def _main() -> bool:
    return current_thread() is main_thread()
