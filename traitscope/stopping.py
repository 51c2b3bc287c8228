"""Ctrl-C, a terminal that closes and a request to end: each stops a command in the same way, with what was answered kept."""

from __future__ import annotations

import os
import signal
import stat
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from threading import Timer, current_thread, main_thread
from types import FrameType
from typing import Any

from traitscope.starting import at_once

Handler = Callable[[int, FrameType | None], object]
NUMBERS = [signal.SIGINT, *(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))]
IMPATIENCE = 2.0  # seconds in which another signal changes nothing: what the first has begun is not torn
SOON = 0.05

_heard: list[tuple[int, float]] = []  # signals that ended this command, and when


class Ended(KeyboardInterrupt):
    """A signal that ends a command like Ctrl-C; `number` is the signal's."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


def ended(number: int, _: FrameType | None) -> None:
    """What a signal does instead of ending the process at once."""
    if _heard and time.monotonic() - _heard[-1][1] < IMPATIENCE:
        return
    if number == getattr(signal, "SIGHUP", None):
        _to_nobody()
    _heard.append((number, time.monotonic()))
    raise Ended(number)


def again_if_heard() -> None:
    """Raise Ended once more where a signal has ended this command: what is torn in the middle fails in a way of its own."""
    if _heard:
        raise Ended(_heard[-1][0])


@contextmanager
def heeded() -> Iterator[None]:
    """Meanwhile those signals raise Ended, but for one that somebody wants to be ignored, as `nohup` does."""
    usual: tuple[object, ...] = (signal.SIG_DFL, signal.default_int_handler, at_once)
    before = {each: signal.getsignal(each) for each in NUMBERS if _main() and signal.getsignal(each) in usual}
    hook = sys.unraisablehook
    _heard.clear()
    for number in before:
        signal.signal(number, ended)
    sys.unraisablehook = partial(_once_more, hook)
    try:
        yield
    finally:
        _heard.append((0, time.monotonic()))  # all is done: what strikes now changes nothing
        sys.unraisablehook = hook
        for number, what in before.items():
            signal.signal(number, what)


def _once_more(otherwise: Callable[[Any], object], problem: Any) -> None:
    """A signal that struck where Python cannot raise, in the end of some object, strikes again."""
    if not isinstance(problem.exc_value, Ended):
        otherwise(problem)
        return
    _heard.clear()
    again = Timer(SOON, signal.raise_signal, [problem.exc_value.number])
    again.daemon = True
    again.start()


def that_stop() -> dict[int, Handler]:
    """The signals that raise an exception here at present, with what does it."""
    known: tuple[Handler, ...] = (signal.default_int_handler, ended)
    numbers = NUMBERS if _main() else []
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
