"""What pages share: cached reads, choosers that live in the address, empty states, exhibits with table and downloads."""

from pages.kit.choosing import (
    address,
    amount,
    asked,
    cell,
    choose,
    choose_several,
    keep,
    one_of,
    place,
    search,
    tabs,
)
from pages.kit.exhibits import exhibit, exhibits, side_by_side
from pages.kit.failing import telling
from pages.kit.going_on import begin, delete, go_on
from pages.kit.inventories import add_inventory, loaded, preview_of
from pages.kit.report import report_of
from pages.kit.states import answered, cached, head, nothing_yet, runs, scored, unfinished
from pages.kit.text import plain

__all__ = [
    "add_inventory",
    "address",
    "amount",
    "answered",
    "asked",
    "begin",
    "cached",
    "cell",
    "choose",
    "choose_several",
    "delete",
    "exhibit",
    "exhibits",
    "go_on",
    "head",
    "keep",
    "loaded",
    "nothing_yet",
    "one_of",
    "place",
    "plain",
    "preview_of",
    "report_of",
    "runs",
    "scored",
    "search",
    "side_by_side",
    "tabs",
    "telling",
    "unfinished",
]
