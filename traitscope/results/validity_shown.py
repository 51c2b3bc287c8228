"""Construct validity shown: are scales reliable over personas, and do scores follow the level that was assigned?

After Serapio-García et al. (2025, arXiv 2307.00184).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pandas import DataFrame

from psychometrics import alpha_of_repeats, guttman_lambdas, omega_one_factor
from psychometrics.estimate import Estimate
from traitscope import figures, places, tables
from traitscope.apa import Column, column, interval
from traitscope.choosing import where_all
from traitscope.estimates import FEWEST_FOR_INTERVAL, SEED, withheld
from traitscope.exhibit import Exhibit
from traitscope.kept import kept
from traitscope.notes import in_words
from traitscope.overview import counted, model_name
from traitscope.places import about, ask_words
from traitscope.record import Record
from traitscope.results import assigned_shown, profiles
from traitscope.results.coefficients import reasons
from traitscope.results.place_sample import place_sample
from traitscope.statistics.found import item_tables

ALPHA, LAMBDA, OMEGA = "alpha", "Guttman's lambda 6", "omega total, one factor"
NO_ANSWER = "No persona has given a usable answer."
FEW_A_LEVEL = 5  # personas; below, a resample within levels mostly repeats the sample
WITHIN = "within what they were assigned"
RELIABILITY = [
    column("name", "scale"), column("coefficient"), column("value", "value", "bounded"), interval("bounded"), column("n_persons", "persons", "count"),
    column("n_items", "items", "count"), column("sd", "persona SD", "number", "SD over personas of their mean answer"),
    column("sem", "SEM", "number", "standard error of measurement, in the same unit"), column("note"),
]  # fmt: skip
SHAPING = [
    column("name", "scale"), column("n_persons", "persons", "count"), column("n_levels", "levels", "count"),
    column("spearman", "Spearman", "bounded"), Column(("spearman_low", "spearman_high"), "95 % CI", "bounded"), column("note"),
]  # fmt: skip


@dataclass(frozen=True)
class Whom:
    """Personas of one set, asked in one way of one model; `inventories` they answered."""

    model: str
    ask: str
    persona_set: str
    inventories: tuple[str, ...] = ()

    def told(self, record: Record, inventories: str, n_persons: float) -> str:
        """The first sentence of a caption."""
        return f"{model_name(record, self.model)}; {inventories}; {ask_words(self.ask)}; {self.persona_set}, n = {n_persons:,.0f} personas."

    def about(self, record: Record, inventory: str) -> dict[str, str]:
        return about(record, inventory=inventory, model=self.model, ask=self.ask, persona_set=self.persona_set)


def reliabilities(record: Record) -> Iterator[Exhibit]:
    """Alpha, Guttman's lambda 6 and omega of each scale, over the personas of each set."""
    for whom in everybody(record):
        for inventory in whom.inventories:
            yield reliability(record, inventory, whom)


def shaping(record: Record) -> Iterator[Exhibit]:
    """Spearman of the assigned level with the score of its scale, and the mean of each level."""
    for whom in everybody(record):
        for inventory in whom.inventories:
            if whom.persona_set in assigned_shown.sets(record, inventory, whom.model, whom.ask):
                yield shaped(record, inventory, whom)


def everybody(record: Record) -> list[Whom]:
    """Every set of two personas or more by model and way of asking; controls stand for nobody in particular."""
    people = places.with_ask(tables.standings(record))
    found: dict[tuple[str, str, str], list[str]] = {}
    for model, inventory, ask in places_told(record):
        asked = where_all(people, model=model, inventory=inventory, ask=ask)
        for name, rows in asked.groupby("persona_set", sort=False):
            if rows["persona"].nunique() > 1 and not str(name).startswith("control"):
                found.setdefault((model, ask, str(name)), []).append(inventory)
    return [Whom(*place, tuple(inventories)) for place, inventories in found.items()]


def places_told(record: Record) -> list[tuple[str, str, str]]:
    """Model, inventory and way of asking of all that is told of; likelihoods before they are centred say little."""
    table = places.places(record)
    rows = zip(table["model"], table["inventory"], table["ask"], strict=True)
    return [row for row in rows if row[2] in places.ASKS and row[2] != "likelihood: item_centred"]


def reliability(record: Record, inventory: str, whom: Whom) -> Exhibit:
    """One row a scale and coefficient: name, value, low, high, n_persons, n_items, sd and sem (beside alpha), note in words."""
    question = "How reliable is each scale over these personas?"
    table = coefficients(record, inventory, whom)
    if table.empty or table["value"].isna().all():
        why = f"No coefficient can be estimated: {reasons(table)}." if len(table) else NO_ANSWER
        return Exhibit("reliabilities", question, table, missing=why)
    floor = max(-1.0, float(np.nanmin(table[["value", "low"]].to_numpy(float))))
    figure = figures.forest(table, question, x="coefficient", groups="coefficient", span=(min(0.0, floor), 1.0))
    caption = whom.told(record, inventory, table["n_persons"].max())
    caption += f" 95 % intervals: alpha by a bootstrap over personas {WITHIN}, omega by the delta method; none below {FEWEST_FOR_INTERVAL}."
    note = (
        "Alpha belongs to these personas: levels assigned from one extreme to the other spread them wide, which lifts it. Lambda 6 makes the "
        "most of chance where personas are few for the items, so it has no interval."
    )
    return Exhibit("reliabilities", question, table, RELIABILITY, caption, figure, note=note, about=whom.about(record, inventory))  # fmt: skip


def shaped(record: Record, inventory: str, whom: Whom) -> Exhibit:
    """One row a scale: spearman of assigned level and score over personas, its interval, n_persons, n_levels, note in words.

    And a column `at LEVEL` for each level: the mean of the personas that were assigned it, in POMP or nats per token.
    """
    question = f"Do scores of {inventory} rise with the level that was assigned?"
    found = profiles.effects(record, inventory, whom.model, whom.ask)
    table = where_all(found, persona_set=whom.persona_set, level="domain").reset_index(drop=True)
    people = profiles.people(record, inventory, whom.model, whom.ask)
    people = people[(people["persona_set"] == whom.persona_set) & (people["level"] == "domain")]
    given = people[people["assigned"].notna()].sort_values("assigned", kind="stable")
    means = given.pivot_table(index="scale", columns="assigned", values="value", aggfunc="mean").add_prefix("at ")
    at = [str(each).removesuffix(".0") for each in means]
    means.columns = at
    table = table.assign(
        n_levels=table["scale"].map(given.groupby("scale")["assigned"].nunique()), note=table["note"].map(in_words)
    )
    if table["spearman"].isna().all():
        return Exhibit("shaping", question, table, missing=f"No rank correlation can be computed: {reasons(table)}.")
    table = table.join(means, on="scale")
    digits = 1 if whom.ask.startswith("rating") else 3
    shown = [*SHAPING[:3], *(column(each, each, "number", digits=digits) for each in at), *SHAPING[3:]]
    cells = given.groupby(["name", "assigned"], sort=False)["value"].mean().reset_index()
    levels = [f"{each:g}" for each in sorted(cells["assigned"].unique())]
    cells["assigned"] = cells["assigned"].map("{:g}".format)
    figure = figures.heatmap(cells, question, rows="name", columns="assigned", value="value", unit=profiles.unit(whom.ask).partition(":")[0],
                             digits=digits, order=levels, x="assigned level")  # fmt: skip
    caption = whom.told(record, inventory, people["persona"].nunique())
    caption += (
        f" 95 % intervals: bootstrap over personas within levels, none below {FEWEST_FOR_INTERVAL} personas of a scale."
    )
    fewest = int(given.groupby(["scale", "assigned"])["value"].count().min())
    note = (
        f"“At” a level stands the mean of its personas: {profiles.unit(whom.ask)}. Levels are fixed: an interval tells what other personas "
        "of these levels would change, not other adjectives."
    )
    if fewest < FEW_A_LEVEL:
        note += f" With only {counted(fewest, 'persona')} at a level it is too narrow to decide anything."
    return Exhibit("shaping", question, table, shown, caption, figure, note=note, about=whom.about(record, inventory))


def coefficients(record: Record, inventory: str, whom: Whom) -> DataFrame:
    """One row a domain scale and coefficient: as in `reliability`, NaN where it cannot be estimated."""
    return kept(_coefficients, record, inventory, whom.model, whom.ask, whom.persona_set)


def _coefficients(record: Record, inventory: str, model: str, ask: str, persona_set: str) -> DataFrame:
    sample = place_sample(record, inventory, (model,), ask, persona_set)
    persona_of = dict(zip(sample.who, sample.table["persona"], strict=True))
    strata = assigned_cells(record, [persona_of[each] for each in sample.person_means.index])
    rows = []
    for scale, items in item_tables(sample, fewest=1):
        if sample.inventory.scale(scale).parent:
            continue
        found = {
            ALPHA: alpha_of_repeats(items, items.index, SEED, strata=strata, missing=sample.missing),
            # one resample: of the six only the sixth is used, which has no interval
            LAMBDA: guttman_lambdas(items, missing=sample.missing, resamples=1).lambda6,
            OMEGA: omega_one_factor(items, ipsative=sample.ipsative),
        }
        for coefficient, each in found.items():
            rows.append(_row(scale, sample.inventory.scale(scale).name, coefficient, withheld(each), sample.ipsative))
    return DataFrame(rows)


def _row(scale: str, name: str, coefficient: str, found: Estimate, ipsative: bool) -> dict[str, Any]:
    note = "; ".join(dict.fromkeys(filter(None, ["ipsative" if ipsative else "", found.note])))
    spread = {each: found.extra.get(each, math.nan) if coefficient == ALPHA else math.nan for each in ("sd", "sem")}
    return {
        "scale": scale, "name": name, "coefficient": coefficient, "value": found.value, "low": found.low, "high": found.high,
        "n_persons": found.n_persons, "n_items": found.n_items, **spread, "note": in_words(note),
    }  # fmt: skip


def assigned_cells(record: Record, personas: Sequence[str]) -> list[tuple[Any, ...]] | None:
    """What each persona was assigned, or None where nobody was: a factorial set is fixed, and only who has the same can take another's place."""
    known = record.manifest.personas
    cells = [tuple(sorted(known[each].assigned.items())) for each in personas]
    return cells if any(cells) else None
