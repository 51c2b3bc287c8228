"""One process asks a study at a time: two would ask the same trials twice."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from traitscope.store import StoreError

try:
    import fcntl
except ImportError:  # Windows has none; there the user has to see to it
    fcntl = None  # type: ignore[assignment]

FILE = "lock"
TRIES = 4


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the record in `folder`; StoreError where another process does. The system lets go when a process dies."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / FILE).open("a") as file:
        for left in reversed(range(TRIES)):
            try:
                if fcntl is not None:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:  # perhaps somebody has only looked whether it is held
                if not left:
                    told = f"{folder}: is being asked by another process; wait for it, or stop it first"
                    raise StoreError(told) from None
                time.sleep(0.05)
        yield


def is_held(folder: Path) -> bool:
    """Whether a process is asking this record now."""
    if fcntl is None or not (folder / FILE).is_file():
        return False
    with (folder / FILE).open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
