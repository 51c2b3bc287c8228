"""What was worked out of a record once is kept in memory until the record changes: pages and commands share it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import TypeVar

from traitscope.damage import blamed, check
from traitscope.record import Record

MOST_RECORDS, MOST_RESULTS = 4, 200  # in memory; the least used go first

Result = TypeVar("Result")


class _Shelf:
    """The results for one record, as it was at one moment."""

    def __init__(self, stamp: tuple[int, ...]) -> None:
        self.stamp = stamp
        self.results: OrderedDict[Hashable, object] = OrderedDict()
        self.locks: dict[Hashable, threading.Lock] = {}


_shelves: OrderedDict[str, _Shelf] = OrderedDict()
_lock = threading.RLock()


def kept(function: Callable[..., Result], record: Record, *arguments: Hashable, beside: Record | None = None) -> Result:
    """What `function(record, *arguments)` returns, worked out once for each state of the record.

    `beside` is another record that the function reads, too: its state counts as well. Whoever gets it shares it with all others: it must not be changed in place. Thirty who ask at once wait for one.
    """
    name = (function.__module__, function.__qualname__, arguments, beside and (str(beside.folder), beside.stamp()))
    shelf, lock = _place(record, name)
    with lock:
        if name in shelf.results:
            with _lock:
                shelf.results.move_to_end(name)
            return shelf.results[name]  # type: ignore[return-value]
        check(record.folder, shelf.stamp)
        with blamed(record.folder):
            result = function(record, *arguments)
        with _lock:
            shelf.results[name] = result
            while len(shelf.results) > MOST_RESULTS:
                gone, _ = shelf.results.popitem(last=False)
                shelf.locks.pop(gone, None)
        return result


def _place(record: Record, name: Hashable) -> tuple[_Shelf, threading.Lock]:
    """The shelf of the record as it is now, and the lock of one result on it."""
    folder, stamp = str(record.folder.resolve()), record.stamp()
    with _lock:
        shelf = _shelves.get(folder)
        if shelf is None or shelf.stamp != stamp:
            shelf = _shelves[folder] = _Shelf(stamp)
        _shelves.move_to_end(folder)
        while len(_shelves) > MOST_RECORDS:
            _shelves.popitem(last=False)
        return shelf, shelf.locks.setdefault(name, threading.Lock())
