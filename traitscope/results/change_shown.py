"""Before and after, shown: what a task in between does to the scores of the same personas, and to the gap of their groups.

After Frisch and Giulianelli (2024, arXiv 2402.02896), whose test takes the two times for two groups of persons.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pandas import DataFrame, concat

from psychometrics.paired_change import Change, GroupDifference, group_difference, paired_change
from traitscope import analysis, estimates, figures, tables
from traitscope.apa import Column, column, interval
from traitscope.choosing import where_all
from traitscope.exhibit import Exhibit
from traitscope.kept import kept
from traitscope.notes import in_words
from traitscope.overview import counted
from traitscope.places import about, ask_words, rated
from traitscope.recipe_records import stage
from traitscope.record import Record
from traitscope.results import profiles_told

STAGE = "partner"
ALONE, TOGETHER = "writing alone", "after a partner's text"
CHANGED = "Does a writing task change what personas say of themselves?"
APART = "Are the two groups of personas as far apart afterwards as before?"
NOTHING = "No inventory has been answered before and after a task yet."
NO_GROUPS = "The personas are in fewer than two groups (an attribute `group` names it)."
CHANGES = [
    column("condition"), column("name", "scale"), column("n_persons", "persons", "count"),
    column("before", kind="number"), column("after", kind="number"),
    column("d_z", "d of the change", "number", "in SDs of the change, paired"), interval("number", "d_z_low", "d_z_high"),
    column("p", "p, paired", "p"),
    column("d_av", "d in SDs of the scores", "number", "shift over the root of the mean of the two variances"),
    Column(("d_av_low", "d_av_high"), "95 % CI of it", "number"),
    column("f", "F, unpaired", "number", "as in the paper, which takes the times for two groups"), column("f_p", "p, unpaired", "p"),
    column("note"),
]  # fmt: skip
GROUPS = [
    column("condition"), column("name", "scale"), column("when"), column("n_persons", "persons", "count"),
    column("mean_difference", "difference", "number"), column("value", "d", "number"), interval(), column("note"),
]  # fmt: skip


def before_and_after(record: Record, inventory: str, model: str, ask: str) -> DataFrame:
    """One row a sitting x scale that was asked before and after.

    Columns condition, person, group (attribute of the persona, "" without), scale, name, before, after (scores in the inventory's
    own metric; NaN without).
    """
    return kept(_before_and_after, record, inventory, model, ask, beside=stage(record, STAGE))


def changes(record: Record) -> Iterator[Exhibit]:
    """Change of each scale in the same personas: paired d and t, and the unpaired F of the paper."""
    return _each(record, _changes, Exhibit("paired_change", CHANGED, DataFrame(), missing=NOTHING))


def groups(record: Record) -> Iterator[Exhibit]:
    """The difference of two groups of personas before and after, and that of their changes."""
    return _each(record, _groups, Exhibit("group_difference", APART, DataFrame(), missing=NOTHING))


def _each(record: Record, made: Any, without: Exhibit) -> Iterator[Exhibit]:
    found = [
        made(record, *place)
        for place in rated(record)
        if len(before_and_after(record, *place).dropna(subset=["before", "after"]))
    ]
    yield from found or [without]


def _changes(record: Record, inventory: str, model: str, ask: str) -> Exhibit:
    table = before_and_after(record, inventory, model, ask)
    rows = []
    for condition, some in table.groupby("condition", sort=False):
        found = paired_change(some[["person", "scale", "before", "after"]], seed=estimates.SEED)
        rows += [{"condition": condition, "name": name, **_change(some[some["scale"] == scale], found[scale])}
                 for scale, name in some[["scale", "name"]].drop_duplicates().itertuples(index=False, name=None)]  # fmt: skip
    shown = DataFrame(rows)
    drawn = shown.rename(columns={"d_z": "value", "d_z_low": "low", "d_z_high": "high"})
    figure = figures.forest(drawn, CHANGED, x="d of the change, after less before", groups="condition", line=0.0)
    note = (
        "The design is paired: the paired test is the one to read. The unpaired F of the paper stands beside it. Where all changed "
        "alike, or nothing varies, neither is defined."
    )
    return Exhibit(
        "paired_change", CHANGED, shown, CHANGES, _caption(record, table, inventory, model, ask), figure, note=note,
        about=about(record, inventory=inventory, model=model, ask=ask),
    )  # fmt: skip


def _change(some: DataFrame, found: Change) -> dict[str, Any]:
    paired, d_av = estimates.withheld(found.paired), estimates.withheld(found.d_av)
    both = some.dropna(subset=["before", "after"])
    notes = dict.fromkeys(each.note for each in (found.paired, found.d_av, found.unpaired) if each.note)
    return {
        "n_persons": paired.n_persons or 0, "before": both["before"].mean(), "after": both["after"].mean(),
        "mean_shift": found.paired.extra.get("mean_shift"), "d_z": paired.value, "d_z_low": paired.low, "d_z_high": paired.high,
        "t": found.paired.extra.get("t"), "df": found.paired.extra.get("df"), "p": found.paired.extra.get("p"),
        "d_av": d_av.value, "d_av_low": d_av.low, "d_av_high": d_av.high, "f": found.unpaired.value, "f_p": found.unpaired.extra.get("p"),
        "note": in_words("; ".join(notes)),
    }  # fmt: skip


def _groups(record: Record, inventory: str, model: str, ask: str) -> Exhibit:
    table = before_and_after(record, inventory, model, ask)
    # in the order of the study: that of the sittings would turn the sign with the model's name
    order = dict.fromkeys(each.attributes.get("group", "") for each in record.manifest.personas.values())
    names = [each for each in order if each and (table["group"] == each).any()]
    if len(names) < 2:
        return Exhibit("group_difference", APART, DataFrame(), missing=NO_GROUPS)
    rows = []
    for condition, some in table.groupby("condition", sort=False):
        if not set(names[:2]) <= set(some["group"]):
            continue
        found = group_difference(some.drop(columns=["condition", "name"]), (names[0], names[1]))
        for scale, name in some[["scale", "name"]].drop_duplicates().itertuples(index=False, name=None):
            rows += [{"condition": condition, "name": name, **each} for each in _times(found[scale])]
    shown = DataFrame(rows)
    drawn = shown.assign(group=shown["condition"] + ", " + shown["when"])
    figure = figures.forest(drawn, APART, x=f"d, {names[0]} less {names[1]}", line=0.0)
    caption = f"{_caption(record, table, inventory, model, ask)} {names[0]} less {names[1]}."
    note = (
        "Personas of a group differ in their descriptions alone: d divides by that spread, and is no d between humans."
    )
    return Exhibit(
        "group_difference", APART, shown, GROUPS, caption, figure, note=note,
        about=about(record, inventory=inventory, model=model, ask=ask),
    )  # fmt: skip


def _times(found: GroupDifference) -> Iterator[dict[str, Any]]:
    for when, each in (("before", found.before), ("after", found.after), ("change", found.change)):
        told = estimates.withheld(each)
        yield {
            "when": when, "n_persons": told.n_persons or 0, "mean_difference": each.extra.get("mean_difference"),
            "value": told.value, "low": told.low, "high": told.high, "note": in_words(each.note),
        }  # fmt: skip


def _before_and_after(record: Record, inventory: str, model: str, ask: str) -> DataFrame:
    columns = ["condition", "person", "group", "scale", "name", "before", "after"]
    partner = stage(record, STAGE)
    parts = [_of(record, ALONE, inventory, model, ask)]
    parts += [_of(partner, TOGETHER, inventory, model, ask)] if partner else []
    parts = [each for each in parts if len(each)]
    return concat(parts, ignore_index=True)[columns] if parts else DataFrame(columns=columns)


def _of(record: Record, condition: str, inventory: str, model: str, ask: str) -> DataFrame:
    elicitation, _, version = ask.partition(": ")
    answers = where_all(tables.answers(record), inventory=inventory, model=model, elicitation=elicitation)
    times = {}
    for when, kind in (("before", "item"), ("after", "again")):
        some = answers[
            (answers["kind"] == kind) & answers["sitting"].isin(answers.loc[answers["kind"] == "again", "sitting"])
        ]
        scored = analysis.scores(record, analysis.values(record, some.assign(kind="item")))
        times[when] = where_all(scored, version=version, level="domain").set_index(
            ["sitting", "persona", "scale", "name"]
        )["score"]
    found = concat(times, axis="columns").reset_index().rename(columns={"persona": "person"})
    groups = {name: each.attributes.get("group", "") for name, each in record.manifest.personas.items()}
    return found.assign(condition=condition, group=found["person"].map(groups))


def _caption(record: Record, table: DataFrame, inventory: str, model: str, ask: str) -> str:
    return (
        f"{profiles_told.asked(record, inventory, model, ask)}; n = {counted(table['person'].nunique(), 'person')}, each asked before and "
        f"after in one conversation; {ask_words(ask)}. 95 % intervals, none below {estimates.FEWEST_FOR_INTERVAL} persons."
    )
