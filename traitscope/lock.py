"""One process asks a study at a time: two would ask the same trials twice."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from traitscope.links import first_link
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
    refuse_links(folder)
    with (folder / FILE).open("a+") as file:
        for left in reversed(range(TRIES)):
            try:
                if fcntl is not None:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:  # perhaps somebody has only looked whether it is held
                if not left:
                    told = f"{folder}: is being asked by another process{_who(file)}; wait for it, or stop it first"
                    raise StoreError(told) from None
                time.sleep(0.05)
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def refuse_links(folder: Path) -> None:
    """Raise StoreError where a record that came from elsewhere would have this program write through a link."""
    if link := first_link(folder):
        raise StoreError(f"{link}: is a link or no file; a record that is written holds files and folders alone")


def _who(file: TextIO) -> str:
    """The number of the process that holds the record, as that has written it down."""
    file.seek(0)
    number = file.read(20).strip()
    return f" (number {number})" if number.isdecimal() else ""


def is_held(folder: Path) -> bool:
    """Whether a process is asking this record now."""
    if fcntl is None or not (folder / FILE).is_file():
        return False
    with (folder / FILE).open("r") as file:  # which a folder that cannot be written allows
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
