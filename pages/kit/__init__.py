"""What pages share: cached reads, choosers that live in the address, empty states, exhibits with table and downloads."""

from pages.kit.choosing import address, amount, choose, choose_several, place, search, tick
from pages.kit.exhibits import exhibit, exhibits, side_by_side
from pages.kit.states import answered, cached, head, nothing_yet, runs, unfinished
from pages.kit.text import plain

__all__ = [
    "address",
    "amount",
    "answered",
    "cached",
    "choose",
    "choose_several",
    "exhibit",
    "exhibits",
    "head",
    "nothing_yet",
    "place",
    "plain",
    "runs",
    "search",
    "side_by_side",
    "tick",
    "unfinished",
]
