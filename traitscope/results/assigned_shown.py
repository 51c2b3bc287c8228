"""Assigned against measured: did the level that a persona was given move the scale that measures it?"""

from __future__ import annotations

from pandas import DataFrame

from psychometrics.compare import mean_over_persons
from traitscope import estimates, figures
from traitscope.apa import Column, column, interval
from traitscope.choosing import where_all
from traitscope.exhibit import Exhibit
from traitscope.notes import in_words
from traitscope.places import about
from traitscope.record import Record
from traitscope.results import levels, profiles, profiles_told

NOBODY = "No persona here was assigned a level of a trait that these scales measure. Sets with assigned levels are listed by `traitscope personas`."
TWO_LEVELS = (
    "Over two assigned levels ranks are mostly ties: where the personas of a level differ among each other, Spearman reaches .87 at most, "
    "as soon as every one of the high level is above every one of the low. Then all resamples give the same, and the interval has no width: "
    "that says nothing of levels in between."
)
LEVELS = [
    column("name", "scale"), column("pole", "assigned"), column("n_persons", "persons", "count"),
    column("value", "mean", "number"), interval(), column("note"),
]  # fmt: skip
EFFECTS = [
    column("name", "scale"), column("n_persons", "persons", "count"),
    column("d_ddof1", "d", "number", "difference of the poles over their pooled spread; no d between humans"),
    Column(("d_low", "d_high"), "95 % CI of d", "number"),
    column("null95", "chance d", "number", "95 % of permuted labels give a smaller |d|"),
    column("n_levels", "levels", "count", "different levels that were assigned"),
    column("spearman", "Spearman", "bounded", "rank correlation of assigned and measured level"),
    Column(("spearman_low", "spearman_high"), "95 % CI of Spearman", "bounded"), column("note"),
]  # fmt: skip


def sets(record: Record, inventory: str, model: str, ask: str) -> list[str]:
    """The persona sets that assign a level of what the inventory measures."""
    people = profiles.people(record, inventory, model, ask)
    return [str(each) for each in people.loc[people["pole"].notna(), "persona_set"].unique()]


def measured(record: Record, inventory: str, model: str, ask: str, level: str, persona_set: str) -> Exhibit:
    """Each persona's score by its assigned level, with mean and interval of each level."""
    question = f"Do personas of {persona_set} measure as they were assigned?"
    people = where_all(profiles.people(record, inventory, model, ask), level=level, persona_set=persona_set)
    people = people[people["pole"].notna()]
    table = _means(people)
    if table.empty or table["value"].isna().all():
        return Exhibit(
            "measured", question, table, missing=NOBODY if table.empty else "No persona has a usable answer here yet."
        )
    common = profiles.unit(ask).startswith("POMP")
    figure = figures.strip(people, table, question, x=profiles.unit(ask), span=(0.0, 100.0) if common else None)
    caption = (
        f"{profiles_told.asked(record, inventory, model, ask)}. n: {people['persona'].nunique()} personas, each a stroke. Bars: 95 % t "
        "intervals over personas, none below three."
    )
    note = "A stroke is the mean of a persona's sittings. Levels count in the scale's own direction."
    return Exhibit(
        "measured",
        question,
        table,
        LEVELS,
        caption,
        figure,
        note=note,
        about=about(record, inventory=inventory, model=model, ask=ask),
    )


def effects(record: Record, inventory: str, model: str, ask: str, level: str, persona_set: str) -> Exhibit:
    """d, its null of permuted labels, and the rank correlation, one row a scale."""
    question = f"How far does the assigned level of {persona_set} move its scale?"
    table = profiles.effects(record, inventory, model, ask)
    rows = where_all(table, level=level, persona_set=persona_set) if len(table) else table
    if rows.empty:
        return Exhibit("effects", question, rows, missing=NOBODY)
    people = profiles.people(record, inventory, model, ask)
    counts = people[people["persona_set"].eq(persona_set)].groupby("scale")["assigned"].nunique()
    rows = rows.assign(n_levels=rows["scale"].map(counts), note=rows["note"].map(in_words)).reset_index(drop=True)
    caption = (
        f"{profiles_told.asked(record, inventory, model, ask)}. d divides by the spread of the other assigned traits and is no human "
        f"d. Intervals are bootstrapped over personas, and withheld below {estimates.FEWEST_FOR_INTERVAL}."
    )
    return Exhibit(
        "effects", question, rows, EFFECTS, caption, note=TWO_LEVELS if (rows["n_levels"] == 2).any() else ""
    )


def _means(people: DataFrame) -> DataFrame:
    """One row a scale x level, from high to low: name, pole, n_persons, value, low, high, note in words."""
    rows = []
    for name, some in people.groupby("name", sort=False):
        for pole in levels.highest_first(some["pole"]):
            found = mean_over_persons(some.loc[some["pole"] == pole, "value"])
            rows.append(
                {"name": name, "pole": pole, "n_persons": found.n_persons or 0, "value": found.value, "low": found.low, "high": found.high}
                | {"note": in_words(found.note) or None}
            )  # fmt: skip
    return DataFrame(rows, columns=["name", "pole", "n_persons", "value", "low", "high", "note"])
