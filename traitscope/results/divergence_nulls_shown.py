"""Saying and doing beside chance: what unrelated pairs give, what answering without looking gives, and self-confirmation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from pandas import DataFrame, Series

from psychometrics.estimate import Floats
from psychometrics.level_gap import absolute_gap_null, rank_change_null
from traitscope import figures
from traitscope.apa import Kind, column, interval, number
from traitscope.divergence import pair_measures
from traitscope.divergence_scopes import NULL_RESPONDERS, Part
from traitscope.estimates import SEED
from traitscope.exhibit import Exhibit
from traitscope.kept import kept
from traitscope.notes import in_words
from traitscope.overview import counted
from traitscope.record import Record
from traitscope.results import divergence_looked as looked
from traitscope.results.divergence_looked import Looked

# what can be drawn beside its null, the most telling first; only a trait has the last two
STATISTICS = {
    "centred_cosine": "centred cosine", "spearman": "rank correlation of the pairs", "cosine": "raw cosine",
    "vmd": "mean distance of the pairs, in points of the statement's scale", "pcp": "share of consistent pairs",
    "absolute_gap": "mean absolute gap of the personas, in POMP", "rank_change": "mean change of rank, in percent of the longest",
}  # fmt: skip
OF_A_TRAIT = ("absolute_gap", "rank_change")
ON_ONE_METRIC = ("cosine", "vmd", "pcp", "absolute_gap")
BOUNDED = ("centred_cosine", "spearman", "cosine", "pcp")
ALWAYS_BOUNDED = (*BOUNDED, "correlation", "reliability_said", "reliability_done")
LOW = ("vmd", "absolute_gap", "rank_change")  # the lower, the more consistent
UNITS = {"items": "actions exchanged over the items of each persona", "persons": "personas exchanged"}
WORDS = {
    **STATISTICS, "level_gap": "level gap, in POMP", "correlation": "correlation over personas", "disattenuated": "correlation, disattenuated",
    "reliability_said": "alpha of what is said", "reliability_done": "alpha of what is done",
}  # fmt: skip
# in a table, where the unit stands in the row
SHORT = {
    "spearman": "rank correlation of pairs", "vmd": "mean distance (scale points)", "pcp": "consistent pairs (share)",
    "absolute_gap": "mean absolute gap (POMP)", "rank_change": "mean change of rank (%)", "level_gap": "level gap (POMP)",
    "correlation": "correlation over personas", "disattenuated": "the same, disattenuated",
}  # fmt: skip
MEASURED = [
    column("word", "measure"), column("value", kinds="kind"), interval(kinds="kind"),
    column("null_items", "items swapped", told="mean when actions are exchanged over the items of each persona", kinds="kind"),
    column("null_items_low, null_items_high", "items swapped, 95 %", told="what unrelated pairs give", kinds="kind"),
    column("null_items_p", "p (items)", "p", "share of these exchanges that are as consistent"),
    column("null_persons", "personas swapped", told="mean when personas are exchanged, within their assigned pole where one is", kinds="kind"),
    column("null_persons_low, null_persons_high", "personas swapped, 95 %", kinds="kind"),
    column("null_persons_p", "p (personas)", "p"), column("beyond", "beyond both"), column("why", "note"),
]  # fmt: skip
BLIND = [
    column("word", "measure"), column("value", "this model", kinds="kind"), *(column(name, kinds="kind") for name in NULL_RESPONDERS),
]  # fmt: skip
NULLS = [
    column("null", "what was exchanged"), column("observed", "seen", kinds="kind"), column("mean", kinds="kind"), interval(kinds="kind"),
    column("p", kind="p"), column("n", "exchanges", "count"), column("note"),
]  # fmt: skip
CONFIRMED = [column("name", "trait"), column("group", "actions"), column("value", "percent", "number", digits=1), interval(digits=1),
             column("n_persons", "personas", "count"), column("note")]  # fmt: skip
GROUPS = {"confirmed": "those it chose", "opposite": "the opposite ones", "discrimination": "difference"}


def statistics(record: Record, at: Looked) -> list[str]:
    """The statistics that have a null here, in words."""
    some = [name for name in STATISTICS if at.scale or name not in OF_A_TRAIT]
    if not looked.common(record, at):
        some = [name for name in some if name not in ON_ONE_METRIC]
    return [STATISTICS[name] for name in some]


def null(record: Record, at: Looked, statistic: str) -> Exhibit:
    """The statistic, in words, beside its values under exchange."""
    name = next(each for each, word in STATISTICS.items() if word == statistic)
    question = "Is it more consistent than pairs that have nothing to do with each other?"
    row, draws = (
        _row(record, at, name),
        kept(_draws, record, at.model, at.said_by, at.done_by, at.persona_set, at.scale, name),
    )
    kind: Kind = "bounded" if name in BOUNDED else "number"
    table = DataFrame([_null_row(row, unit, draws[unit]) | {"kind": kind} for unit in UNITS if unit in draws])
    shown = {unit: values for unit, values in draws.items() if len(values)}
    if row is None or row["value"] != row["value"]:
        why = in_words(str(row["note"])) if row is not None else ""
        return Exhibit(
            "divergence_null", question, table, missing=f"The {statistic} is not estimable here: {why or 'no pairs'}."
        )
    if not shown:
        return Exhibit(
            "divergence_null",
            question,
            table,
            missing="Nothing can be exchanged: there is one item, or one persona a pole.",
        )
    ps = ", ".join(f"p {_p(row[f'null_{unit}_p'])} ({UNITS[unit]}{_within(record, at, unit)})" for unit in shown)
    caption = f"{looked.asked(record, at)} {statistic[0].upper()}{statistic[1:]}{_of_what(record, at)} {number(row['value'], kind)}: {ps}."
    note = (
        f"The {'lower' if name in LOW else 'higher'}, the more consistent. Bars: {max(map(len, shown.values())):,} exchanges that break the "
        f"pairs and leave the answers; n is {row['n_pairs']:,} pairs of {row['n_persons']:,} personas. {_values(record, at)}"
    )  # fmt: skip
    long = pd.concat(
        [
            DataFrame({"group": UNITS[unit] + _within(record, at, unit), "value": values})
            for unit, values in shown.items()
        ]
    )
    figure = figures.histogram(
        long, question, x=statistic, observed=float(row["value"]), told=f"seen {number(row['value'], kind)}"
    )
    return Exhibit(
        "divergence_null", question, table, NULLS, caption, figure, note=note, about=looked.about(record, at)
    )


def measured(record: Record, at: Looked) -> Exhibit:
    """Every measure of the model or of one trait, beside its values under exchange."""
    some = _own(record, at)
    caption = (
        f"{looked.asked(record, at)} Measures{_of_what(record, at)}. 95 % bootstrap intervals over personas, none below ten; of one "
        f"persona, over its items."
    )
    note = f"{_values(record, at)} Correlations and changes of rank over personas are means of the traits."
    note = _values(record, at) if at.scale else note
    if some["why"].eq("above 1").any():
        note += f" Disattenuated above 1 is {looked.OVER_ONE}."
    return Exhibit(
        "divergence_measures",
        "What do all measures say, and what do unrelated pairs give?",
        some,
        MEASURED,
        caption,
        note=note,
        about=looked.about(record, at),
    )


def without_looking(record: Record, at: Looked) -> Exhibit | None:
    """The measures of responders that answer without looking; None of one trait, which has none."""
    table = looked.measured(record, at)
    blind = table[table["model"].isin(NULL_RESPONDERS) & table["said_by"].eq(at.said_by) & table["scale"].eq("")]
    if at.scale or blind.empty:
        return None
    own = _own(record, at)
    some = own.assign(
        **{str(name): own["measure"].map(dict(zip(rows["measure"], rows["value"], strict=True))) for name, rows in blind.groupby("model")}
    )  # fmt: skip
    some = some[some[[name for name in NULL_RESPONDERS if name in some]].notna().any(axis=1)].reset_index(drop=True)
    caption = (
        f"{looked.asked(record, at)} The same pairs answered without looking: what such answers reach too says little."
    )
    return Exhibit(
        "divergence_without_looking",
        "What do answers reach that are given without looking?",
        some,
        BLIND,
        caption,
        about=looked.about(record, at),
    )


def confirmed(record: Record, at: Looked) -> Exhibit | None:
    """Are the chosen actions confirmed, and the opposite ones not? None where no confirmation was asked."""
    table = looked.measured(record, at)
    table = table[(table["said_by"] == "confirmation") & table["scope"].isin(["model", "trait"])]
    if table.empty:
        return None
    names = looked.scales(record, at)
    table = table.assign(
        name=[names.get(scale, scale) if scale else looked.EVERY for scale in table["scale"]],
        group=table["measure"].map(GROUPS), note=table["note"].map(_note),
    )  # fmt: skip
    question = "Does it confirm the actions it chose, and reject the opposite ones?"
    caption = f"{looked.asked(record, at)} Bars: 95 % bootstrap intervals over personas, none below ten."
    note = "Percent of the choices whose action it confirms when asked by itself. Who says yes to everything confirms both alike."
    drawn = table[table["measure"] != "discrimination"]
    if drawn["value"].isna().all():
        return Exhibit("divergence_confirmed", question, table, missing="No confirmation could be read.")
    figure = figures.forest(drawn, question, x="percent confirmed", span=(0.0, 100.0))
    return Exhibit(
        "divergence_confirmed", question, table, CONFIRMED, caption, figure, note=note, about=looked.about(record, at)
    )


def _own(record: Record, at: Looked) -> DataFrame:
    """The measures of what is looked at, with the columns word, kind, beyond, note in words, why (there is no value)."""
    table = looked.measured(record, at)
    scope = ("trait", at.scale) if at.scale else ("model", "")
    own = table[
        table["said_by"].eq(at.said_by)
        & table["model"].eq(at.model)
        & table["scope"].eq(scope[0])
        & table["scale"].eq(scope[1])
    ]
    notes = own["note"].map(_note)
    over = own["measure"].eq("disattenuated") & own["value"].gt(1)
    return own.assign(
        word=own["measure"].map({**WORDS, **SHORT}).fillna(own["measure"]), note=notes,
        kind=["bounded" if name in ALWAYS_BOUNDED else "number" for name in own["measure"]],
        beyond=own["above_null"].map({True: "yes", False: "no"}), why=notes.where(own["value"].isna()).mask(over, "above 1"),
    ).reset_index(drop=True)  # fmt: skip


def _row(record: Record, at: Looked, name: str) -> Series[Any] | None:
    table = looked.measured(record, at)
    scope = "trait" if at.scale else "model"
    rows = table[
        (table["scope"] == scope)
        & (table["scale"] == at.scale)
        & (table["measure"] == name)
        & (table["model"] == at.model)
    ]
    rows = rows[rows["said_by"] == at.said_by]
    return rows.iloc[0] if len(rows) else None


def _draws(
    record: Record, model: str, said_by: str, done_by: str, persona_set: str, scale: str, name: str
) -> dict[str, Floats]:
    """The values under each kind of exchange; the same permutations that the table tells the ends of."""
    at = Looked(model, said_by, done_by, persona_set, scale)
    part = looked.part(record, at, "trait" if scale else "model", scale)
    if part is None:
        return {}
    if name in OF_A_TRAIT:
        return {"persons": _exchanged(part, name)}
    tau = looked.planned(record)[1]
    found = pair_measures(part, tau)[name]
    return {unit: each.draws for unit, each in found.nulls.items()}


def _exchanged(part: Part, name: str) -> Floats:
    said, done, who = (part.scores[side] for side in ("said", "done", "person"))
    null_of = absolute_gap_null if name == "absolute_gap" else rank_change_null
    return null_of(said, done, who, poles=part.poles, seed=SEED)


def _null_row(row: Series[Any] | None, unit: str, draws: Floats) -> dict[str, object]:
    ends = [row[f"null_{unit}{end}"] if row is not None else np.nan for end in ("", "_low", "_high", "_p")]
    told = dict(zip(("mean", "low", "high", "p"), ends, strict=True))
    note = "" if len(draws) else "nothing to exchange"
    return {
        "null": UNITS[unit],
        "observed": row["value"] if row is not None else np.nan,
        **told,
        "n": len(draws),
        "note": note,
    }


def _within(record: Record, at: Looked, unit: str) -> str:
    part = looked.part(record, at, "trait" if at.scale else "model", at.scale)
    return " within their assigned pole" if unit == "persons" and part is not None and part.poles is not None else ""


def _values(record: Record, at: Looked) -> str:
    """On how few different answers the pairs rest: a rank correlation of two values cannot move."""
    part = looked.part(record, at, "trait" if at.scale else "model", at.scale)
    if part is None:
        return ""
    said, done = (counted(part.pairs[side].nunique(), "different value") for side in ("said", "done"))
    return f"What is said has {said}, what is done {done}: of few, ranks are mostly ties, and an interval can be narrower than what is known."


def _of_what(record: Record, at: Looked) -> str:
    return f" of {looked.scales(record, at)[at.scale]}" if at.scale else " over all traits"


def _p(value: float) -> str:
    text = number(value, "p")
    return text if text.startswith("<") else f"= {text}"


def _note(note: str) -> str:
    """Codes in words; what says how many traits a mean is of is words nearly."""
    return note.replace("mean_of_traits:", "mean of traits:") if note.startswith("mean_of_traits") else in_words(note)
