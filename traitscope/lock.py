"""One process asks a study at a time: two would ask the same trials twice."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from traitscope.disk_errors import named
from traitscope.links import first_link
from traitscope.store import GONE, StoreError

try:
    import fcntl
except ImportError:  # Windows has none; there the user has to see to it
    fcntl = None  # type: ignore[assignment]

FILE = "lock"
TRIES = 4


@contextmanager
def alone(folder: Path) -> Iterator[Callable[[], None]]:
    """Hold the record in `folder`; StoreError where another process does. The system lets go when a process dies.

    What is given raises StoreError where the record has gone meanwhile: what lies in its place is held by nobody here.
    """
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

        def there() -> None:
            if not _is_at(file, folder / FILE):
                raise StoreError(f"{folder}: {GONE}")

        there()  # or it was deleted while this waited
        with named(folder / FILE):
            file.truncate(0)
            os.write(file.fileno(), f"{os.getpid()} {here()}".encode())  # at once: a full disk is told once, and here
        try:
            yield there
        except FileNotFoundError:
            there()
            raise


def here() -> str:
    """Where numbers of processes mean what they mean to this one: this machine, and the container in it."""
    try:
        return f"{platform.node()} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return platform.node()


def _is_at(file: TextIO, path: Path) -> bool:
    """Whether `path` still leads to the open file."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


def refuse_links(folder: Path) -> None:
    """Raise StoreError where a record that came from elsewhere would have this program write through a link."""
    if link := first_link(folder):
        raise StoreError(f"{link}: is a link or no file; a record that is written holds files and folders alone")


def _who(file: TextIO) -> str:
    """The number of the process that holds the record, as that has written it down."""
    file.seek(0)
    number, _, place = file.read(300).strip().partition(" ")
    if not number.isdecimal():
        return ""
    return f" (number {number})" if place in ("", here()) else f" (number {number} on {place.partition(' ')[0]})"


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
