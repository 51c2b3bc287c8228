"""What of the pairs is measured by itself: all models, a model, a trait, a persona; and those who answer without looking."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from pandas import DataFrame

from traitscope.estimates import SEED, poles
from traitscope.pairing import keyed_pomp

NULL_RESPONDERS = ("always the middle", "uniform at random", "always the first option")
SCOPES = ("overall", "model", "trait", "persona")
WAY = ["said_by", "done_by"]
LABELS = ["model", "persona_set", "persona", "scale", "item"]
PERSON = ["model", "people", "persona_set", "persona", "scale"]

Places = dict[str, Any]
NOWHERE: Places = {"model": "", "people": False, "persona_set": "", "scale": "", "persona": ""}  # of no one scope


@dataclass(frozen=True)
class Part:
    """The pairs of one scope.

    `place` names the scope, as in the columns of `divergence.measures`. `pairs` has columns person and, of rows with both
    answers, said_score and done_score besides those of `pairing.pairs`; `scores` one row a person x scale: said and done;
    `poles` the assigned pole by person, where there is one scale with two assigned levels.
    """

    place: Places
    pairs: DataFrame
    scores: DataFrame
    poles: Mapping[Any, Hashable] | None

    @property
    def common(self) -> bool:
        """Whether said and done are on one metric."""
        return bool(self.pairs["common"].iloc[0])


def parts(table: DataFrame) -> Iterator[Part]:
    """Every scope of the pairs of one way of asking."""
    # pandas takes its own kind of text apart at every look at a slice
    table = _with_scores(table.astype(dict.fromkeys(LABELS, object)))
    # the means of persons are taken once: trait and model are made of the same
    scored = {_name(place): some for place, some in scopes(scores(table, PERSON), personas=False)}
    none = DataFrame(columns=[*PERSON, "person", "said", "done"])
    for place, some in scopes(table):
        yield Part(place, some, scored.get(_name(place), none), poles_of(some))


def null_responders(table: DataFrame) -> Iterator[Part]:
    """The same pairs answered without looking: what a measure says of somebody who says and does nothing in particular."""
    table = table[table["people"].eq(False)].astype(dict.fromkeys(LABELS, object))
    if table.empty or not bool(table["common"].iloc[0]):
        return
    first = table[table["model"] == table["model"].iloc[0]]
    random = np.random.default_rng(SEED)
    low, high = first["low"].to_numpy(float), first["high"].to_numpy(float)
    drawn = [low + np.floor(random.random(len(first)) * (high - low + 1)) for _ in range(2)]
    if first["done_by"].iloc[0].startswith("choice"):
        drawn[1] = np.where(random.random(len(first)) < 0.5, low, high)
    for name, said, done in zip(
        NULL_RESPONDERS,
        ((low + high) / 2, drawn[0], low),
        ((low + high) / 2, drawn[1], _first_done(first, low, high)),
        strict=True,
    ):
        for persona_set, some in _with_scores(first.assign(said=said, done=done)).groupby("persona_set", sort=False):
            own = some.assign(person=some["persona"])
            place = {**NOWHERE, "scope": "model", "model": name, "persona_set": persona_set}
            of_persons = scores(some, PERSON)
            yield Part(place, own, of_persons.assign(person=of_persons["persona"]), poles_of(own))


def _first_done(table: DataFrame, low: np.ndarray[Any, Any], high: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Always the first option: of a choice printed in both orders each pole half the time, of a rating the lowest."""
    return (low + high) / 2 if table["done_by"].iloc[0].startswith("choice") else low


def apart(table: DataFrame) -> DataFrame:
    """Scales of two inventories may have one id, as N is Neuroticism and Narcissism: these get their name as well."""
    alike = table.groupby("scale")["name"].transform("nunique") > 1
    return table.assign(scale=table["scale"].where(~alike, table["scale"] + " (" + table["name"] + ")"))


def scopes(table: DataFrame, *, personas: bool = True) -> Iterator[tuple[Places, DataFrame]]:
    """The rows of every scope with a column `person`; people have no personas to be told apart."""
    for name, some in table[table["people"].eq(False)].groupby("persona_set", sort=False):
        if some["model"].nunique() > 1:
            both = some.assign(person=some["model"] + " / " + some["persona"])
            shared: Places = {**NOWHERE, "scope": "overall", "persona_set": name}
            yield shared, both
            yield from ((shared | {"scale": scale}, each) for scale, each in both.groupby("scale", sort=False))
    for (model, people, persona_set), some in table.groupby(["model", "people", "persona_set"], sort=False):
        own = some.assign(person=some["persona"])
        place = {**NOWHERE, "model": model, "people": people, "persona_set": persona_set}
        yield place | {"scope": "model"}, own
        yield from (
            (place | {"scope": "trait", "scale": scale}, each) for scale, each in own.groupby("scale", sort=False)
        )
        if personas and not people:
            several = own.groupby("persona", sort=False)
            yield from ((place | {"scope": "persona", "persona": name}, each) for name, each in several)


def _name(place: Places) -> tuple[Any, ...]:
    return tuple(place[each] for each in ("scope", *NOWHERE))


def poles_of(table: DataFrame) -> Mapping[Any, Hashable] | None:
    """The assigned pole by person, where the rows are of one scale with two assigned levels."""
    if table["scale"].nunique() > 1:
        return None
    levels = table.groupby("person")["pole"].first()
    if levels.isna().any():
        return None
    found = poles(levels.astype(float))
    return None if found.isna().any() else dict(found)


def _with_scores(table: DataFrame) -> DataFrame:
    """With said_score and done_score, in POMP where there is a common metric, keyed otherwise; NaN unless both answered."""
    both = table["said"].notna() & table["done"].notna()
    common = table["common"].eq(True)
    return table.assign(
        **{
            f"{side}_score": keyed_pomp(table, side).where(common, table[side] * table["key"]).where(both)
            for side in ("said", "done")
        }
    )


def scores(table: DataFrame, by: list[str]) -> DataFrame:
    """Mean said and done of each group `by`; of rows with both answers."""
    if table.empty:
        return DataFrame(columns=[*by, "said", "done"])
    if "said_score" not in table:
        table = _with_scores(table)
    both = table[table["said_score"].notna() & table["done_score"].notna()]
    means = both.groupby(by, sort=False)[["said_score", "done_score"]].mean()
    return means.set_axis(["said", "done"], axis=1).reset_index()


def wide(table: DataFrame, side: str) -> DataFrame:
    """Keyed `said` or `done`: one row a (model, person), one column an item."""
    row, rows = pd.factorize(pd.MultiIndex.from_arrays([table["model"], table["person"]]), sort=True)
    column, columns = pd.factorize(table["item"], sort=True)
    values = np.full((len(rows), len(columns)), np.nan)
    values[row, column] = (table[side] * table["key"]).to_numpy(float)
    return DataFrame(values, index=rows, columns=columns)
