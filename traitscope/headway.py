"""How fast a record is being asked now, and how long the rest will take."""

from __future__ import annotations

import time
from typing import Any

from traitscope.overview import counted
from traitscope.record import Record
from traitscope.store import StoreError

LATELY = 120.0  # seconds whose calls tell the rate
STARTING = "It plans the trials and loads the model, which takes minutes if they are many or it is large; the answers come after that."
FEWEST = 2.0  # seconds that must have been seen: the first calls of a run come in a burst


def rate(record: Record, now: float | None = None) -> float | None:
    """Trials a second that were answered in the last two minutes; None where that cannot be told yet."""
    now = time.time() if now is None else now
    try:
        with record.store() as store:
            trials, first = store.lately(now - LATELY)
    except StoreError:
        return None
    if first is None or now - first < FEWEST:
        return None
    return trials / (now - first)


def seconds_left(row: dict[str, Any], rate: float | None) -> float | None:
    """How long the trials take that a row of `overview.studies` has not done, at so many a second."""
    return (row["trials"] - row["done"]) / rate if rate else None


def told(record: Record, row: dict[str, Any], now: float | None = None) -> str:
    """Rate and time left in words."""
    found = rate(record, now)
    left = seconds_left(row, found)
    if found is None or left is None:
        return "The rate is told as soon as a few answers have come." if row["done"] else STARTING
    speed = f"{found:,.0f} trials a second" if found >= 10 else f"{60 * found:,.0f} trials a minute"
    if found * 60 < 10:
        speed = f"{3600 * found:,.0f} trials an hour"
    return f"{speed} over the last two minutes; about {duration(left)} left."


def duration(seconds: float) -> str:
    """A length of time in the two units that matter: "40 seconds", "3 minutes", "2 hours 5 minutes", "3 days 4 hours"."""
    if seconds < 90:
        return counted(max(1, round(seconds)), "second")
    minutes = round(seconds / 60)
    if minutes < 90:
        return counted(minutes, "minute")
    if minutes < 48 * 60:
        hours, minutes = divmod(minutes, 60)
        return counted(hours, "hour") + (f" {counted(minutes, 'minute')}" if minutes else "")
    days, hours = divmod(round(seconds / 3600), 24)
    return counted(days, "day") + (f" {counted(hours, 'hour')}" if hours else "")
