"""PsychoBench's tables of results (Huang et al., 2024): one row a statement, one column a test.

`Prompt: ...`, `order-1`, `shuffle0-test0`, `shuffle0-test1`, ..., then again from `Prompt: ...` for every shuffled order. A row
stands where its statement was printed; the column `order-N` has the statement's own number, from 1.
"""

from __future__ import annotations

import re
from pathlib import Path

from inventories.definitions import Inventory, Item
from inventories.forms import Form
from inventories.persona_sets import Persona
from traitscope.datafile import DataError, csv_rows
from traitscope.importing.sheet import BARE, Filled, Sheet, model_name, numbered

ORDER = re.compile(r"order-\d+")
TEST = re.compile(r"shuffle\d+-test\d+")
PROMPT = "Prompt:"


def is_psychobench(rows: list[list[str]]) -> bool:
    """Whether these lines have PsychoBench's header."""
    header = rows[0] if rows else []
    return any(each.startswith(PROMPT) for each in header) and any(map(ORDER.fullmatch, header))


def read_psychobench(path: Path, inventory: Inventory) -> Sheet:
    """Every test column is one repeat by the bare model, in the file's own order of statements."""
    rows = [row for row in csv_rows(path) if row]
    header = [each.strip() for each in rows[0]] if rows else []
    starts = [place for place, name in enumerate(header) if ORDER.fullmatch(name)]
    if not starts or starts[0] == 0:
        raise DataError(
            f"{path}, header: needs columns 'Prompt: ...', 'order-1', 'shuffle0-test0', ...; seen: {', '.join(map(repr, header[:6]))}"
        )
    items = inventory.items
    if len(rows) - 1 != len(items):
        raise DataError(
            f"{path}: {len(rows) - 1} statements, but {inventory.id} has {len(items)}; PsychoBench asks an inventory as a whole"
        )
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != len(header):
            raise DataError(f"{path}, line {number}: {len(row)} cells, but the header has {len(header)}")
    sheet = Sheet(path, "psychobench", tuple(item.id for item in items), people={BARE: Persona(BARE)})
    found, other = [], 0
    for start, end in zip(starts, [*starts[1:], len(header) + 1], strict=True):
        order = [_item(row[start], items, f"{path}, line {number}, column {header[start]!r}") for number, row in enumerate(rows[1:], 2)]  # fmt: skip
        if len({each.id for each in order}) < len(order):
            twice = next(each.id for each in order if order.count(each) > 1)
            raise DataError(
                f"{path}, column {header[start]!r}: the number of {twice} stands twice; each of 1 to {len(items)} once"
            )
        texts = [row[start - 1] for row in rows[1:]]
        other = max(other, _check_texts(texts, order, inventory, f"{path}, column {header[start - 1]!r}"))
        form = Form(items="printed" if order == list(items) else "shuffled")
        for column in range(start + 1, end - 1):
            if not TEST.fullmatch(header[column]):
                raise DataError(
                    f"{path}, column {column + 1}: {header[column]!r} is none of PsychoBench's; allowed: shuffleN-testN"
                )
            cells = {item.id: row[column] for item, row in zip(order, rows[1:], strict=True)}
            place = f"column {column + 1} ({header[column]})"
            found.append(
                Filled(place, model_name(path), BARE, 1, form, "rating", cells, tuple(each.id for each in order))
            )
    if not found:
        raise DataError(f"{path}, header: no column shuffleN-testN, so there are no answers")
    numbered(sheet, found, own=False)
    if other:
        sheet.told.append(
            f"{other} of {len(items)} statements are worded otherwise than in {inventory.id}; their numbers say which they are"
        )
    return sheet


def _item(cell: str, items: list[Item], place: str) -> Item:
    if not cell.strip().isdecimal() or not 1 <= int(cell.strip()[:9]) <= len(items):
        raise DataError(f"{place}: {cell[:60]!r} is no number of a statement; allowed: 1 to {len(items)}")
    return items[int(cell) - 1]


def _check_texts(texts: list[str], order: list[Item], inventory: Inventory, place: str) -> int:
    """How many statements are worded otherwise; DataError where one is another item of the inventory word for word."""
    own = {_plain(text): item for item in inventory.items for text in (item.text, inventory.printed_text(item))}
    unknown = 0
    for number, (text, item) in enumerate(zip(texts, order, strict=True), start=2):
        meant = own.get(_plain(text))
        if meant is not None and meant.id != item.id:
            raise DataError(
                f"{place}, line {number}: {text[:60]!r} is {meant.id}, but its number says {item.id}; is {inventory.id} the inventory?"
            )
        unknown += meant is None
    return unknown


def _plain(text: str) -> str:
    """A statement without its number, capitals and final stop."""
    return re.sub(r"^\d+\.\s*", "", text.strip()).rstrip(". ").casefold()
