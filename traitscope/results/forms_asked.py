"""The items of one inventory as one model was asked them, and the forms they were printed in, by what varies only."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from pandas import DataFrame, Series

from inventories.definitions import Inventory
from inventories.forms import FACTORS, Elicitation, Form
from traitscope import tables
from traitscope.choosing import where_all
from traitscope.kept import kept
from traitscope.overview import counted, model_name
from traitscope.places import ask_words
from traitscope.record import Record

VARIES = ("reply", *FACTORS)
ONE_FORM = (
    "Everything was printed in one form, so nothing can be said of consistency over forms. A study asks in several when "
    'it says what varies: vary = { options = ["printed", "reversed"] }.'
)
WITHOUT_OPTIONS = (
    "A likelihood is asked without printed options: there are no places and labels to choose, and no scale to use."
)


@dataclass(frozen=True)
class FormsAsked:
    """The trials of one model, inventory and way of asking.

    `rows` has those columns of `analysis.answers`, and value (the answer in its own metric: a category, a probability-weighted
    category, or nats per token), measured (the same in POMP; nats stay nats), printed (the form, by what varies).
    """

    place: tuple[str, str, str]  # inventory, model, ask
    rows: DataFrame
    inventory: Inventory
    who: str

    @property
    def elicitation(self) -> str:
        return self.place[2].partition(": ")[0]

    @property
    def version(self) -> str:
        return self.place[2].partition(": ")[2]

    @property
    def has_options(self) -> bool:
        """Whether options were printed, of which one could be chosen."""
        return self.elicitation != "likelihood"

    @property
    def unit(self) -> str:
        return "POMP" if self.has_options else "nats per token"

    @functools.cached_property
    def varied(self) -> tuple[str, ...]:
        """The factors that do not stay the same."""
        return tuple(each for each in VARIES if self.rows[each].nunique() > 1)

    @functools.cached_property
    def ends(self) -> dict[str, tuple[int, int]]:
        """Lowest and highest value of each item that was asked."""
        return {item: self.inventory.range_of(self.inventory.item(item)) for item in self.rows["item"].unique()}

    @functools.cached_property
    def width(self) -> float | None:
        """Categories from the lowest answer to the highest, where it is the same for all items."""
        widths = {high - low for low, high in self.ends.values()}
        return float(widths.pop()) if len(widths) == 1 and self.has_options else None

    @functools.cached_property
    def names(self) -> list[str]:
        """The forms by name, the plainest first."""
        known = self.rows.drop_duplicates("printed")
        ranks = {each: levels(known[each], each) for each in self.varied}
        order = [tuple(ranks[each].index(str(row[each])) for each in self.varied) for row in known.to_dict("records")]
        return [name for _, name in sorted(zip(order, known["printed"], strict=True))]

    def cells(self, *without: str) -> Series[str]:
        """What must be equal for two answers to be compared: replicate and form, the factors in `without` left out."""
        kept_apart = ["replicate", *(each for each in self.varied if each not in without)]
        return joined(self.rows, kept_apart, " | ")

    def caption(self, *more: str) -> str:
        """Who was asked how, and in how many forms; then `more`, which says what the interval is."""
        inventory, _, ask = self.place
        answered = self.rows[self.rows["value"].notna()]
        told = [
            f"{self.who}; {inventory}; {ask_words(ask)}; n = {counted(answered['persona'].nunique(), 'person')}, "
            f"{counted(len(answered), 'usable answer')} in {counted(len(self.names), 'form')}.",
        ]
        return " ".join([*told, *more])


def asked(record: Record, inventory: str, model: str, ask: str) -> FormsAsked:
    """The trials of one place, asked or still pending."""
    return kept(_asked, record, inventory, model, ask)


def levels(values: Series[Any], factor: str) -> list[str]:
    """The levels of a factor, that of the standard form first."""
    found = [str(each) for each in dict.fromkeys(values)]
    standard = str(getattr(Form(), factor, "labels"))
    return [each for each in found if each == standard] + [each for each in found if each != standard]


def reaching(table: DataFrame, low: float, high: float) -> tuple[float, float]:
    """An axis from `low` to `high`, or as far as values and intervals go: a trifle must not fill the figure."""
    ends = table[["value", "low", "high"]].to_numpy(float)
    known = ends[~np.isnan(ends)]
    return float(min([low, *known])), float(max([high, *known]))


def joined(rows: DataFrame, names: Sequence[str], between: str) -> Series[str]:
    """Some columns of each row as one text; each of the few combinations is written once."""
    numbers = rows.groupby(list(names), sort=False, dropna=False).ngroup()
    known = rows[list(names)].loc[~numbers.duplicated()].astype(str).agg(between.join, axis=1)
    return numbers.map(dict(enumerate(known)))


def _asked(record: Record, inventory: str, model: str, ask: str) -> FormsAsked:
    elicitation, _, version = ask.partition(": ")
    rows = where_all(tables.answers(record), inventory=inventory, model=model, elicitation=elicitation, kind="item")
    known = record.inventory(inventory, elicitation=cast(Elicitation, elicitation))
    value = rows["likelihood" if elicitation == "likelihood" else version].astype(float)
    found = FormsAsked((inventory, model, ask), rows.assign(value=value), known, model_name(record, model))
    measured = value
    if found.has_options:
        low = rows["item"].map({item: low for item, (low, _) in found.ends.items()})
        width = rows["item"].map({item: high - low for item, (low, high) in found.ends.items()})
        measured = 100 * (value - low) / width
    printed = joined(rows, found.varied, ", ") if found.varied else "the one form"
    return FormsAsked(found.place, found.rows.assign(measured=measured, printed=printed), known, found.who)
