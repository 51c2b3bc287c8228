"""Profiles shown: the shape of the chosen groups, how sure each place is, and all personas at once."""

from __future__ import annotations

from pandas import DataFrame

from traitscope import figures
from traitscope.apa import Column, column, interval
from traitscope.choosing import where_all
from traitscope.exhibit import Exhibit
from traitscope.kept import kept
from traitscope.notes import in_words
from traitscope.overview import counted
from traitscope.places import about
from traitscope.record import Record
from traitscope.results import control_band, levels, profiles, profiles_told

FEWEST_FOR_RADAR = 3  # scales: two would make a line
INTERVALS = "Bars: 95 % t intervals over the personas of a group, or the sittings of one persona."
TRIANGLES = "There is no interval below three. Triangles point to the assigned level: up for high, down for low."
PLACE = [column("group", "persona or group"), column("name", "scale"), column("assigned")]
SIZE = [
    column("n_persons", "persons", "count"), column("n_sittings", "sittings", "count"), column("answers", told="usable of all planned"),
    column("note"),
]  # fmt: skip
VALUE = [
    column("score", "score", "number", "in the inventory's own metric, or nats per token"),
    column("pomp", "POMP", "number", "percent of the maximum possible score"), interval(),
]  # fmt: skip
NORMS = [
    column("reliability", "alpha", told="Cronbach's alpha of the scale over the personas of the set, each form by itself"),
    column("t", "T", "number", "mean 50 and SD 10 in the norm group", 1),
    column("percentile", "percentile", "number", "of the norm group, if it were normal", 0),
    column("norm", "norm group"), column("norm_n", "norm n", "count"),
]  # fmt: skip
CONTROLS = [
    column("band", "against controls", told="the value against the control band"),
    Column(("band_low", "band_high"), "control band", "number"),
]
RELIABILITY = [
    column("persona_set", "persona set"), column("form"), column("name", "scale"), column("n_persons", "persons", "count"),
    column("n_items", "items", "count"), column("alpha", "alpha", "bounded"), interval("bounded"), column("note"),
]  # fmt: skip


def shape(record: Record, table: DataFrame, inventory: str, model: str, ask: str) -> Exhibit:
    """The radar of a profile, which `control_band.placed`."""
    question, _ = profiles_told.questions(table)
    caption = profiles_told.caption(record, table, inventory, model, ask)
    if table["scale"].nunique() < FEWEST_FOR_RADAR:
        missing = f"A radar needs {FEWEST_FOR_RADAR} scales; the dots beside it hold the same numbers."
        return Exhibit("radar", question, table, missing=missing)
    return Exhibit(
        "radar",
        question,
        table,
        [*PLACE, *VALUE, *NORMS],
        caption,
        figures.radar(table, question),
        about=about(record, inventory=inventory, model=model, ask=ask),
    )


def dots(record: Record, table: DataFrame, band: DataFrame, inventory: str, model: str, ask: str) -> Exhibit:
    """The dots of a profile with their intervals, before the control band where there is one."""
    _, question = profiles_told.questions(table)
    what = control_band.what(band)
    caption = f"{profiles_told.caption(record, table, inventory, model, ask)} {INTERVALS}"
    note = f"{profiles_told.sittings(table)} {TRIANGLES}"
    if what:
        note += f" The grey band is the control band: {what}."
    neutral = f"control band ({counted(int(band['n_controls'].max()), 'neutral persona')})" if what else ""
    figure = figures.dots(table, question, neutral)
    return Exhibit(
        "dots",
        question,
        table,
        [*PLACE, *VALUE, *CONTROLS, *SIZE],
        caption,
        figure,
        note=note,
        about=about(record, inventory=inventory, model=model, ask=ask),
    )


def everybody(record: Record, inventory: str, model: str, ask: str, level: str) -> Exhibit:
    """All personas on all scales as a heatmap: by set, and within it by the levels that were assigned."""
    return kept(_everybody, record, inventory, model, ask, level)


def _everybody(record: Record, inventory: str, model: str, ask: str, level: str) -> Exhibit:
    question = "How do all personas differ, scale by scale?"
    table = in_order(where_all(profiles.people(record, inventory, model, ask), level=level))
    if table["value"].isna().all():
        return Exhibit("personas", question, table, missing="No persona has a usable answer here yet.")
    common = profiles.unit(ask).startswith("POMP")
    figure = figures.heatmap(
        table, question, rows="label", columns="name", value="value", unit="POMP" if common else "nats per token",
        span=(0.0, 100.0) if common else None, middle=50.0 if common else 0.0, digits=0 if common else 2,
    )  # fmt: skip
    caption = (
        f"{profiles_told.asked(record, inventory, model, ask)}. n: {table['persona'].nunique()} personas, "
        f"{int(table.groupby('persona')['n_sittings'].max().sum()):,} sittings. A cell is one persona's mean in {profiles.unit(ask)}."
    )
    note = "Sorted by persona set, and within it by assigned levels, high before low. A cross: no usable answer."
    columns = [
        column("persona_set", "persona set"), column("label", "persona"), column("name", "scale"), column("pole", "assigned"), *VALUE,
        column("t", "T", "number", digits=1), column("percentile", "percentile", "number", digits=0), column("n_sittings", "sittings", "count"),
    ]  # fmt: skip
    return Exhibit(
        "personas",
        question,
        table,
        columns,
        caption,
        figure,
        note=note,
        about=about(record, inventory=inventory, model=model, ask=ask),
    )


def in_order(people: DataFrame) -> DataFrame:
    """The rows of `profiles.people` by set and assigned levels, high before low, with the column label (of the persona)."""
    ranks = {
        scale: {pole: rank for rank, pole in enumerate(levels.highest_first(rows["pole"].dropna()))}
        for scale, rows in people.groupby("scale", sort=False)
    }
    ranked = people.assign(
        rank=[ranks[scale].get(pole, -1) for scale, pole in zip(people["scale"], people["pole"], strict=True)]
    )
    wide = ranked.pivot(index="persona", columns="scale", values="rank").reindex(columns=list(ranks)).fillna(-1)
    keys = {persona: tuple(row) for persona, row in zip(wide.index, wide.to_numpy().tolist(), strict=True)}
    sets = {name: place for place, name in enumerate(people["persona_set"].unique())}
    order = sorted(
        range(len(people)),
        key=lambda row: (
            not people["bare"].iloc[row],
            sets[people["persona_set"].iloc[row]],
            keys[people["persona"].iloc[row]],
        ),
    )
    return (
        people.iloc[order]
        .assign(label=lambda rows: rows["persona"].where(~rows["bare"], profiles.BARE))
        .reset_index(drop=True)
    )


def reliability(record: Record, inventory: str, model: str, ask: str, level: str) -> Exhibit:
    """Alpha of each persona set, form and scale, as a table: how much of a profile is more than noise between items."""
    question = "Do the items of a scale agree, over the personas of a set?"
    table = profiles.reliability(record, inventory, model, ask)
    rows = where_all(table, level=level) if len(table) else table
    rows = rows[rows["n_persons"] > 1] if len(rows) else rows
    if rows.empty:
        return Exhibit(
            "alpha", question, rows, missing="Reliability is over personas; here is one only, or none has answered."
        )
    words, known = rows["note"].map(in_words), rows["alpha"].notna()
    without = (rows["method"] + "; " + words).str.strip("; ").where(rows["low"].isna(), words)
    rows = rows.assign(note=without.where(known, "not estimable: " + words)).reset_index(drop=True)
    caption = (
        f"{profiles_told.asked(record, inventory, model, ask)}. Cronbach's alpha over personas with its 95 % interval. "
        "Several draws are stacked; the page Reliability takes the first."
    )
    return Exhibit(
        "alpha", question, rows, RELIABILITY, caption, about=about(record, inventory=inventory, model=model, ask=ask)
    )
