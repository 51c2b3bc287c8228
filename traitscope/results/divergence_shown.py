"""Saying and doing as they are shown: the verdict in words, both levels by trait and by persona, and person by person."""

from __future__ import annotations

import re
from typing import Any

from pandas import DataFrame, Series

from traitscope import figures
from traitscope.apa import column, number
from traitscope.divergence_found import told
from traitscope.divergence_scopes import NULL_RESPONDERS
from traitscope.exhibit import Exhibit
from traitscope.notes import in_words
from traitscope.record import Record
from traitscope.results import divergence_levels as levels
from traitscope.results import divergence_looked as looked
from traitscope.results.divergence_looked import Looked

POMP = "POMP: percent of the maximum possible score"
MEASURES = ("correlation", "disattenuated")
SPAN = (0.0, 100.0)
SIDES = [
    column("said", kind="number"), column("said_low, said_high", "said, 95 % CI", "number"), column("done", kind="number"),
    column("done_low, done_high", "done, 95 % CI", "number"), column("gap", "gap", "number", "done less said, in POMP"),
    column("low, high", "gap, 95 % CI", "number"),
    column("verdict", told="whether the whole interval of the gap lies within the margin, or on one side of 0 and beyond it"),
]  # fmt: skip
BY_TRAIT = [column("name", "trait"), *SIDES, column("n_persons", "personas", "count"), column("note")]
BY_PERSONA = [column("name", "persona"), *SIDES, column("n", "pairs", "count"), column("note")]
RELATIVE = [column("name", "persona"), column("said", kind="number"), column("done", kind="number"),
            column("gap", "gap", "number", "done less said, in SDs over the personas")]  # fmt: skip
POINTS = [column("persona"), column("name", "trait"), column("said", kind="number"), column("done", kind="number")]
NO_LEVEL = (
    "What is said and what is done have no common metric here (a likelihood is in nats per token), so their levels cannot be "
    "compared. Standardised over the personas, both means of a trait would be 0 by construction. Order and pattern can be compared: "
    "see the figures below, or choose ratings and choices where the record has them."
)
ONE_TRAIT = (
    "What is said and what is done have no common metric here. Choose one trait: its personas are then shown by where they stand "
    "among each other (standardised), on both sides."
)
NO_POINTS = (
    "Fewer than three personas, or no spread between them: scores without a common metric cannot be standardised."
)


def verdict(record: Record, at: Looked) -> str:
    """What may be said of what is looked at: by interval, null and margin, never beyond them."""
    table = looked.measured(record, at)
    table = table[~table["model"].isin(NULL_RESPONDERS) & (table["said_by"] == at.said_by)]
    of_scales = table[table["scope"] == "trait"]
    if at.scale:
        whole = of_scales = of_scales[of_scales["scale"] == at.scale]
    else:
        whole = table[table["scope"].eq("model") & table["scale"].eq("")]
    judged: dict[str, str] = {}
    if looked.common(record, at):
        table = levels.by_trait(record, at)
        judged = dict(zip(table["name"], table["verdict"], strict=True))
    names = looked.scales(record, at)
    of_scales = of_scales.assign(
        verdict=[
            _CODES.get(judged.get(names[scale], ""), "") if measure == "level_gap" else ""
            for scale, measure in zip(of_scales["scale"], of_scales["measure"], strict=True)
        ]
    )
    text = told(whole, of_scales.assign(scale=of_scales["scale"].map(names)), at.margin)
    return re.sub(r"\(([a-z]+(?:_[a-z]+)+)\)", lambda code: f"({in_words(code[1])})", _as_printed(text))


def by_trait(record: Record, at: Looked) -> Exhibit:
    """Mean said and mean done of each trait over the personas."""
    question = "Does it act at the level it says, trait by trait?"
    if not looked.common(record, at):
        return Exhibit("divergence_by_trait", question, DataFrame(), missing=NO_LEVEL)
    table = levels.by_trait(record, at)
    caption = f"{looked.asked(record, at)} Bars: 95 % bootstrap intervals over personas, none below ten; below the names the gap, done less said."
    figure = figures.dumbbell(table, question, x=POMP, span=SPAN)
    return Exhibit(
        "divergence_by_trait",
        question,
        table,
        BY_TRAIT,
        caption,
        figure,
        note=_margin(record, at),
        about=looked.about(record, at),
    )


def by_persona(record: Record, at: Looked) -> Exhibit:
    """Said and done of each persona, over its items, of one trait or of all."""
    what = looked.scales(record, at).get(at.scale, looked.EVERY)
    question = f"Which personas act as they say: {what}?"
    name = "divergence_by_persona"
    if not looked.common(record, at):
        return _relative(record, at, name, question)
    table = levels.by_persona(record, at)
    mixed = (
        ""
        if at.scale
        else " All traits are mixed here: a persona's gaps of opposite sign cancel; choose one trait to see them apart."
    )
    caption = f"{looked.asked(record, at)} Bars: 95 % bootstrap intervals over the pairs of one persona, so for other items, not other personas.{mixed}"
    note = (
        f"A persona's mean is over its pairs, each turned in the direction of its trait. Of few pairs intervals are too narrow. "
        f"{_margin(record, at)}"
    )
    figure = figures.dumbbell(table, question, x=POMP, span=SPAN)
    return Exhibit(name, question, table, BY_PERSONA, caption, figure, note=note, about=looked.about(record, at))


def points(record: Record, at: Looked) -> Exhibit:
    """Said and done of each persona and trait as points, with the correlations over the personas."""
    question = "Do those who say more also do more?"
    table = levels.standings(record, at)
    if at.scale:
        table = table[table["scale"] == at.scale]
    table = table.dropna(subset=["said", "done"]).reset_index(drop=True)
    if table.empty:
        missing = "No persona has a usable answer on both sides." if looked.common(record, at) else NO_POINTS
        return Exhibit("divergence_points", question, table, missing=missing)
    common = looked.common(record, at)
    unit = "POMP" if common else "standardised over the personas"
    how = (
        ""
        if common
        else " The two sides have no common metric, so both are standardised: the line is equal standing, not equal level."
    )
    caption = f"{looked.asked(record, at)} One point is one persona on one trait. On the dotted line what is done is what is said.{how}"
    figure = figures.scatter(
        table, question, across="said", up="done", x=f"said, {unit}", y=f"done, {unit}", groups="name", names="persona",
        span=SPAN if common else None,
    )  # fmt: skip
    return Exhibit(
        "divergence_points",
        question,
        table,
        POINTS,
        caption,
        figure,
        note=_correlations(record, at),
        about=looked.about(record, at),
    )


def _relative(record: Record, at: Looked, name: str, question: str) -> Exhibit:
    if not at.scale:
        return Exhibit(name, question, DataFrame(), missing=ONE_TRAIT)
    table = levels.standings(record, at)
    table = table[table["scale"] == at.scale].dropna(subset=["said", "done"])
    if table.empty:
        return Exhibit(name, question, table, missing=NO_POINTS)
    table = table.assign(name=table["persona"], gap=table["done"] - table["said"], verdict="").reset_index(drop=True)
    table = table.assign(**dict.fromkeys(("said_low", "said_high", "done_low", "done_high"), float("nan")))
    caption = (
        f"{looked.asked(record, at)} No common metric: both sides are standardised over the personas, so the figure compares who stands "
        f"before whom, not levels, and has no verdict. One value a persona: no interval."
    )
    figure = figures.dumbbell(table, question, x="standing among the personas, in SDs")
    shown = table[["name", "scale", "said", "done", "gap"]].assign(verdict="")
    return Exhibit(
        name, question, shown.drop(columns="verdict"), RELATIVE, caption, figure, about=looked.about(record, at)
    )


def _correlations(record: Record, at: Looked) -> str:
    """Raw and disattenuated, by trait, as far as they are estimable."""
    table = looked.measured(record, at)
    table = table[table["scope"].eq("trait") & table["measure"].isin(MEASURES)]
    if at.scale:
        table = table[table["scale"] == at.scale]
    names, found, lost, over = looked.scales(record, at), [], {}, False
    for scale, some in table.groupby("scale", sort=False):
        name, rows = names[str(scale)], {row["measure"]: row for _, row in some.iterrows()}
        raw, corrected = rows["correlation"], rows["disattenuated"]
        if raw["value"] != raw["value"]:
            lost[name] = in_words(str(raw["note"]))
            continue
        beyond = f", {number(corrected['value'])} disattenuated" if corrected["value"] == corrected["value"] else ""
        found.append(f"{name} {_bounded(raw)}{beyond}")
        over = over or bool(corrected["value"] > 1)
    text = (
        f"Correlation over the personas (raw, and corrected for the unreliability of both sides): {'; '.join(found)}."
        if found
        else ""
    )
    text += f" Disattenuated above 1 is {looked.OVER_ONE}." if over else ""
    why = "; ".join(f"{name}: {note}" for name, note in lost.items())
    return f"{text} No correlation: {why}.".strip() if lost else text


def _bounded(row: Series[Any]) -> str:
    ends = "" if row["low"] != row["low"] else f" [{number(row['low'], 'bounded')}, {number(row['high'], 'bounded')}]"
    return f"{number(row['value'], 'bounded')}{ends}"


def _margin(record: Record, at: Looked) -> str:
    planned = looked.planned(record)[0]
    other = "" if planned == at.margin else f" (the study says {planned:g})"
    return f"It acts as it says where the whole interval of the gap lies within {at.margin:g} POMP points of 0{other}."


def _as_printed(text: str) -> str:
    """Without the leading zero of what cannot exceed 1: levels are told in whole points."""
    text = re.sub(r"(?<= )-0(?![.\d])", "0", text)
    return re.sub(r"(?<=[ \[])-(?=[\d.])", "−", re.sub(r"(?<![\d.])0(\.\d\d)(?!\d)", r"\1", text))


_CODES = {word: code for code, word in levels.WORDS.items()}
