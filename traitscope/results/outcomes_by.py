"""Refusals and other outcomes by item, persona, form or model: who gets no answer, and on what."""

from __future__ import annotations

from typing import cast

from pandas import DataFrame

from inventories.forms import Elicitation
from traitscope import figures, tables
from traitscope.analysis import OUTCOMES
from traitscope.apa import Column, column
from traitscope.choosing import where_all
from traitscope.exhibit import Exhibit
from traitscope.kept import kept
from traitscope.overview import counted, model_name
from traitscope.places import about
from traitscope.record import Record
from traitscope.results.forms_asked import asked

WAYS = {"item": "item", "persona": "persona", "model": "model", "form": "printed"}
MOST_BARS = 40  # with more, a reader looks for the first ones anyway
WORDS = {
    "answered": "answered", "refused": "refused", "ambiguous": "ambiguous", "off_scale": "off the scale",
    "unreadable": "unreadable", "missing": "missing", "pending": "not asked yet",
}  # fmt: skip
QUESTIONS = {
    "item": "Which items get no usable answer?",
    "persona": "Which personas give no usable answer?",
    "model": "Which models give no usable answer?",
    "form": "Which forms get no usable answer?",
}


def outcomes(record: Record, inventory: str, model: str, ask: str, by: str) -> Exhibit:
    """Stacked bars of the outcomes, the largest share without a usable answer first; `by` is one of `WAYS`.

    Columns name, text (of an item), trials, a count of every outcome, pending, asked, unusable and unusable_share (of those asked).
    """
    return kept(_outcomes, record, inventory, model, ask, by)


def _outcomes(record: Record, inventory: str, model: str, ask: str, by: str) -> Exhibit:
    found = asked(record, inventory, model, ask)
    rows = found.rows
    if by == "model":
        where = {"inventory": inventory, "elicitation": found.elicitation, "kind": "item"}
        rows = where_all(tables.answers(record), **where)
    table = counts(rows, WAYS[by])
    if by == "item":
        known = record.inventory(inventory, elicitation=cast(Elicitation, found.elicitation))
        table.insert(1, "text", [known.printed_text(known.item(each)) for each in table["name"]])
    if by == "model":
        table["name"] = [model_name(record, each) for each in table["name"]]
    if table["answered"].sum() == len(rows):
        told = f"All {len(rows):,} trials got a usable answer."
        return Exhibit(f"outcomes_by_{by}", QUESTIONS[by], table, missing=told)
    first = table.head(MOST_BARS)
    figure = figures.stacked(
        first, QUESTIONS[by], rows="name", parts=WORDS, x="share of the trials", faint=("answered",), hover="text" if by == "item" else ""
    )  # fmt: skip
    columns: list[Column] = [column("name", by), column("text"), column("trials", kind="count")]
    columns += [column(each, word, "count") for each, word in WORDS.items() if table[each].any()]
    columns.append(column("unusable_share", "no usable answer", "percent", "share of the trials that were asked"))
    who = (
        f"all models of the record; {inventory}; {found.elicitation}"
        if by == "model"
        else f"{found.who}; {inventory}; {found.elicitation}"
    )
    told = f"{who}; n = {counted(len(rows), 'trial')}, the largest share without a usable answer first."
    if len(table) > MOST_BARS:
        told += f" Drawn are the first {MOST_BARS} of {len(table):,}; the table has all."
    told += " Refusals and unreadable replies are data: counted here, never filled in."
    return Exhibit(
        f"outcomes_by_{by}",
        QUESTIONS[by],
        table,
        columns,
        told,
        figure,
        about=about(record, inventory=inventory, model="" if by == "model" else model, ask=ask),
    )


def counts(rows: DataFrame, by: str) -> DataFrame:
    """Outcomes counted by a column of the answers table, the largest unusable share first."""
    names = list(dict.fromkeys(rows[by]))
    outcome = rows["outcome"].fillna("pending")
    table = rows.groupby([rows[by], outcome], sort=False).size().unstack(fill_value=0)
    table = table.reindex(index=names, columns=[*OUTCOMES, "pending"], fill_value=0)
    table.insert(0, "trials", table.sum(axis=1))
    table["asked"] = table["trials"] - table["pending"]
    table["unusable"] = table["asked"] - table["answered"]
    table["unusable_share"] = (table["unusable"] / table["asked"]).where(table["asked"] > 0)
    table = table.rename_axis(index="name", columns=None).reset_index()
    return table.sort_values("unusable_share", ascending=False, kind="stable", na_position="last").reset_index(
        drop=True
    )
