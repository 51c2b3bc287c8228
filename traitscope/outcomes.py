"""Outcomes shown: how many trials were answered, and what became of the others."""

from __future__ import annotations

from pandas import DataFrame

from traitscope import analysis, tables
from traitscope.apa import Column, column
from traitscope.exhibit import Exhibit
from traitscope.kept import kept
from traitscope.record import Record
from traitscope.store import StoreError

COLUMNS = [
    column("model"), column("elicitation"), column("inventory"), column("trials", kind="count"), column("pending", kind="count"),
    column("answered", kind="count"), column("refused", kind="count"), column("ambiguous", kind="count"),
    column("off_scale", "off the scale", "count", "an answer that was not among the options"), column("unreadable", kind="count"),
    column("missing", kind="count"), column("near_ties", "near ties", "count", "the two most probable labels were as good as equally probable"),
    column("label_mass", "label mass", "bounded", "mean probability that any label was said"),
    column("low_mass", "low mass", "percent", "share of trials under .1, where an answer rests on very little"),
]  # fmt: skip


def by_model(record: Record) -> Exhibit:
    """The outcomes of each model, elicitation and inventory."""
    return kept(_by_model, record)


def _by_model(record: Record) -> Exhibit:
    question, columns = "What became of the trials?", tuple[Column, ...](COLUMNS)
    try:
        table = analysis.outcomes(record, tables.answers(record))
    except StoreError:
        return Exhibit("outcomes", question, DataFrame(), missing="Nothing has been planned in this record yet.")
    told = "n is trials. Refusals and unreadable replies are data: counted here, never filled in."
    return Exhibit("outcomes", question, table, columns, told)
