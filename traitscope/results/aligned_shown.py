"""Alignment, shown: how near a model comes to the answers of people of whom it was told others.

After Zhu et al. (2024, PAPI). A model has learned something of a person only if it comes nearer than who always takes the
mid-point, and than who always takes the person's mean.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pandas import DataFrame

from psychometrics.alignment import Aligned, Alignment, alignment
from psychometrics.estimate import Estimate
from traitscope import estimates, figures, tables
from traitscope.apa import Column, column
from traitscope.choosing import where_all
from traitscope.exhibit import Exhibit
from traitscope.kept import kept
from traitscope.making.people import PEOPLE, answers_of, asked_in_place, inventory_of, told_items
from traitscope.notes import in_words
from traitscope.overview import counted
from traitscope.places import about, rated
from traitscope.recipe_records import file_of
from traitscope.record import Record
from traitscope.results import profiles_told

QUESTION = "How near does the model come to people's own answers?"
NOTHING = "No answer in the place of a person has been given yet."
ALL = "all traits, summed"
SIDES = {"model": "model", "midpoint": "always the mid-point", "own_mean": "the person's own mean"}
COLUMNS = [
    column("name", "trait"), column("n_persons", "people", "count"), column("n_compared", "answers", "count"),
    column("model", kind="number", told="mean absolute difference, answer categories"), Column(("model_low", "model_high"), "95 % CI", "number"),
    column("midpoint", "always the mid-point", "number"), column("own_mean", "person's own mean", "number"),
    column("less_midpoint", "model less mid-point", "number"), Column(("less_midpoint_low", "less_midpoint_high"), "95 % CI of it", "number"),
    column("less_own_mean", "model less own mean", "number"), Column(("less_own_mean_low", "less_own_mean_high"), "95 % CI of it ", "number"),
    column("n_unanswered", "no answer", "count"), column("note"),
]  # fmt: skip


def aligned(record: Record) -> Iterator[Exhibit]:
    """Mean absolute difference from the people's own answers, by trait and summed, beside the two baselines."""
    found = [_shown(record, *place) for place in rated(record)]
    yield from found or [Exhibit("alignment", QUESTION, DataFrame(), missing=NOTHING)]


def compared(record: Record, inventory: str, model: str, ask: str) -> Alignment:
    """The model's answers against those in the file that the record was made of."""
    return kept(_compared, record, inventory, model, ask)


def _compared(record: Record, inventory: str, model: str, ask: str) -> Alignment:
    file = file_of(record) or PEOPLE
    known = inventory_of(file, inventory)
    told = set(told_items(known))
    answers = where_all(tables.answers(record), inventory=inventory, model=model, elicitation="rating", kind="item")
    given = answers.set_index(["persona", "item"])[ask.partition(": ")[2]]
    people = answers_of(file, known)
    asked_for, asked = asked_in_place(people, told_items(known)), set(answers["persona"])
    rows = [
        {"person": person, "trait": item.scale, "item": item.id, "key": item.key, "answer": people.at[person, item.id],
         "known": item.id in told, "model": given.get((asked_for[person], item.id), None)}
        for person in people.index
        if asked_for[person] in asked
        for item in known.items
        if item.scale is not None
    ]  # fmt: skip
    low, high = known.range_of(known.items[0])
    return alignment(DataFrame(rows), low=low, high=high, seed=estimates.SEED)


def _shown(record: Record, inventory: str, model: str, ask: str) -> Exhibit:
    found = compared(record, inventory, model, ask)
    names = {trait: record.inventory(inventory).scale(trait).name for trait in found.traits}
    parts = [(names[trait], each) for trait, each in found.traits.items()]
    shown = DataFrame([_row(name, each) for name, each in [*parts, (ALL, found.summed)]])
    drawn = [
        {"name": name, "group": words, "value": each.value, "low": each.low, "high": each.high}
        for name, of in parts
        for side, words in SIDES.items()
        for each in [estimates.withheld(getattr(of, side))]
    ]
    figure = figures.forest(DataFrame(drawn), QUESTION, x="mean absolute difference, answer categories")
    n = found.persons["person"].nunique()
    whose = "simulated people, no humans" if file_of(record) is None else f"people of {file_of(record).name}"  # type: ignore[union-attr]
    caption = (
        f"{profiles_told.asked(record, inventory, model, ask)}; n = {counted(n, 'person')} ({whose}), each told to the model by one half of "
        f"its answers. 95 % intervals bootstrapped over people, none below {estimates.FEWEST_FOR_INTERVAL}."
    )
    note = "Only where the whole interval of a difference lies below 0 does the model come nearer than who knows nothing else."
    return Exhibit(
        "alignment", QUESTION, shown, COLUMNS, caption, figure, note=note, about=about(record, inventory=inventory, model=model, ask=ask)
    )  # fmt: skip


def _row(name: str, found: Aligned) -> dict[str, Any]:
    row: dict[str, Any] = {
        "name": name,
        "n_persons": found.model.n_persons or 0,
        **{each: found.model.extra[each] for each in ("n_compared", "n_unanswered")},
    }
    parts: dict[str, Estimate] = {
        "model": found.model, "midpoint": found.midpoint, "own_mean": found.own_mean,
        "less_midpoint": found.against_midpoint, "less_own_mean": found.against_own_mean,
    }  # fmt: skip
    for side, estimate in parts.items():
        each = estimates.withheld(estimate)
        row |= {side: each.value, f"{side}_low": each.low, f"{side}_high": each.high}
    return row | {"note": in_words("; ".join(dict.fromkeys(each.note for each in parts.values() if each.note)))}
