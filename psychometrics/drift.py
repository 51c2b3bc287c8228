"""Drift in a continued sitting: do answers, or their consistency, change with the position of the item?"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from pandas import DataFrame

from psychometrics.compare import mean_over_persons
from psychometrics.covariances import numbers
from psychometrics.estimate import NO_SPREAD, Detail, Estimate, Floats, Integers, numbered, undefined

SWEEPS = 200  # complete tables need one; with refusals each sweep leaves a small share of what is to be taken out


@dataclass(frozen=True)
class Drift:
    """Slopes on item position, per position, as means over persons with a t interval.

    Attributes
    ----------
    answers : Estimate
        Of the values, in answer categories per position.
    inconsistency : Estimate
        Of the absolute deviation from the mean of the person's other sittings on the same item, in answer categories
        per position; positive when answers get less consistent.
    of_persons : DataFrame
        Columns person, answers, inconsistency, n_sittings.
    """

    answers: Estimate
    inconsistency: Estimate
    of_persons: DataFrame


def drift(table: DataFrame, *, confidence: float = 0.95) -> Drift:
    """Slope of answers and of their consistency on item position, within person and sitting.

    Least squares with an effect for each sitting and each item, whose positions and values are taken as deviations
    from the mean of the sitting and of the item: a slope of answers is then not a matter of which items come late.
    That needs items that stand at different positions in different sittings.

    Parameters
    ----------
    table : DataFrame
        Columns person, sitting (a form or replicate; ids need differ only within a person), item, position (a number:
        1 for the first item shown), value. Values keyed to see whether the trait drifts, raw to see whether agreement
        does. NaN is a missing answer and is left out; its position still counts. Only sittings of one conversation
        (`continued`) can drift; the same function on `fresh` sittings is the control.
    confidence : float in (0, 1)

    Returns
    -------
    Drift
        The slope of inconsistency is smaller than that of the SD, since each answer is held against other answers, not
        against the truth. A slope of 0 is no drift. `fixed_order`: all items stand at the same position in every
        sitting, so that position and item are one: the slope is the plain one, and mixes what the items ask with drift.
        NaN with `one_position` (no person has answers at two positions; for inconsistency also two sittings in opposite
        orders, since a difference of two answers belongs to their mean position), `too_few_persons` (nobody answered),
        `one_sitting` (inconsistency: nobody answered an item in two sittings), `no_replication` (inconsistency: every
        sitting is a copy). `degenerate_identical_items`: every person gave one answer throughout, so that nothing could
        drift. Fewer than three persons keep the mean, without an interval. In `extra`: `plain_slope`, without the
        effects of items; n_sittings, n_answers; and the sd over persons.

    Examples
    --------
    >>> order = {"first": [1, 2, 3, 4], "second": [4, 3, 2, 1]}
    >>> rows = [(p, s, i, at) for p in "pqr" for s, places in order.items() for i, at in zip("abcd", places)]
    >>> table = DataFrame(rows, columns=["person", "sitting", "item", "position"])
    >>> content = table["item"].map({"a": 1, "b": 3, "c": 2, "d": 4})
    >>> found = drift(
    ...     table.assign(value=content + 0.1 * table["position"] * table["person"].map({"p": 0, "q": 1, "r": 2}))
    ... )
    >>> found.answers
    Estimate(0.100 [-0.148, 0.348], n=3)
    """
    given = _checked(table).dropna(subset=["value"])
    if given.empty:
        none = undefined("too_few_persons")
        return Drift(none, none, DataFrame(columns=["person", "answers", "inconsistency", "n_sittings"]))
    fixed = bool((_range(given, "item", "position") <= NO_SPREAD).all())
    answers, of_answers = _slope(given, fixed, confidence)
    one_answer = _range(given, "person", "value") <= NO_SPREAD
    if one_answer.all() and answers.estimable:
        answers = dataclasses.replace(answers, note="degenerate_identical_items")
    away = _away_from_other_sittings(given)
    if away.empty:
        inconsistency, of_deviations = undefined("one_sitting", n_persons=given["person"].nunique()), None
    elif float(away["value"].max()) <= NO_SPREAD:
        inconsistency, of_deviations = undefined("no_replication", n_persons=away["person"].nunique()), None
    else:
        inconsistency, of_deviations = _slope(away, fixed, confidence)
    persons = given.groupby("person", sort=False)["sitting"].nunique().rename("n_sittings").reset_index()
    persons["answers"] = persons["person"].map(of_answers)
    persons["inconsistency"] = math.nan if of_deviations is None else persons["person"].map(of_deviations)
    return Drift(answers, inconsistency, persons[["person", "answers", "inconsistency", "n_sittings"]])


def _slope(given: DataFrame, fixed: bool, confidence: float) -> tuple[Estimate, pd.Series[float]]:
    sitting, _ = numbered(zip(given["person"], given["sitting"], strict=True), "sitting")
    item, _ = numbered(given["item"] if not fixed else [""] * len(given), "item")
    person, persons = numbered(given["person"], "person")
    both = given[["position", "value"]].to_numpy(float)
    plain = _of_persons(_within(both, sitting, np.zeros_like(item)), person)
    slopes = _of_persons(_within(both, sitting, item), person)
    extra: dict[str, Detail] = {"n_sittings": int(sitting.max()) + 1, "n_answers": len(given)}
    by_person = pd.Series(slopes, index=pd.Index(persons, tupleize_cols=False))
    if np.isnan(slopes).all():
        return undefined("one_position", n_persons=len(persons), extra=extra), by_person
    mean = mean_over_persons(slopes, confidence=confidence)
    extra |= {**mean.extra, "plain_slope": float(np.nanmean(plain))}
    note = "fixed_order" if fixed else mean.note
    return dataclasses.replace(mean, note=note, n_items=given["item"].nunique(), extra=extra), by_person


def _within(both: Floats, sitting: Integers, item: Integers) -> Floats:
    """What is left of positions and values after the means of sittings and of items are taken out in turn."""
    left = both
    for _ in range(SWEEPS):
        before = left
        for group in (item, sitting):
            sizes = np.bincount(group)
            sums = np.column_stack([np.bincount(group, weights=column) for column in left.T])
            left = left - (sums / np.maximum(sizes, 1)[:, None])[group]
        if np.abs(left - before).max() <= NO_SPREAD:
            break
    return left


def _of_persons(left: Floats, person: Integers) -> Floats:
    position, value = left.T
    spread = np.bincount(person, weights=position**2)
    enough = spread > NO_SPREAD * np.bincount(person)
    slopes: Floats = np.bincount(person, weights=position * value) / np.where(enough, spread, math.nan)
    return slopes


def _away_from_other_sittings(given: DataFrame) -> DataFrame:
    """The absolute deviation of each answer from the mean of the person's other answers to that item.

    Two answers deviate alike from each other, so neither position is to blame: both get the mean of the two.
    """
    of_item = given.groupby(["person", "item"])
    n = of_item["value"].transform("size")
    total, place = of_item["value"].transform("sum"), of_item["position"].transform("mean")
    several = n > 1
    away = (given["value"] - (total - given["value"]) / (n - 1).where(several)).abs()
    return given.assign(value=away, position=given["position"].mask(n == 2, place))[several]


def _range(given: DataFrame, of: str, what: str) -> pd.Series[float]:
    groups = given.groupby(of)[what]
    return groups.max() - groups.min()


def _checked(table: DataFrame) -> DataFrame:
    needed = ["person", "sitting", "item", "position", "value"]
    lacking = [each for each in needed if each not in table.columns]
    if lacking:
        raise ValueError(f"table: column {lacking[0]} is missing; there are {', '.join(map(str, table.columns))}")
    twice = table.duplicated(["person", "sitting", "item"])
    if twice.any():
        seen = table.loc[twice, ["person", "sitting", "item"]].iloc[0].to_dict()
        raise ValueError(f"table: {seen} stands twice; an item is shown once in a sitting")
    both = numbers(table[["position", "value"]])
    if np.isnan(both[:, 0]).any():
        raise ValueError(f"position: row {int(np.argmax(np.isnan(both[:, 0])))} has none; every item shown has one")
    return table[needed].assign(position=both[:, 0], value=both[:, 1]).reset_index(drop=True)
