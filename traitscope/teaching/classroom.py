"""A class: the server that shows a network the classroom pages only, behind one join code."""

from __future__ import annotations

import os
import secrets
import threading
import time
from collections.abc import Callable
from pathlib import Path

import segno

from traitscope.record import Record
from traitscope.store import StoreError
from traitscope.teaching.guessing import ROOMS, GameError, Room, as_code

# what `traitscope class` tells the server that it starts: in its environment, so in memory alone
CODE, HOST = "TRAITSCOPE_CLASS_CODE", "TRAITSCOPE_CLASS_HOST"
ADDRESS, RECORD = "TRAITSCOPE_CLASS_ADDRESS", "TRAITSCOPE_CLASS_RECORD"
FREE_TRIES, PAUSE_SECONDS = 20, 5.0  # wrong codes of one device; after those one is looked at in so many seconds
MOST_DEVICES = 10_000  # remembered


class Tries:
    """Wrong codes of each device: nobody types that many, and a program that guesses takes years."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, free: int = FREE_TRIES, pause: float = PAUSE_SECONDS
    ) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._free, self._pause = free, pause
        self._wrong: dict[str, tuple[int, float]] = {}

    def wait(self, device: str) -> float:
        """Seconds until a code of `device` is looked at again."""
        with self._lock:
            return self._left(device)

    def take(self, device: str) -> float:
        """As `wait`; where that is 0, the try counts as wrong until `right` is told: of many at once each counts."""
        with self._lock:
            left = self._left(device)
            if not left:
                self._add(device)
            return left

    def right(self, device: str) -> None:
        """A try that was taken was right: those before it are forgotten."""
        with self._lock:
            self._wrong.pop(device, None)

    def _left(self, device: str) -> float:
        wrong, last = self._wrong.get(device, (0, 0.0))
        return max(0.0, last + self._pause - self._clock()) if wrong >= self._free else 0.0

    def _add(self, device: str) -> None:
        count = self._wrong.pop(device, (0, 0.0))[0] + 1
        if len(self._wrong) >= MOST_DEVICES:
            del self._wrong[next(iter(self._wrong))]  # the one that was wrong longest ago
        self._wrong[device] = (count, self._clock())


TRIES = Tries()  # of this server: they end with it


def in_class() -> bool:
    """Whether this server serves a class, to which nothing is stored and only the classroom pages are shown."""
    return bool(os.environ.get(CODE))


def opens(code: str) -> bool:
    """Whether `code`, as somebody typed it, is the join code of this class."""
    return in_class() and secrets.compare_digest(as_code(code).encode(), os.environ[CODE].encode())


def is_host(secret: str) -> bool:
    """Whether `secret` is the teacher's, from the link in the terminal."""
    return bool(in_class() and secret) and secrets.compare_digest(secret.encode(), os.environ[HOST].encode())


def room() -> Room:
    """The one room of this class, made anew if it fell silent: the code opens it as long as the server runs."""
    if not in_class():
        raise GameError("This server serves no class.")
    return ROOMS.open(os.environ[CODE], os.environ[HOST])


def record() -> Record | None:
    """The record whose answers the class may see, where the teacher named one."""
    folder = os.environ.get(RECORD)
    try:
        return Record(Path(folder)) if folder else None
    except StoreError:
        return None


def link(room: Room) -> str:
    """The address at which players join; "" where only this machine reaches this server."""
    base = os.environ.get(ADDRESS, "") if in_class() else ""
    return f"{base}/?code={room.code}" if base else ""


def printed_code(room: Room) -> str:
    """The join code in two groups, as it is read aloud."""
    middle = len(room.code) // 2
    return f"{room.code[:middle]} {room.code[middle:]}"


def qr(text: str) -> str:
    """A QR code of `text` as SVG, black on white with its quiet zone: cameras want that on dark pages, too."""
    return str(segno.make(text, error="m", micro=False).svg_inline(scale=8, dark="#000", light="#fff"))
