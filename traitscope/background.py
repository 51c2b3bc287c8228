"""A study that is asked in a process of its own: started, followed and stopped from a page that may be closed meanwhile."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from traitscope import stopping
from traitscope.disk_errors import named
from traitscope.lock import here, is_held, refuse_links

LOG, PID = "run.log", "run.pid"
ROOM = 4096  # bytes of the log that are kept free for its last words
STARTED = "TRAITSCOPE_STARTED"  # in the environment of a process of `start`


def start(
    study: Path,
    folder: Path,
    keys: Mapping[str, str] | None = None,
    max_cost: float | None = None,
    pilot: float | None = None,
) -> int:
    """Start `traitscope run STUDY` in a process of its own that outlives this one; return its pid.

    `keys` (variable -> key) are in the environment of that process alone; `max_cost` are US dollars for the record in all;
    `pilot` is the share that is asked first, where not all is.
    What it says goes to `run.log` in the record, and `stop` ends it.
    """
    arguments = ["run", str(study), "--record", str(folder), "--yes"]
    arguments += [] if max_cost is None else ["--max-cost", str(max_cost)]
    arguments += [] if pilot is None else ["--pilot", str(pilot)]
    return start_command(arguments, folder, keys)


def start_command(arguments: Sequence[str], folder: Path, keys: Mapping[str, str] | None = None) -> int:
    """Start `traitscope ARGUMENTS` as `start` does; what it says goes to `run.log` in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    refuse_links(folder)
    with named(folder / LOG), (folder / LOG).open("w") as log:
        log.write("\n" * ROOM)  # now, while a full disk can still be said to who starts it
        log.seek(0)
        process = subprocess.Popen(
            [sys.executable, "-m", "traitscope", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            env={**os.environ, **(keys or {}), STARTED: "1"},
        )
    return process.pid


@contextmanager
def stoppable(folder: Path) -> Iterator[None]:
    """Keep in `run.pid` who holds the record, if that is a process of `start`; a file that others left is removed."""
    path = folder / PID
    if os.environ.get(STARTED):
        # who is started in the background of a shell's script is deaf to it, and so are its children
        signal.signal(signal.SIGINT, stopping.ended)
        with named(path):
            path.write_text(f"{os.getpid()} {here()}", "utf-8")
    else:
        path.unlink(missing_ok=True)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def can_stop(folder: Path) -> bool:
    """Whether the record is being asked by a process of `start` on this machine."""
    return is_held(folder) and _process(folder) is not None


def stop(folder: Path) -> bool:
    """End the process of `start` that asks this record, as Ctrl-C does: what was answered is kept. False if none does."""
    try:
        if is_held(folder) and (number := _process(folder)):
            os.kill(number, signal.SIGINT)
            return True
    except OSError:  # it has ended meanwhile, or belongs to somebody else
        pass
    return False


def _process(folder: Path) -> int | None:
    """The number of the process of `start`; None where there is none, or its number means another process here."""
    try:
        number, _, place = (folder / PID).read_text("utf-8").partition(" ")
    except (OSError, ValueError):
        return None
    return int(number) if number.isdecimal() and place == here() else None


def last_words(folder: Path, about: str = "") -> str:
    """The last line that a process of `start` has said, or the last with `about` in it; "" where there is none."""
    try:
        lines = (folder / LOG).read_text("utf-8", "replace").strip().splitlines()
    except OSError:
        return ""
    return next((each.rpartition("\r")[2] for each in reversed(lines) if about in each), "")
