"""What moves answers beside the trait, shown: the number of items in a prompt, and agreement with whatever is said.

After Salecha et al. (2024) and, for acquiescence, arXiv 2311.05297.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from typing import Any

from pandas import DataFrame

from psychometrics import desirability_shift
from psychometrics.estimate import NO_SPREAD, Estimate
from traitscope import figures, tables
from traitscope.analysis import norm_for
from traitscope.apa import Column, column, interval
from traitscope.choosing import choices, where_all
from traitscope.estimates import FEWEST_FOR_INTERVAL, withheld
from traitscope.exhibit import Exhibit
from traitscope.notes import in_words
from traitscope.overview import counted, model_name
from traitscope.places import about, ask_words
from traitscope.record import Record
from traitscope.results.coefficients import reasons
from traitscope.results.forms_asked import asked, reaching
from traitscope.results.place_sample import place_sample
from traitscope.results.styles_shown import of_model
from traitscope.results.validity_shown import NO_ANSWER, Whom, everybody, places_told
from traitscope.sample import Sample
from traitscope.statistics.found import scores
from traitscope.statistics.styles import BLOCKS, desirable

ALL = "all scales"
ALIKE = {
    "zero_variance": "all personas shifted alike, so no interval",
    "no_pairs": "nobody answered with both numbers of items",
}
ONE_ANSWER = "everybody gave one answer to all items"
SHIFTS = [
    column("persona_set", "personas"), column("items", "items in a prompt", "count"), column("against", "against", "count"), column("name", "scale"),
    column("n_persons", "persons", "count"), column("value", "shift", "number", "SDs of people, towards what is desirable"), interval(), column("note"),
]  # fmt: skip
AGREEMENT = [
    column("inventory"), column("persona_set", "personas"), column("n_persons", "persons", "count"),
    column("value", "acquiescence", "number", "answer categories"), interval(),
    column("both_affirmed", "opposites affirmed", "bounded", "share of pairs of opposite items of a scale that were both affirmed"),
    Column(("both_low", "both_high"), "95 % CI of the share", "bounded"), column("note"),
]  # fmt: skip


def desirability(record: Record) -> Iterator[Exhibit]:
    """Shift in the desirable direction, in human SDs, with the number of items in one prompt."""
    for model, inventory, ask in places_told(record):
        if ask.startswith("rating: ") and (sets := _sets_by_blocks(record, inventory, model, ask)):
            yield shift(record, inventory, model, ask, sets)


def acquiescence(record: Record) -> Iterator[Exhibit]:
    """Agreement with items of both keys, and the share of opposites that are both affirmed, by inventory."""
    asked_so: dict[tuple[str, str], list[Whom]] = {}
    for whom in everybody(record):
        if whom.ask.startswith("rating: "):
            asked_so.setdefault((whom.model, whom.ask), []).append(whom)
    for (model, ask), people in asked_so.items():
        yield agreement(record, model, ask, people)


def shift(record: Record, inventory: str, model: str, ask: str, sets: list[str]) -> Exhibit:
    """One row a persona set, number of items in a prompt, and scale: value, low, high (human SDs), n_persons, note in words."""
    question = "Do answers become more desirable when more items stand in one prompt?"
    samples = {each: place_sample(record, inventory, (model,), ask, each) for each in sets}
    table = DataFrame([row for persona_set, sample in samples.items() for row in _shifts(sample, persona_set)])
    if table.empty:
        answered = any(len(each.raw) for each in samples.values())
        why = f"No scale of {inventory} has a known desirable end and a verified SD among people."
        return Exhibit("desirability", question, table, missing=why if answered else NO_ANSWER)
    if table["value"].isna().all():
        return Exhibit("desirability", question, table, missing=f"No shift can be computed: {reasons(table)}.")
    several = table["persona_set"].nunique() > 1
    drawn = table.assign(group=[
        f"{counted(items, 'item')} in a prompt" + (f", {people}" if several else "")
        for items, people in zip(table["items"], table["persona_set"], strict=True)
    ])  # fmt: skip
    figure = figures.forest(drawn, question, x="shift in SDs of people", line=0.0, span=reaching(table, -0.5, 0.5))
    told = f"{model_name(record, model)}; {inventory}; {ask_words(ask)}; n = up to {counted(int(table['n_persons'].max()), 'persona')} of a set."
    caption = f"{told} 95 % t intervals over personas, none below {FEWEST_FOR_INTERVAL}."
    note = f"Paired within persona; positive is the desirable end. SDs: {_norm(record, inventory)}."
    return Exhibit("desirability", question, table, SHIFTS, caption, figure, note=note, about=about(record, inventory=inventory, model=model, ask=ask))  # fmt: skip


def agreement(record: Record, model: str, ask: str, people: list[Whom]) -> Exhibit:
    """One row an inventory and persona set: value (acquiescence), low, high, both_affirmed with its interval, n_persons, note."""
    question = "Are opposites affirmed alike?"
    table = DataFrame([_agreement(record, inventory, whom) for whom in people for inventory in whom.inventories])
    if table["value"].isna().all():
        return Exhibit("agreement", question, table, missing=f"Not estimable: {reasons(table)}.")
    figure = figures.forest(
        table, question, x="acquiescence, in answer categories", rows="inventory", groups="persona_set", line=0.0,
        span=reaching(table, -0.5, 0.5),
    )  # fmt: skip
    told = (
        f"{model_name(record, model)}; {ask_words(ask)}; n = up to {counted(int(table['n_persons'].max()), 'persona')}."
    )
    caption = f"{told} 95 % t intervals over personas, none below {FEWEST_FOR_INTERVAL}."
    note = (
        "Acquiescence is the mean of the items keyed up and of those keyed down, averaged, less the middle of the scale: 0 for whoever answers "
        "the content. A share of opposites of 0 is what content alone gives."
    )
    return Exhibit("agreement", question, table, AGREEMENT, caption, figure, note=note, about=about(record, model=model, ask=ask))  # fmt: skip


def _sets_by_blocks(record: Record, inventory: str, model: str, ask: str) -> list[str]:
    """The persona sets that were asked with several numbers of items in a prompt."""
    rows = where_all(tables.answers(record), inventory=inventory, model=model, elicitation=ask.partition(": ")[0])
    if ask.endswith("expected"):
        rows = rows[rows["reply"] == "labels"]
    return [each for each in choices(rows, "persona_set") if where_all(rows, persona_set=each)[BLOCKS].nunique() > 1]


def _shifts(sample: Sample, persona_set: str) -> list[dict[str, Any]]:
    directions, spreads = desirable(sample)
    if BLOCKS not in sample.factors:  # of one number nothing could be read
        return [_shift(persona_set, math.nan, math.nan, ALL, Estimate(math.nan, note="no_pairs"))] if directions else []
    level = sample.factors[BLOCKS].astype(int)
    parts = [
        DataFrame({"person": sample.who, "level": level, "value": scores(sample, scale), "scale": scale})
        for scale in directions
    ]
    long = DataFrame(
        {name: [each for part in parts for each in part[name]] for name in ("person", "level", "value", "scale")}
    )
    rows = []
    for found in desirability_shift(long, directions, spreads, reference=int(level.min())) if parts else ():
        of = {ALL: found.shift} | {sample.inventory.scale(name).name: each for name, each in found.of_scales.items()}
        rows += [
            _shift(persona_set, int(str(found.level)), int(str(found.reference)), name, each)
            for name, each in of.items()
        ]
    return sorted(rows, key=lambda row: row["items"])


def _shift(persona_set: str, items: float, against: float, name: str, found: Estimate) -> dict[str, Any]:
    told = _with_width(withheld(found))
    note = ALIKE.get(told.note, in_words(told.note))
    return {
        "persona_set": persona_set, "items": items, "against": against, "name": name, "value": told.value, "low": told.low, "high": told.high,
        "n_persons": told.n_persons, "note": note,
    }  # fmt: skip


def _agreement(record: Record, inventory: str, whom: Whom) -> dict[str, Any]:
    found = asked(record, inventory, whom.model, whom.ask)
    rows = where_all(found.rows, persona_set=whom.persona_set)
    styles = {
        name: _with_width(withheld(each)) for name, each in of_model(dataclasses.replace(found, rows=rows)).items()
    }
    leaning, both = styles["acquiescence"], styles["both_affirmed"]
    alike = styles["one_answer"].value == 1
    return {
        "inventory": inventory, "persona_set": whom.persona_set, "n_persons": leaning.n_persons, "value": leaning.value, "low": leaning.low,
        "high": leaning.high, "both_affirmed": both.value, "both_low": both.low, "both_high": both.high,
        "note": ONE_ANSWER if alike else in_words(leaning.note),
    }  # fmt: skip


def _with_width(found: Estimate) -> Estimate:
    """The estimate without an interval of no width: persons who are copies of each other tell nothing of others."""
    return found if found.high - found.low > NO_SPREAD else dataclasses.replace(found, low=math.nan, high=math.nan)


def _norm(record: Record, inventory: str) -> str:
    norm = norm_for(record.inventory(inventory))
    return norm.id if norm else "none"
