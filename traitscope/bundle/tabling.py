"""The tables of a bundle: answers long and wide, scores, estimates, and the codebook."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
from pandas import DataFrame, Series

from inventories.definitions import Inventory
from inventories.forms import FACTORS
from traitscope import columns, estimates, frames
from traitscope.bundle.package import schema
from traitscope.record import Record

WHO = ("sitting", "model", "persona", "persona_set", "reply", "replicate")
# whole numbers that a missing one turns into decimals; all whose name begins with n_ are counts as well
WHOLE = {"chosen", "position", "key", "keyed", "norm_n", "trials", "pending", *columns.OUTCOME, "near_ties"}
# what was written by a model or a user, and might begin like a formula
WRITTEN = {"reply_text", "text", "options", "warnings"}
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
ANSWERS = {
    "value": "keyed value of the chosen option: high means more of the scale; empty for likelihoods and unscored items"
}
OF_WIDE = {"assigned": "level of the trait that the persona was assigned; empty if none"}
CODEBOOK = {
    "table": "the table, by its path without .csv",
    "column": "the column",
    "inventory": "id of the inventory, of a column that is an item",
    "elicitation": "how the item was asked: rating, choice, likelihood or confirmation",
    "item": "id of the item",
    "language": "language of the text and the options",
    "text": "what is printed of the item; the sentences whose likelihood is asked",
    "options": "value = text of each option, in the inventory's own order",
    "scale": columns.OF_ITEM["scale"],
    "facet": columns.OF_ITEM["facet"],
    "key": columns.OF_ITEM["key"],
    "values": "lowest to highest value, or the unit",
    "description": "what a column means that is no item",
}
UNIT_OF_LIKELIHOODS = "nats per token"


class Table(NamedTuple):
    """A table with its place in the bundle, what a row of it is, and the meaning of each column."""

    name: str  # path without the ending
    row: str
    frame: DataFrame
    told: Mapping[str, str]
    labels: Mapping[str, Mapping[float, str]] = {}  # of an item's values

    def schema(self) -> dict[str, Any]:
        """Its Table Schema."""
        return schema(self.frame, self.told)


def tables(record: Record) -> Iterator[Table]:
    """Every table of a bundle, the codebook last."""
    found = estimates.tables(record)
    answers, keyed = found.pop("answers"), found["values"]
    described: list[DataFrame] = []

    def table(name: str, row: str, frame: DataFrame, told: Mapping[str, str]) -> Table:
        described.append(DataFrame({"table": name, "column": frame.columns, "description": frame.columns.map(told)}))
        return Table(name, row, typed(frame), told)

    yield table("answers", frames.FRAMES["answers"].row, _with_values(answers, keyed), columns.ANSWERS | ANSWERS)
    items: list[DataFrame] = []
    for name, (inventory, elicitation), frame, told in _wide(record, answers):
        book, labels = _items(record, name, inventory, elicitation, answers)
        yield Table(name, f"a sitting: raw answers to {inventory} by {elicitation}", typed(frame), told, labels)
        items.append(book)
        others = [each for each in frame.columns if each not in set(book["item"])]
        described.append(DataFrame({"table": name, "column": others, "description": [told[each] for each in others]}))
    yield table("scores", frames.FRAMES["scores"].row, found.pop("scores"), columns.SCORES)
    divergence = record.divergence()
    for name, each in (found | ({"divergence": divergence} if len(divergence) else {})).items():
        known = frames.FRAMES[name]
        yield table(
            f"estimates/{name}",
            known.row,
            each if len(each.columns) else DataFrame(columns=list(known.columns)),
            known.columns,
        )
    described.append(DataFrame({"table": "codebook", "column": CODEBOOK.keys(), "description": CODEBOOK.values()}))
    book = pd.concat([*items, *described], ignore_index=True).reindex(columns=list(CODEBOOK))
    yield Table("codebook", "a column of a table: items first", typed(book), CODEBOOK)


def typed(table: DataFrame) -> DataFrame:
    """Whole numbers as such where some are missing, and texts of which some are missing as texts."""
    changed: dict[str, Series[Any]] = {}
    for name in table.columns:
        column = table[name]
        if column.dtype == object and column.isin([True, False]).any():
            changed[name] = column.astype("boolean")
        elif column.dtype == object or column.isna().all():
            is_text = column.dtype == object or column.dtype.kind not in "fiub"
            changed[name] = column.astype("str" if is_text else "float64").where(column.notna())
        if name in WHOLE or str(name).startswith("n_"):
            changed[name] = _whole(column)
    return table.assign(**changed)


def _whole(column: Series[Any]) -> Series[Any]:
    numbers = column.astype("float64")
    return numbers.astype("Int64") if (numbers.dropna() % 1 == 0).all() else numbers


def _with_values(answers: DataFrame, keyed: DataFrame) -> DataFrame:
    """With the keyed value beside the raw one."""
    chosen = keyed[keyed["version"] == "chosen"].set_index(["sitting", "item"])["value"]
    place = pd.MultiIndex.from_frame(answers[["sitting", "item"]])
    value = Series(chosen.reindex(place).to_numpy(), index=answers.index).where(answers["kind"] == "item")
    found = answers.copy()
    found.insert(list(found.columns).index("chosen") + 1, "value", _whole(value))
    return found


def _wide(record: Record, answers: DataFrame) -> Iterator[tuple[str, tuple[str, str], DataFrame, dict[str, str]]]:
    """One table an inventory and elicitation: path, both, the table, and the meaning of its columns."""
    answers = answers[answers["kind"] == "item"]
    for place, rows in answers.groupby(["inventory", "elicitation"], sort=False):
        inventory, elicitation = str(place[0]), str(place[1])
        value = "likelihood" if elicitation == "likelihood" else "chosen"
        who = [*WHO, *FACTORS]
        items = list(dict.fromkeys(item.id for item in record.inventory(inventory).items))
        asked = [
            *(each for each in items if each in set(rows["item"])),
            *dict.fromkeys(rows["item"][~rows["item"].isin(items)]),
        ]
        sittings = rows[who].drop_duplicates("sitting").set_index("sitting", drop=False)
        raw = rows.pivot(index="sitting", columns="item", values=value)[asked].astype("float64")
        raw = raw if value == "likelihood" else raw.apply(_whole)
        levels = _levels(record, sittings["persona"])
        told = {name: columns.ANSWERS[name] for name in who}
        told |= dict.fromkeys(map(str, levels), OF_WIDE["assigned"])
        texts = record.inventory(inventory, elicitation=elicitation)  # type: ignore[arg-type]
        told |= {item: _text(texts, item, elicitation) for item in asked}
        frame = pd.concat([sittings, levels, raw.reindex(sittings.index)], axis="columns").reset_index(drop=True)
        yield f"wide/{inventory}.{elicitation}", (inventory, elicitation), frame, told


def _levels(record: Record, who: Series[Any]) -> DataFrame:
    """A column assigned.TRAIT for every trait that a persona in `who` was assigned."""
    known = {name: each.assigned for name, each in record.manifest.personas.items()}
    traits = dict.fromkeys(trait for name in dict.fromkeys(who) for trait in known.get(name, {}))
    return DataFrame(
        {f"assigned.{trait}": [known.get(name, {}).get(trait, float("nan")) for name in who] for trait in traits},
        index=who.index,
    )


def _items(
    record: Record, table: str, inventory: str, elicitation: str, answers: DataFrame
) -> tuple[DataFrame, dict[str, dict[float, str]]]:
    """The codebook of one wide table, a row an item in the language that most were asked in; and the values' labels."""
    rows = answers[(answers["inventory"] == inventory) & (answers["elicitation"] == elicitation)]
    language = str(rows["language"].mode().iloc[0])
    found = record.inventory(inventory, language, elicitation)  # type: ignore[arg-type]
    asked = set(rows["item"][rows["kind"] == "item"])
    book, labels = [], {}
    for item in found.items:
        if item.id not in asked:
            continue
        low, high = found.range_of(item)
        said = elicitation == "likelihood"
        offered = found.options_of(item)
        options = "; ".join(f"{each.value} = {each.text}" for each in offered)
        # actions share their values: 1 is high whatever it says
        if not said and len({each.value for each in offered}) == len(offered):
            labels[item.id] = {float(each.value): each.text for each in offered}
        book.append(
            {"table": table, "column": item.id, "inventory": inventory, "elicitation": elicitation, "item": item.id,
             "language": language, "text": _text(found, item.id, elicitation), "options": "" if said else options,
             "scale": item.scale, "facet": item.facet, "key": item.key,
             "values": UNIT_OF_LIKELIHOODS if said else f"{low} to {high}"}
        )  # fmt: skip
    return DataFrame(book), labels


def _text(inventory: Inventory, name: str, elicitation: str) -> str:
    item = inventory.item(name)
    return " / ".join(inventory.statements(item)) if elicitation == "likelihood" else inventory.printed_text(item)


# ---- as files


def write_table(table: Table, folder: Path) -> list[Path]:
    """As CSV, and all but estimates and codebook as Parquet too; return the paths in the bundle."""
    path = folder / f"{table.name}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    safe = {name: table.frame[name].map(guarded, na_action="ignore") for name in WRITTEN & set(table.frame.columns)
            if not pd.api.types.is_numeric_dtype(table.frame[name])}  # fmt: skip
    # with "\r\n" at the end of each line a reply that holds one of the two alone is quoted, and read back as it was
    table.frame.assign(**safe).to_csv(path, index=False, lineterminator="\r\n", encoding="utf-8")
    if table.name.startswith("estimates/") or table.name == "codebook":
        return [path]
    table.frame.to_parquet(path.with_suffix(".parquet"), index=False)
    return [path, path.with_suffix(".parquet")]


def guarded(text: str) -> str:
    """A text that a spreadsheet would take for a formula, with an apostrophe before it; `unguarded` takes it off.

    >>> guarded("=1+1"), guarded("'-1"), guarded("agree")
    ("'=1+1", "''-1", 'agree')
    """
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """The text as it was before `guarded`.

    >>> unguarded("'=1+1"), unguarded("'tis")
    ('=1+1', "'tis")
    """
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text
