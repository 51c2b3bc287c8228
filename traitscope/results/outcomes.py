"""Outcomes shown: how many trials were answered, and what became of the others."""

from __future__ import annotations

from pandas import DataFrame

from traitscope.apa import Column, column
from traitscope.exhibit import Exhibit
from traitscope.kept import kept
from traitscope.places import about
from traitscope.record import Record
from traitscope.store import StoreError

PLACE = [
    column("model"), column("elicitation", "how asked"), column("inventory"), column("trials", kind="count"),
    column("answered", kind="count"),
]  # fmt: skip
# what is said of a column that is 0 in every row, instead of the column
SELDOM = {
    column("pending", kind="count"): "pending",
    column("refused", kind="count"): "refused",
    column("ambiguous", kind="count", told="names two options"): "ambiguous",
    column("off_scale", "off the scale", "count", "an answer that was not among the options"): "off the scale",
    column("unreadable", kind="count"): "unreadable",
    column("missing", kind="count"): "missing",
    column("near_ties", "near ties", "count", "the two most probable labels were as good as equally probable"): "a near tie",
}  # fmt: skip
MASS = column("label_mass", "label mass", "bounded", "mean probability that any label was said")
LOW = column(
    "low_mass",
    "low mass",
    "percent",
    "share of trials with a label mass under .1, where an answer rests on very little",
)
COUNTS = ("trials", "pending", "answered", "refused", "ambiguous", "off_scale", "unreadable", "missing", "near_ties")


def by_model(record: Record) -> Exhibit:
    """The outcomes of each model, elicitation and inventory."""
    return kept(_by_model, record)


def _by_model(record: Record) -> Exhibit:
    question, lacking = "What became of the trials?", "Nothing has been planned in this record yet."
    try:
        with record.store() as store:
            names, rows = store.table("outcomes")
    except StoreError as problem:
        damaged = (record.folder / "answers.sqlite").is_file()
        return Exhibit("outcomes", question, DataFrame(), missing=f"{problem}." if damaged else lacking)
    table = DataFrame(rows, columns=names).astype(dict.fromkeys(COUNTS, int))
    if table.empty:
        return Exhibit("outcomes", question, table, missing=lacking)
    columns, told = _shown(table)
    caption = f"n is trials. {told} Refusals and unreadable replies are data: counted here, never filled in."
    return Exhibit("outcomes", question, table, columns, caption, about=about(record))


def _shown(table: DataFrame) -> tuple[tuple[Column, ...], str]:
    """The columns that say something, and a sentence on those that are 0 in every row."""
    seen = [each for each in SELDOM if table[each.of[0]].any()]
    mass = table["label_mass"].astype(float)
    seen += [MASS] if mass.notna().any() else []
    seen += [LOW] if table["low_mass"].astype(float).fillna(0).any() else []
    never = [word for each, word in SELDOM.items() if each not in seen]
    told = f"No trial was {_listed(never)}." if never else ""
    return (*PLACE, *seen), told


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
