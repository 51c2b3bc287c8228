"""What a case must end in: a mistake told in one printable line that names the file, or a right result, and soon."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TypeVar

from inventories.reading import DefinitionError
from inventories.responder import ResponderError
from traitscope.datafile import DataError
from traitscope.store import StoreError
from traitscope.study_file import StudyError

MISTAKES = (DefinitionError, StudyError, ResponderError, StoreError, DataError)
LONGEST = 3_000  # characters of a message
SECONDS = 2.0  # of the processor for one case
HANGS = 20.0  # after which a case is stopped

T = TypeVar("T")


class Hang(BaseException):
    """A case that does not end."""


def _stop(_: int, __: FrameType | None) -> None:
    raise Hang(f"still at work after {HANGS:g} s of the processor")


@contextmanager
def in_time(most: float = SECONDS) -> Iterator[None]:
    """What stands within takes no longer than `most` seconds of the processor, and is stopped where it never ends."""
    before = signal.signal(signal.SIGPROF, _stop)
    signal.setitimer(signal.ITIMER_PROF, max(HANGS, 2 * most))
    begun = time.process_time()
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
    taken = time.process_time() - begun
    assert taken < most, f"it took {taken:.1f} s"


def told_or(action: Callable[[], T], *names: str) -> T | None:
    """The result of `action`; None where it ends in a mistake that is well told and names one of `names`."""
    try:
        return action()
    except MISTAKES as mistake:
        well_told(str(mistake), *names)
        return None


def well_told(message: str, *names: str) -> None:
    """A message is one line that a terminal shows as it is, not too long, and names one of `names`."""
    line = " ".join(message.split())
    assert line.isprintable(), f"not printable: {line[:300]!r}"
    assert 10 < len(line) <= LONGEST, f"{len(line)} characters: {line[:300]!r}"
    assert not names or any(name in line for name in names), f"none of {names} is named: {line[:300]!r}"
