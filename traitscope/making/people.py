"""People whose answers to one half of an inventory are told to a model, which then gives the other half in their place."""

from __future__ import annotations

import math
import shutil
from collections.abc import Hashable
from pathlib import Path
from typing import Any

from pandas import DataFrame, Series, to_numeric

from inventories.definitions import Inventory
from inventories.loading import load_inventory
from inventories.persona_sets import Persona
from traitscope.datafile import BLANK, LOST, DataError, read_table
from traitscope.making.so_far import SoFar, persona_file

PEOPLE = Path(__file__).parent / "people_simulated.csv"  # where the user gives none; nobody in it is a human being


def people_told(study: dict[str, Any], so_far: SoFar) -> dict[str, Any]:
    """A persona for each person of the file, told the answers to every second item of a facet; the others are asked.

    Options: `n` people at most, `lead` the words before the answers. A file of other items, such as the 300 of the long form,
    brings them along: see `inventory_of`.
    """
    (name,) = study["inventories"]
    file = so_far.file or PEOPLE
    inventory = inventory_of(file, name)
    table = answers_of(file, inventory).iloc[: so_far.options.get("n")]
    told = told_items(inventory)
    lead: str = so_far.options["lead"]
    asked_for = asked_in_place(table, told)
    people = [
        Persona(id=str(person), text=f"{lead}\n{_told(inventory, told, row)}")
        for person, row in table.to_dict("index").items()
        if asked_for[person] == person
    ]
    asked = [item.id for item in inventory.items if item.id not in told]
    asks = [each | {"items": asked} for each in study["asks"]]
    if (key := key_of(file)) is not None:
        shutil.copyfile(key, so_far.beside / key.name)
        study = study | {"inventories": [key.name]}
    return study | {"asks": asks, "personas": [persona_file("people", "People of the file", people, so_far.beside)]}


def inventory_of(file: Path, name: str) -> Inventory:
    """The inventory that the answers of a file belong to: that of its own key beside it, else `name` of the bank."""
    key = key_of(file)
    return load_inventory(name) if key is None else load_inventory(str(key.absolute()))


def key_of(file: Path) -> Path | None:
    """An inventory in TOML beside `people.csv`, called `people_key.toml`: items, keys and options of these answers."""
    key = file.with_name(f"{file.stem}_key.toml")
    return key if key.is_file() else None


def told_items(inventory: Inventory) -> list[str]:
    """The first, third, ... item of each facet (of each scale where there are none): what a model is told."""
    seen: dict[str, int] = {}
    found = []
    for item in inventory.items:
        part = item.facet or item.scale or ""
        seen[part] = seen.get(part, 0) + 1
        if seen[part] % 2:
            found.append(item.id)
    return found


def asked_in_place(table: DataFrame, told: list[str]) -> dict[Hashable, Hashable]:
    """Person -> the first person of the table with the same answers to the told items: for both the model is asked once."""
    seen: dict[tuple[float, ...], Hashable] = {}
    rows = table[told].fillna(-math.inf).itertuples(index=False, name=None)
    return {person: seen.setdefault(row, person) for person, row in zip(table.index, rows, strict=True)}


def answers_of(file: Path, inventory: Inventory) -> DataFrame:
    """Raw answers of the people in a wide file, one row a person; NaN without an answer.

    Index: person (column `person` or `persona`, else the number of the row), columns: all items. Raises DataError for a file
    without some item, a person twice, or an answer that is no option.
    """
    table = read_table(file)
    items = [item.id for item in inventory.items]
    if lacking := [each for each in items if each not in table.columns]:
        more = f", and {len(lacking) - 1} more of {inventory.id}" if len(lacking) > 1 else ""
        raise DataError(f"{file}: column {lacking[0]} is missing{more}; one for each item is needed")
    names = table["persona"] if "persona" in table else (table.index + 1).astype(str).to_series()
    if (nameless := names.str.strip() == "").any():
        raise DataError(f"{file}, row {int(nameless.to_numpy().argmax()) + 1}: the person has no name")
    if len(doubled := names[names.duplicated()]):
        raise DataError(f"{file}: person {doubled.iloc[0]!r} stands twice; one row a person")
    found = {each: _numbers(table[each], str(file), inventory) for each in items}
    return DataFrame(found).set_axis(list(names), axis="index")


def _numbers(cells: Series[str], file: str, inventory: Inventory) -> Series[float]:
    options = [each.value for each in inventory.options_of(inventory.item(str(cells.name)))]
    given = ~cells.isin(BLANK | LOST)
    values = to_numeric(cells.where(given), errors="coerce").astype(float)
    wrong = cells[given & ~values.isin(options)]
    if len(wrong):
        raise DataError(
            f"{file}, {cells.name}: {wrong.iloc[0]!r} is no answer; allowed: {', '.join(map(str, options))}"
        )
    return values


def _told(inventory: Inventory, told: list[str], row: dict[Any, float]) -> str:
    lines = []
    for name in told:
        item = inventory.item(name)
        words = {each.value: each.text for each in inventory.options_of(item)}
        if not math.isnan(row[name]):
            lines.append(f"- {inventory.printed_text(item)} {words[int(row[name])]}")
    return "\n".join(lines)
