"""Tables, wide or long, with the columns that `traitscope analyze` reads: CSV, SPSS or Excel."""

from __future__ import annotations

import math
import typing
from collections.abc import Iterable
from pathlib import Path

import msgspec
import pandas as pd
from pandas import DataFrame

from inventories.definitions import Inventory
from inventories.forms import FACTORS, Elicitation, Form
from inventories.persona_sets import Persona
from inventories.reading import DefinitionError, allowed
from traitscope.datafile import BLANK, OF_TRIALS, DataError, is_long, read_cells, wide
from traitscope.importing.sheet import BARE, Filled, Sheet, model_name, name_of, numbered
from traitscope.sample import left_alone, with_item_ids
from traitscope.study import check_printable
from traitscope.study_file import Ask

MOST_REPLICATES = 10_000
OUTSIDE = ("group.", "criterion.")  # columns that are kept as attributes of the persona
NOT_OF_FORMS = ("elicitation", "reply")  # in our own tables beside the factors of a form


def read_wide(path: Path, inventory: Inventory) -> Sheet:
    """One row a sitting, one column an item; see `read_sample` for the other columns."""
    return _sheet(read_cells(path), path, inventory, "wide")


def read_long(path: Path, inventory: Inventory) -> Sheet:
    """One row an answer: columns person (or persona), item and value; what else a row has tells sittings apart."""
    cells = read_cells(path)
    if not is_long(cells):
        raise DataError(f"{path}, header: a long table needs the columns person, item and value; {_columns(cells)}")
    own = {item.id for item in inventory.items}
    strange = ~cells["item"].isin(own)
    if strange.any():
        row = int(strange.to_numpy().argmax())
        seen = cells["item"].iloc[row]
        raise DataError(f"{path}, row {row + 1}, column 'item': {seen!r} is no item of {inventory.id}; {allowed(own, seen)}")  # fmt: skip
    table = wide(cells, str(path))
    sheet = _sheet(table, path, inventory, "long")
    used = {*table.columns, *(name.partition(".")[2] for name in table.columns), "item", "value", *OF_TRIALS}
    if lost := [name for name in cells.columns if name not in used]:
        sheet.told.append(f"columns left alone: {', '.join(lost)} (they are in the copy of the file)")
    return sheet


def _columns(table: DataFrame) -> str:
    return f"seen: {', '.join(map(repr, table.columns[:12]))}"


def _sheet(table: DataFrame, path: Path, inventory: Inventory, kind: str) -> Sheet:
    table, told = with_item_ids(_as_ours(table), inventory, str(path))
    known = {item.id for item in inventory.items}
    items = tuple(name for name in table.columns if name in known)
    if not items:
        raise DataError(f"{path}, header: no column is an item of {inventory.id}; {_columns(table)}; {allowed(known)}")
    told += left_alone(table, inventory, str(path))
    if len(items) < len(known):
        told.append(f"{len(known) - len(items)} of {len(known)} items have no column and were not asked")
    sheet = Sheet(path, kind, items, told=[each.removeprefix(f"{path}: ") for each in told])
    ids = _personas(table, path, sheet)
    _people(table, ids, path, inventory, sheet)
    forms, apart = _forms(table, path, inventory, sheet)
    repeats = _replicates(table, path, apart, sheet)
    models = table["model"] if "model" in table else [model_name(path)] * len(table)
    orders = _orders(table, items)
    cells = table[list(items)].to_dict("records")
    rows = [
        Filled(f"row {number}", name_of(model, f"{path}, row {number}, column 'model'"), persona, repeat or 1, form, elicitation,
               {str(item): cell for item, cell in answers.items()}, order)
        for number, (model, persona, repeat, (form, elicitation), answers, order)
        in enumerate(zip(models, ids, repeats or [0] * len(table), forms, cells, orders, strict=True), start=1)
    ]  # fmt: skip
    numbered(sheet, rows, own=repeats is not None)
    if repeats is None and "persona" in table and any(each.replicate > 1 for each in sheet.sittings):
        sheet.told.append("several rows of one persona are numbered as repeats, in the order of the file")
    return sheet


def _as_ours(table: DataFrame) -> DataFrame:
    """Our own wide tables name the factors of the form without a prefix; all of them stand there, or they are others' columns."""
    if not set(FACTORS) <= set(table.columns):
        return table
    names = {*FACTORS, *NOT_OF_FORMS} & set(table.columns)
    return table.rename(columns={name: f"factor.{name}" for name in names})


def _personas(table: DataFrame, path: Path, sheet: Sheet) -> list[str]:
    """Who each row belongs to. Without a column for it every row is a person, unless `replicate` says that it is a repeat."""
    if "persona" in table:
        return [
            name_of(each, f"{path}, row {number}, column 'persona'") for number, each in enumerate(table["persona"], 1)
        ]
    if "replicate" in table:
        return [BARE] * len(table)
    sheet.told.append("no column persona: every row is a person of its own, named by its number")
    return [f"row {number}" for number in range(1, len(table) + 1)]


def _people(table: DataFrame, ids: list[str], path: Path, inventory: Inventory, sheet: Sheet) -> None:
    """Each persona with its assigned levels and attributes, which all of its rows must share."""
    first: dict[str, int] = {}
    for number, each in enumerate(ids):
        first.setdefault(each, number)
    levels: dict[str, dict[str, float]] = {each: {} for each in first}
    attributes: dict[str, dict[str, str]] = {each: {} for each in first}
    for column in table.columns:
        if column.startswith("assigned."):
            trait, sign = _trait(column.removeprefix("assigned."), inventory)
            for name, (number, cell) in _shared(table[column], ids, path).items():
                if cell not in BLANK:
                    levels[name][trait] = sign * _level(cell, f"{path}, row {number + 1}, column {column!r}")
        elif column == "persona_set" or column.startswith(OUTSIDE):
            for name, (_, cell) in _shared(table[column], ids, path).items():
                if cell not in BLANK:
                    attributes[name][column.removeprefix("group.")] = cell
    sheet.people = {each: Persona(each, assigned=levels[each], attributes=attributes[each]) for each in first}


def _trait(name: str, inventory: Inventory) -> tuple[str, float]:
    """The trait that a scale (or the trait itself) stands for, and whether the scale counts the other way round."""
    if name not in inventory.scales:
        return name, 1.0
    trait = inventory.scale(name).trait
    return trait.removeprefix("-"), -1.0 if trait.startswith("-") else 1.0


def _shared(cells: Iterable[str], ids: list[str], path: Path) -> dict[str, tuple[int, str]]:
    """The one cell of each persona with the number of its row; DataError where two rows of a persona differ."""
    found: dict[str, tuple[int, str]] = {}
    for number, (name, cell) in enumerate(zip(ids, cells, strict=True)):
        row, before = found.setdefault(name, (number, cell.strip()))
        if cell.strip() != before:
            column = getattr(cells, "name", "")
            raise DataError(
                f"{path}, row {number + 1}, column {column!r}: persona {name!r} has {cell!r} here and {before!r} in row {row + 1}; "
                "all rows of a persona must agree"
            )
    return found


def _level(cell: str, place: str) -> float:
    try:
        level = float(cell)
    except ValueError:
        level = math.nan
    if not math.isfinite(level):
        raise DataError(f"{place}: {cell!r} is no level; allowed: a number, or empty where nothing was assigned")
    return level


def _forms(
    table: DataFrame, path: Path, inventory: Inventory, sheet: Sheet
) -> tuple[list[tuple[Form, Elicitation]], DataFrame]:
    """How each row was asked, as far as the file says; and the levels of factors that are none of a form's."""
    columns = {name.removeprefix("factor."): name for name in table.columns if name.startswith("factor.")}
    ours = [name for name in columns if name in FACTORS or name == "elicitation"]
    others = [columns[name] for name in columns if name not in (*ours, "reply") and table[columns[name]].nunique() > 1]
    usual: Elicitation = "choice" if inventory.kind == "action" else "rating"
    made: dict[tuple[str, ...], tuple[Form, Elicitation]] = {}
    forms = []
    for number, cells in enumerate(zip(*(table[columns[name]] for name in ours), strict=True), 1) if ours else ():
        if cells not in made:
            said = {name: cell for name, cell in zip(ours, cells, strict=True) if cell not in BLANK}
            made[cells] = _form(said, usual, inventory, f"{path}, row {number}")
        forms.append(made[cells])
    if others:
        named = ", ".join(others)
        sheet.told.append(f"{named}: no factor of a form ({', '.join(FACTORS)}); its levels are numbered as repeats")
    return forms or [(Form(), usual)] * len(table), table[others]


def _form(said: dict[str, str], usual: Elicitation, inventory: Inventory, place: str) -> tuple[Form, Elicitation]:
    elicitation = said.pop("elicitation", usual)
    answered: tuple[Elicitation, ...] = ("rating", "choice", "confirmation")
    if elicitation not in answered:
        raise DataError(f"{place}, column 'factor.elicitation': {elicitation!r} has no answers; {allowed(answered)}")
    hints = typing.get_type_hints(Form)
    for name, level in said.items():
        try:
            msgspec.convert(level, hints[name], strict=False)
        except msgspec.ValidationError:
            choices = typing.get_args(hints[name])
            told = allowed(choices, level) if choices else f"expected {hints[name].__name__}"
            raise DataError(f"{place}, column 'factor.{name}': {level!r} is no level; {told}") from None
    form = msgspec.convert(said, Form, strict=False)
    try:
        check_printable(inventory, Ask(elicitation=elicitation), form, place)
    except DefinitionError as mistake:
        told = str(mistake)
        raise DataError(told if told.startswith(place) else f"{place}: {told}") from None
    return form, elicitation


def _replicates(table: DataFrame, path: Path, apart: DataFrame, sheet: Sheet) -> list[int] | None:
    """The file's own numbers of repeats; None where it has none, or they are not enough to tell its rows apart."""
    if "replicate" not in table:
        return None
    numbers = pd.to_numeric(table["replicate"], errors="coerce")
    whole = numbers.between(1, MOST_REPLICATES) & (numbers % 1 == 0)
    if not whole.all():
        row = int((~whole).to_numpy().argmax())
        seen = table["replicate"].iloc[row]
        raise DataError(
            f"{path}, row {row + 1}, column 'replicate': {seen!r} is no number of a repeat; allowed: 1 to {MOST_REPLICATES}"
        )
    return None if len(apart.columns) else [int(each) for each in numbers]


def _orders(table: DataFrame, items: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The items of each row as they were asked, where `position.ITEM` says it for all of them."""
    columns = [f"position.{item}" for item in items]
    if not set(columns) <= set(table.columns):
        return [()] * len(table)
    places = table[columns].apply(pd.to_numeric, errors="coerce").to_numpy()
    told = [len(set(row)) == len(items) and not any(math.isnan(each) for each in row) for row in places.tolist()]
    ranked = places.argsort(axis=1)
    return [tuple(items[place] for place in row) if known else () for row, known in zip(ranked, told, strict=True)]
