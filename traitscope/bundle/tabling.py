"""The tables of a bundle: answers long and wide, scores, estimates, and the codebook."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, cast

import pandas as pd
from pandas import DataFrame, Series

from inventories.forms import FACTORS, Elicitation
from traitscope import columns, estimates, frames
from traitscope.bundle.codebook import CODEBOOK, items_of, value_labels
from traitscope.bundle.package import schema
from traitscope.harmless import guarded_table
from traitscope.record import Record

WHO = ("sitting", "model", "persona", "persona_set", "reply", "replicate")
# whole numbers that a missing one turns into decimals; all whose name begins with n_ are counts as well
WHOLE = {"chosen", "position", "key", "norm_n", "trials", "pending", *columns.OUTCOME, "near_ties"}
# what was written by a model or a user, and might begin like a formula
WRITTEN = {"reply_text", "text", "options", "warnings"}
VALUE = "keyed value of the chosen option: high means more of the scale; empty for likelihoods and unscored items"
ASSIGNED = "level of the trait that the persona was assigned; empty if none"


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
    answers = found.pop("answers")
    books: list[DataFrame] = []
    described: list[DataFrame] = []

    def explained(table: Table, items: Collection[str] = ()) -> Table:
        others = [each for each in table.frame.columns if each not in items]
        told = [table.told[each] for each in others]
        described.append(DataFrame({"table": table.name, "column": others, "description": told}))
        return table

    def known(name: str, place: str, frame: DataFrame, **told: str) -> Table:
        row, meaning = frames.FRAMES[name]
        whole = frame if len(frame.columns) else DataFrame(columns=list(meaning))
        return explained(Table(place, row, typed(whole), {**meaning, **told}))

    yield known("answers", "answers", _with_values(answers, found["values"]), value=VALUE)
    for table, book in _wide(record, answers):
        books.append(book)
        yield explained(table, set(book["item"]))
    del answers  # the largest by far, and done
    yield known("scores", "scores", found.pop("scores"))
    divergence = record.divergence()
    for name, frame in (found | ({"divergence": divergence} if len(divergence) else {})).items():
        yield known(name, f"estimates/{name}", frame)
    described.append(DataFrame({"table": "codebook", "column": CODEBOOK.keys(), "description": CODEBOOK.values()}))
    book = pd.concat([*books, *described], ignore_index=True).reindex(columns=list(CODEBOOK))
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


def _wide(record: Record, answers: DataFrame) -> Iterator[tuple[Table, DataFrame]]:
    """One table an inventory and elicitation, and the codebook of its items."""
    answers = answers[answers["kind"] == "item"]
    for place, rows in answers.groupby(["inventory", "elicitation"], sort=False):
        elicitation = cast(Elicitation, place[1])
        inventory = record.inventory(str(place[0]), str(rows["language"].mode().iloc[0]), elicitation)
        seen = set(rows["item"])
        asked = [item.id for item in inventory.items if item.id in seen]
        who = [*WHO, *FACTORS]
        sittings = rows[who].drop_duplicates("sitting").set_index("sitting", drop=False)
        value = "likelihood" if elicitation == "likelihood" else "chosen"
        raw = rows.pivot(index="sitting", columns="item", values=value)[asked].astype("float64")
        raw = raw if value == "likelihood" else raw.apply(_whole)
        levels = _levels(record, sittings["persona"])
        frame = pd.concat([sittings, levels, raw.reindex(sittings.index)], axis="columns").reset_index(drop=True)
        name = f"wide/{inventory.id}.{elicitation}"
        book = items_of(name, inventory, elicitation, asked)
        told = {each: columns.ANSWERS[each] for each in who} | dict.fromkeys(map(str, levels), ASSIGNED)
        told |= dict(zip(book["item"], book["text"], strict=True))
        row = f"a sitting: raw answers to {inventory.id} by {elicitation}"
        yield Table(name, row, typed(frame), told, value_labels(inventory, elicitation, asked)), book


def _levels(record: Record, who: Series[Any]) -> DataFrame:
    """A column assigned.TRAIT for every trait that a persona in `who` was assigned."""
    known = {name: each.assigned for name, each in record.manifest.personas.items()}
    traits = dict.fromkeys(trait for name in dict.fromkeys(who) for trait in known.get(name, {}))
    return DataFrame(
        {f"assigned.{trait}": [known.get(name, {}).get(trait, float("nan")) for name in who] for trait in traits},
        index=who.index,
    )


# ---- as files


def write_table(table: Table, folder: Path) -> list[Path]:
    """As CSV, and all but estimates and codebook as Parquet too; return the paths in the bundle."""
    path = folder / f"{table.name}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    safe = guarded_table(table.frame, WRITTEN)
    # with "\r\n" at the end of each line a reply that holds one of the two alone is quoted, and read back as it was
    safe.to_csv(path, index=False, lineterminator="\r\n", encoding="utf-8")
    if table.name.startswith("estimates/") or table.name == "codebook":
        return [path]
    table.frame.to_parquet(path.with_suffix(".parquet"), index=False)
    return [path, path.with_suffix(".parquet")]
