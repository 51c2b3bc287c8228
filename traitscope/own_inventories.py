"""Inventories of the user's own, from a TOML or a CSV file: checked as the command line checks them, kept beside the records."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from inventories.definitions import Inventory
from inventories.loading import inventory_ids, parse_inventory, short_form_ids
from inventories.reading import DefinitionError
from traitscope.inventory_csv import TEMPLATE, toml_of
from traitscope.links import is_plain_name
from traitscope.record import write_whole

FOLDER = "own_inventories"  # under the runs folder; it holds no record
MOST_BYTES = 5_000_000
TEMPLATES = {"csv": TEMPLATE, "toml": toml_of(TEMPLATE, "template.csv")[0]}
TOLD = {
    "csv": (
        "One line for each item, under a line with the names of the columns: id, scale, key and text. Facet, or left and right of an "
        "item with two ends, may be columns, too.",
        "key: empty, 1 or + for an item that counts as it is; -1, - or R for a reversed one. An item without a scale is asked "
        "but not scored.",
        "Above them: title and licence, and perhaps source, instructions and printed (how an item is printed, such as: I see "
        "myself as someone who {text}).",
        "Above them, too: option with its value and text, from the lowest to the highest; and scale with its code and name.",
        "Commas, semicolons or tabs part the cells. In Excel save it as CSV UTF-8. Scenarios need TOML.",
    ),
    "toml": (
        "The form of the bank's own files: all that the bank says of an inventory can stand there, norms, terms and scenarios, too.",
        "For more than the template shows, download an inventory of the bank, under One inventory.",
    ),
}
NAME = re.compile(r"[A-Za-z0-9_-]{1,100}")
_PLACE = re.compile(r'(item|scale) "[^"]*"')


@dataclass(frozen=True)
class Import:
    """A file that was read: the inventory with the TOML that says it, or what is wrong with it."""

    name: str
    toml: str = ""
    inventory: Inventory | None = None
    mistakes: tuple[str, ...] = ()


def read(runs: Path, file: str, data: bytes | str) -> Import:
    """The inventory in `data`, the content of a file whose name ends in .toml or .csv.

    Each mistake names the file and the item or the line, the value seen and the values allowed.
    """
    name, _, ending = file.rpartition(".")
    if ending not in ("toml", "csv") or not NAME.fullmatch(name) or not is_plain_name(name):
        told = "a name needs letters, digits, - and _, at most 100 in all, and ends in .toml or .csv"
        return Import(name, mistakes=(f"{file[:120]}: {told}; no device of Windows, such as con",))
    if name in (*inventory_ids(), *short_form_ids()):
        return Import(name, mistakes=(f"{file}: {name!r} is an inventory of the bank; take another name",))
    try:
        text = _text(file, data)
    except DefinitionError as mistake:
        return Import(name, mistakes=(str(mistake),))
    lines: dict[str, int] = {}
    if ending == "csv":
        text, sheet = toml_of(text, file)
        lines = sheet.lines
        if sheet.mistakes:
            return Import(name, mistakes=tuple(sheet.mistakes))
    path = _path(runs, name)
    try:
        return Import(name, text, parse_inventory(text, path))
    except DefinitionError as mistake:
        return Import(name, text, mistakes=(_placed(str(mistake).replace(str(path), file), file, lines),))


def save(runs: Path, found: Import) -> Path:
    """Write the inventory's TOML beside the records; another one of that name is never overwritten."""
    path = _path(runs, found.name)
    if found.inventory is None:
        raise DefinitionError(f"{found.name}: has mistakes, so it is not saved")
    if path.is_file() and path.read_text("utf-8") != found.toml:
        raise DefinitionError(f"{path}: another inventory is saved under this name; take another name")
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, found.toml)
    return path


def saved(runs: Path) -> dict[str, Path]:
    """The inventories that were saved beside the records, by name; translations are not among them."""
    return {each.stem: each for each in sorted((runs / FOLDER).glob("*.toml")) if "." not in each.stem}


def called(name: str) -> str:
    """What an inventory of the user's own is called where it stands among those of the bank."""
    return f"{name} (yours)"


def _path(runs: Path, name: str) -> Path:
    return (runs / FOLDER / f"{name}.toml").absolute()


def _text(file: str, data: bytes | str) -> str:
    if isinstance(data, str):
        return data
    if len(data) > MOST_BYTES:
        raise DefinitionError(f"{file}: {len(data):,} bytes; allowed: up to {MOST_BYTES:,}")
    try:
        return data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError as problem:
        line = data[: problem.start].count(b"\n") + 1
        raise DefinitionError(f"{file}, line {line}: not UTF-8; save the file as UTF-8 (in Excel: CSV UTF-8)") from None


def _placed(mistake: str, file: str, lines: dict[str, int]) -> str:
    """The message with the line of the item or scale that it names."""
    place = _PLACE.search(mistake)
    line = lines.get(place[0]) if place else None
    return mistake.replace(f"{file}, ", f"{file}, line {line}, ", 1) if line else mistake
