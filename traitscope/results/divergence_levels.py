"""The levels of saying and doing side by side: by trait over personas, and by persona over items."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from pandas import DataFrame

from psychometrics.estimate import Estimate
from psychometrics.level_gap import level_gap, verdict
from traitscope.divergence import RESAMPLES
from traitscope.divergence_scopes import Part
from traitscope.estimates import SEED, withheld
from traitscope.kept import kept
from traitscope.notes import in_words
from traitscope.record import Record
from traitscope.results import divergence_looked as looked
from traitscope.results.divergence_looked import Looked

WORDS = {"agrees": "acts as it says", "diverges upward": "acts higher", "diverges downward": "acts lower",
         "cannot be told": "cannot be told"}  # fmt: skip


def by_trait(record: Record, at: Looked) -> DataFrame:
    """One row a trait: means over personas, in POMP, and whether the gap lies within the margin.

    Columns name, said, said_low, said_high, done, done_low, done_high, gap, low, high, verdict, n_persons, n_pairs, note.
    """
    return _judged(kept(_by_trait, record, at.model, at.said_by, at.done_by, at.persona_set), at.margin)


def by_persona(record: Record, at: Looked) -> DataFrame:
    """One row a persona, over its items, of one trait or of all; columns as of `by_trait`."""
    return _judged(kept(_by_persona, record, at.model, at.said_by, at.done_by, at.persona_set, at.scale), at.margin)


def standings(record: Record, at: Looked) -> DataFrame:
    """One row a persona x trait: mean said and done, in POMP where there is a common metric, else standardised over personas.

    Columns persona, scale, name, said, done; of standardised ones NaN where fewer than three personas or no spread are there.
    """
    whole = looked.part(record, at, "model")
    if whole is None:
        return DataFrame(columns=["persona", "scale", "name", "said", "done"])
    table = whole.scores[["person", "scale", "said", "done"]].rename(columns={"person": "persona"})
    names = looked.scales(record, at)
    table = table.assign(name=table["scale"].map(names))
    if whole.common:
        return table
    of_scale = table.groupby("scale")[["said", "done"]]
    spread = of_scale.transform("std").where(of_scale.transform("count") >= 3)
    sides = (table[["said", "done"]] - of_scale.transform("mean")) / spread.where(spread > 1e-9)
    return table.assign(said=sides["said"], done=sides["done"])


def _by_trait(record: Record, model: str, said_by: str, done_by: str, persona_set: str) -> DataFrame:
    at = Looked(model, said_by, done_by, persona_set)
    names = looked.scales(record, at)
    return DataFrame([{"name": names[each.place["scale"]]} | _level(each) for each in looked.traits(record, at)])


def _by_persona(record: Record, model: str, said_by: str, done_by: str, persona_set: str, scale: str) -> DataFrame:
    at = Looked(model, said_by, done_by, persona_set, scale)
    return DataFrame([{"name": each.place["persona"]} | _level(each) for each in looked.personas(record, at)])


def _level(part: Part) -> dict[str, Any]:
    """Both sides and their gap, by the same resamples: of persons, or of one person's items."""
    of_items = part.place["scope"] == "persona"
    if of_items:
        table = part.pairs.set_index("item")[["said_score", "done_score"]].set_axis(["said", "done"], axis=1)
    else:
        table = part.scores.groupby("person", sort=False)[["said", "done"]].mean()
    said, done = table["said"], table["done"]
    both = said.notna() & done.notna()
    found = {
        # a mean is a gap from 0
        side: level_gap(first, second, table.index, seed=SEED, resamples=RESAMPLES if of_items else 2 * RESAMPLES,
                        poles=None if of_items else part.poles)
        for side, first, second in (
            ("said", said * 0, said.where(both)), ("done", done * 0, done.where(both)), ("", said, done)
        )
    }  # fmt: skip
    # the items are no persons: their interval is kept, however few they are
    found = {
        side: dataclasses.replace(each, n_persons=1) if of_items else withheld(each) for side, each in found.items()
    }
    return _row(found["said"], found["done"], found[""], int(both.sum()))


def _row(said: Estimate, done: Estimate, gap: Estimate, n: int) -> dict[str, Any]:
    note = in_words(gap.note)
    if not note and np.isnan(gap.low):
        note = gap.method if gap.method.startswith("interval withheld") else "no interval"
    return {
        "said": said.value, "said_low": said.low, "said_high": said.high, "done": done.value, "done_low": done.low,
        "done_high": done.high, "gap": gap.value, "low": gap.low, "high": gap.high, "n_persons": gap.n_persons, "n": n, "note": note,
    }  # fmt: skip


def _judged(table: DataFrame, margin: float) -> DataFrame:
    """With the verdict: "acts as it says", "acts higher", "acts lower", "cannot be told"; empty where there is no gap."""
    told = [
        WORDS[verdict(Estimate(value, low, high), margin)] if value == value else ""
        for value, low, high in zip(table["gap"], table["low"], table["high"], strict=True)
    ]
    return table.assign(verdict=told)
