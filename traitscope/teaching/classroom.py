"""A class: the server that shows a network the classroom pages only, behind one join code."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import segno

from traitscope.record import Record
from traitscope.store import StoreError
from traitscope.teaching.guessing import ROOMS, GameError, Room, as_code

# what `traitscope class` tells the server that it starts: in its environment, so in memory alone
CODE, HOST = "TRAITSCOPE_CLASS_CODE", "TRAITSCOPE_CLASS_HOST"
ADDRESS, RECORD = "TRAITSCOPE_CLASS_ADDRESS", "TRAITSCOPE_CLASS_RECORD"


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
