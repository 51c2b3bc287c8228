"""Answers of persons to one inventory, checked and ready for statistics, wherever they came from."""

from __future__ import annotations

import dataclasses
import difflib
import functools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from pandas import DataFrame, Series

from inventories.definitions import Inventory
from inventories.forms import FACTORS, Form
from inventories.reading import LARGEST, LONGEST_NAME, allowed, seen
from inventories.wording import printed_options
from psychometrics.estimate import Missing
from psychometrics.scoring import keyed
from traitscope import analysis, tables
from traitscope.choosing import rows_of
from traitscope.datafile import BLANK, LOST, OF_TRIALS, PERSON_LEVEL, PREFIXES, DataError, read_table, wide
from traitscope.record import Record

MOST_NAMED = 8  # columns that a warning lists
MOST_FACTORS = 50  # of a form: each is looked at by itself


@dataclass(frozen=True)
class Sample:
    """One row a sitting; every table and series has the index of `table`.

    Attributes
    ----------
    raw, keyed : DataFrame, shape (rows, items of the inventory that the table has)
        Answers as given (as they came when already keyed), and turned round where the key is -1. NaN is a missing answer.
    who : Series
        The person of each row, model x persona. Repeats and forms are never further persons.
    factors, groups, criteria : DataFrame
        Form factors with two levels or more; groups of persons; scores from elsewhere. Names without prefix.
    lost : mapping
        How often each outcome without an answer was found, by name.
    """

    file: str
    inventory: Inventory
    table: DataFrame
    raw: DataFrame
    keyed: DataFrame
    who: Series[Any]
    factors: DataFrame
    groups: DataFrame
    criteria: DataFrame
    lost: dict[str, int]
    already_keyed: bool
    missing: Missing
    warnings: tuple[str, ...]
    ipsative: bool = False

    def keys(self, scale: str) -> dict[str, int]:
        """Items of `scale` that the table has, with their keys."""
        return {item: key for item, key in self.inventory.keys(scale).items() if item in self.raw}

    @functools.cached_property
    def scales(self) -> tuple[str, ...]:
        """Scales with at least one item in the table."""
        return tuple(scale for scale in self.inventory.scales if self.keys(scale))

    @functools.cached_property
    def repeated(self) -> bool:
        """Whether a person has more than one row."""
        return bool(self.who.duplicated().any())

    @functools.cached_property
    def person_means(self) -> DataFrame:
        """One row a person: the mean of the person's keyed answers to each item."""
        return self.keyed.groupby(self.who, sort=False).mean() if self.repeated else self.keyed.set_axis(self.who)

    @functools.cached_property
    def one_each(self) -> Sample:
        """The first row of each person alone: answers on the response scale, where means over repeats are none."""
        return self.rows(~self.who.duplicated()) if self.repeated else self

    def rows(self, which: Any) -> Sample:
        """The sample with the rows of a mask only."""
        names = ("table", "raw", "keyed", "who", "factors", "groups", "criteria")
        return dataclasses.replace(self, **{name: getattr(self, name)[which] for name in names})

    def of_person(self, values: Series[Any]) -> Series[Any]:
        """The one value that each person's rows share, by person; NaN for a person with several."""
        grouped = values.groupby(self.who, sort=False)
        return grouped.first().where(grouped.nunique() <= 1)

    def assigned(self, scale: str) -> Series[float]:
        """Assigned level of the scale for each row, NaN where there is none."""
        column = f"assigned.{scale}"
        if column not in self.table:
            return Series(math.nan, index=self.table.index)
        return pd.to_numeric(self.table[column], errors="coerce").astype(float)

    def ends(self, items: Iterable[str]) -> tuple[dict[str, float], dict[str, float]]:
        """Smallest and largest value of each item."""
        ranges = {item: self.inventory.range_of(self.inventory.item(item)) for item in items}
        return {item: float(low) for item, (low, _) in ranges.items()}, {
            item: float(high) for item, (_, high) in ranges.items()
        }


def read_sample(
    path: Path, inventory: Inventory, *, already_keyed: bool = False, missing: Missing = "pairwise"
) -> Sample:
    """A data file as a `Sample`; DataError names file, place, value and what is allowed.

    Columns named by item id hold raw answers. `persona` (or `person`) says who a repeated row belongs to (without it
    every row is a person), with a column `model` each model x persona is one; `replicate` tells repeats apart;
    `assigned.SCALE` is an assigned level, `factor.NAME` a form factor, `group.NAME` a group of persons,
    `criterion.NAME` a score from elsewhere; `position.ITEM` is the item's place in the sitting, `place.ITEM` and
    `label.ITEM` the printed place and the label of the option that was chosen. Others are left alone.
    """
    return sample(read_table(path), str(path), inventory, already_keyed=already_keyed, missing=missing)


def record_sample(
    record: Record, inventory: Inventory, *, missing: Missing = "pairwise", models: Sequence[str] | None = None
) -> Sample:
    """The ratings and choices of one inventory in a record; a person is a model x persona, a model is a group."""
    table = tables.answers(record)
    if models is not None:
        table = rows_of(table, table["model"].isin(models))
    # scenarios are analysed as choices; rated or confirmed they have other options
    asked = table["elicitation"].eq("choice" if inventory.kind == "action" else "rating")
    asked &= (table["inventory"] == inventory.id) & (table["kind"] == "item") & table["outcome"].notna()
    table = rows_of(table, asked & table["item"].isin({item.id for item in inventory.items}))
    if table.empty:
        raise DataError(f"{record.folder}: no rating of {inventory.id} in this record; see traitscope show")
    value = _text(table["chosen"]).where(table["chosen"].notna(), table["outcome"])
    columns = {"model": table["model"], "persona": table["persona"], "replicate": table["replicate"].astype(str)}
    columns |= {f"factor.{name}": table[name].astype(str) for name in ("elicitation", "reply", *FACTORS)}
    columns |= {f"group.{name}": table[name] for name in ("model", "persona_set")}
    for scale in inventory.scales:
        personas = {
            name: analysis.assigned_level(record.manifest.personas.get(name), inventory, scale)
            for name in table["persona"].unique()
        }
        columns[f"assigned.{scale}"] = _text(table["persona"].map(personas))
    long = DataFrame(columns).assign(item=table["item"], value=value, place=_text(table["position"] + 1))
    long["label"] = _labels(table, inventory)
    return sample(wide(long, str(record.folder)), str(record.folder), inventory, missing=missing)


def _text(numbers: Series[Any]) -> Series[Any]:
    return numbers.astype(float).map("{:g}".format).where(numbers.notna(), "")


def _labels(table: DataFrame, inventory: Inventory) -> list[str]:
    """The label that stood before each chosen option."""
    known: dict[tuple[Any, ...], str] = {}  # few are printed, and many answer
    labels = []
    for row in table[["item", "position", "shown", *FACTORS]].itertuples(index=False, name=None):
        item, place, shown, *factors = row
        if place != place or place is None:
            labels.append("")
            continue
        if row not in known:
            form = Form(**dict(zip(FACTORS, factors, strict=True)))
            order = [int(each) for each in shown.split(",")]
            known[row] = printed_options(inventory, inventory.item(item), form, order)[int(place)].label
        labels.append(known[row])
    return labels


def beside(first: Sample, other: Sample, names: tuple[str, str]) -> Sample:
    """Two samples in one, told apart by the group `sample`; no person is in both."""
    parts = []
    for name, each in zip(names, (first, other), strict=True):
        table = each.table.drop(columns=["model"], errors="ignore")
        table["persona"] = each.who.astype(str).radd(f"{name} / ")
        table["group.sample"] = name
        parts.append(table)
    table = pd.concat(parts, ignore_index=True).fillna("")
    both = sample(table, first.file, first.inventory, already_keyed=first.already_keyed, missing=first.missing)
    return dataclasses.replace(both, file=f"{first.file} beside {other.file}")


def sample(
    table: DataFrame, file: str, inventory: Inventory, *, already_keyed: bool = False, missing: Missing = "pairwise"
) -> Sample:
    """A table of text cells as a `Sample`; `file` names it in messages."""
    table, warnings = with_item_ids(table, inventory, file)
    raw = _answers(table, inventory, file)
    for scale in inventory.scales:
        if absent := sorted(set(inventory.keys(scale)) - set(raw.columns)):
            total = len(inventory.keys(scale))
            warnings.append(f"scale {scale}: {len(absent)} of {total} items have no column ({', '.join(absent[:5])})")
    warnings += left_alone(table, inventory, file)
    lost = {code: int((table[list(raw.columns)] == code).to_numpy().sum()) for code in sorted(LOST)}
    _numbers(table, "assigned.", file)
    factors = _named(table, "factor.")
    if len(factors.columns) > MOST_FACTORS:
        raise DataError(f"{file}, header: {len(factors.columns):,} columns factor.NAME; allowed: up to {MOST_FACTORS}")
    return Sample(
        file=file,
        inventory=inventory,
        table=table,
        raw=raw,
        keyed=raw if already_keyed else _keyed(raw, inventory),
        who=_persons(table),
        factors=factors[[name for name in factors if factors[name].nunique() > 1]],
        groups=_named(table, "group."),
        criteria=_numbers(table, "criterion.", file),
        lost={code: count for code, count in lost.items() if count},
        already_keyed=already_keyed,
        missing=missing,
        warnings=tuple(warnings),
    )


def with_item_ids(table: DataFrame, inventory: Inventory, file: str) -> tuple[DataFrame, list[str]]:
    """The table with the items' columns under the ids of `inventory`, and what a reader must know of its columns."""
    warnings = _unknown_columns(table, inventory, file)
    table, told = _spelt(table, inventory, file)
    warnings += told
    if renamed := _other_ids(table, inventory):
        table = table.rename(columns=renamed)
        first = next(iter(renamed))
        warnings.append(
            f"{file}: {len(renamed)} columns have the items' ids of another collection ({first} is {renamed[first]})"
        )
    return table, warnings


def _keyed(raw: DataFrame, inventory: Inventory) -> DataFrame:
    known = {item.id: item for item in inventory.items}
    ranges = {item: inventory.range_of(known[item]) for item in raw.columns}
    keys = {item: known[item].key if known[item].key in (1, -1) else 1 for item in raw.columns}
    return keyed(
        raw, keys, {item: low for item, (low, _) in ranges.items()}, {item: high for item, (_, high) in ranges.items()}
    )


def _named(table: DataFrame, prefix: str) -> DataFrame:
    found = table[[name for name in table.columns if name.startswith(prefix)]]
    return found.mask(found.isin(BLANK)).rename(columns=lambda name: name.removeprefix(prefix))


def _numbers(table: DataFrame, prefix: str, file: str) -> DataFrame:
    """The columns of a prefix as numbers, without it."""
    table = _named(table, prefix)
    columns = {}
    for name in table:
        columns[name] = pd.to_numeric(table[name], errors="coerce").astype(float)
        wrong = ~(columns[name].abs() < LARGEST) & table[name].notna()
        if wrong.any():
            row = int(wrong.to_numpy().argmax())
            raise DataError(
                f"{file}, row {row + 1}, column '{prefix}{name}': {seen(table[name].iloc[row])} is no number that can be used; "
                f"allowed: below {LARGEST:.0e} either way, or empty"
            )
    return DataFrame(columns, index=table.index)


def _answers(table: DataFrame, inventory: Inventory, file: str) -> DataFrame:
    """The item columns as numbers; a cell that is no answer of its item is an error that says where."""
    items = {item.id: item for item in inventory.items}
    present = [name for name in table.columns if name in items]
    if not present:
        raise DataError(f"{file}, header: no column is an item of {inventory.id}; {allowed(list(items)[:12])} ...")
    columns = {}
    for name in present:
        values = sorted({option.value for option in inventory.options_of(items[name])})
        text = table[name].str.strip()
        empty = text.isin(BLANK | LOST)
        number = pd.to_numeric(text.where(~empty), errors="coerce")
        wrong = ~empty & ~number.isin(values)
        if wrong.any():
            row = int(wrong.to_numpy().argmax())
            raise DataError(
                f"{file}, row {row + 1}, column {name!r}: {text.iloc[row]!r} is no answer"
                f"{' (a decimal comma?)' if ',' in text.iloc[row] else ''}; allowed: {values[0]} to {values[-1]} (whole numbers), "
                f"empty, or an outcome ({', '.join(sorted(LOST))})"
            )
        columns[name] = number.astype(float)
    return DataFrame(columns, index=table.index)


def _spelt(table: DataFrame, inventory: Inventory, file: str) -> tuple[DataFrame, list[str]]:
    """Columns that are an item's id but for capitals, as SPSS writes them, under the item's own id."""
    own = {item.id.lower(): item.id for item in inventory.items}
    meant = {
        name: own[name.lower()] for name in table.columns if name.lower() in own and own[name.lower()] not in table
    }
    if not meant or len(set(meant.values())) < len(meant):
        return table, []
    first = next(iter(meant))
    return table.rename(columns=meant), [
        f"{file}: {len(meant)} columns are spelt otherwise ({first} is {meant[first]})"
    ]


def left_alone(table: DataFrame, inventory: Inventory, file: str) -> list[str]:
    """Columns that nothing is made of; a misspelt one is lost answers."""
    items = {item.id for item in inventory.items}
    known = (*PERSON_LEVEL, *items)
    others = [
        name for name in table.columns
        if name and name not in known and not name.startswith((*PREFIXES, *(f"{each}." for each in OF_TRIALS)))
    ]  # fmt: skip
    absent = items - set(table)
    meant = ((name, difflib.get_close_matches(name, absent, 1, 0.8)) for name in others if len(name) <= LONGEST_NAME)
    close = {name: near[0] for name, near in meant if near}
    told = [f"{file}: column {name!r} is no item; did you mean {meant!r}?" for name, meant in close.items()]
    rest = [name for name in others if name not in close]
    if rest:
        more = " ..." if len(rest) > MOST_NAMED else ""
        named = ", ".join(rest[:MOST_NAMED])
        told.append(
            f"{file}: columns left alone: {named}{more} (groups are named group.NAME, outside scores criterion.NAME)"
        )
    return told


def _other_ids(table: DataFrame, inventory: Inventory) -> dict[str, str]:
    """Columns that name an item by its id in another collection, as a Mini-IPIP item inside the IPIP-50."""
    own = {item.id for item in inventory.items}
    if own & set(table.columns):
        return {}
    return {
        mark: item.id
        for item in inventory.items
        for mark in item.marks.values()
        if isinstance(mark, str) and mark in table
    }


def _persons(table: DataFrame) -> Series[Any]:
    if "persona" not in table:
        return Series(range(len(table)), index=table.index)
    return table["model"] + " / " + table["persona"] if "model" in table else table["persona"]


def _unknown_columns(table: DataFrame, inventory: Inventory, file: str) -> list[str]:
    told = []
    for name in table.columns:
        scale = name.partition("assigned.")[2]
        if scale and scale not in inventory.scales:
            told.append(f"{file}: column {name!r} names no scale of {inventory.id}; {allowed(inventory.scales, scale)}")
    return told
