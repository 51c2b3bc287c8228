"""Response styles: what a responder does with a response scale whatever the items say. Always from raw answers."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas import DataFrame

from psychometrics.acquiescence import (
    Halves,
    acquiescence_of,
    balanced,
    keyed_columns,
    mean_given,
    ratio,
    raw_answers,
)
from psychometrics.compare import mean_over_persons
from psychometrics.estimate import NO_SPREAD, Estimate, Floats, numbered
from psychometrics.scoring import Bound


@dataclass(frozen=True)
class ResponseStyles:
    """How a group of persons uses the response scale; each estimate is a mean over persons with a t interval.

    Attributes
    ----------
    of_persons : DataFrame, one row a row of the answers
        The nine numbers below, under these names.
    acquiescence : Estimate
        Agreement with items of both keys: mean of the positive items and mean of the negative ones, averaged, minus
        the mid-point; in answer categories. Over several scales, the mean over those that have items of both keys.
    both_affirmed : Estimate
        Share of pairs of a positive and a negative item of one scale, both answered above the mid-point; 0 to 1.
    extreme, midpoint : Estimate
        Share of answers at either end, and at the mid-point, which an even number of categories does not have; 0 to 1.
    net_agreement : Estimate
        Share of answers above the mid-point minus share below; -1 to 1.
    within_person_sd : Estimate
        SD of a person's raw answers (ddof 1), in answer categories.
    longest_run : Estimate
        Longest run of equal answers as a share of the answers, in the order of the columns; 0 to 1.
    one_answer : Estimate
        Share of persons who gave one answer to all items (straight-lining), 0 to 1.
    """

    of_persons: DataFrame
    acquiescence: Estimate
    both_affirmed: Estimate
    extreme: Estimate
    midpoint: Estimate
    net_agreement: Estimate
    within_person_sd: Estimate
    longest_run: Estimate
    one_answer: Estimate


def response_styles(
    raw: DataFrame,
    keys: Mapping[str, int],
    low: Bound,
    high: Bound,
    *,
    scales: Mapping[str, str] | None = None,
    persona: Iterable[Hashable] | None = None,
    confidence: float = 0.95,
) -> ResponseStyles:
    """Acquiescence, extreme and mid-point use, and straight-lining (Baumgartner and Steenkamp, 2001).

    Key-balanced pairs tell agreement from trait: a trait lifts one item of a pair as much as it lowers the other.

    Parameters
    ----------
    raw : DataFrame, shape (rows, items)
        Answers as given, never keyed, with columns in the order in which the items were shown; NaN is missing, and
        left out of a person's shares and means.
    keys : mapping item -> 1 or -1
    low, high : float, or mapping item -> float
        Smallest and largest value an item can get.
    scales : mapping item -> scale, optional
        Pairs are built within a scale. Without it, all items are taken as one scale.
    persona : labels, length rows, optional
        Rows that repeat a persona are averaged first, since they are not persons. Without it, each row is a person.
    confidence : float in (0, 1)

    Returns
    -------
    ResponseStyles
        A t interval may reach beyond the bounds of a share. NaN with `too_few_persons` when nobody has the number.
        Acquiescence and `both_affirmed` are NaN with `no_key_balance` when no scale has items of both keys; scales
        without are named in a warning of this code. `no_midpoint` marks a mid-point share of 0 on a scale with an even
        number of categories; `within_person_sd` is NaN with `too_few_items` for one item, and `longest_run` and
        `one_answer` too. `one_answer_throughout` marks shares of persons who all gave one answer to everything: no
        style, but no variance either.

    Examples
    --------
    >>> raw = DataFrame({"E1": [5, 4, 2, 4], "E2": [4, 2, 4, 5], "E3": [5, 4, 1, 4], "E4": [5, 2, 5, 4]})
    >>> styles = response_styles(raw, {"E1": 1, "E2": -1, "E3": 1, "E4": -1}, 1, 5)
    >>> styles.acquiescence, styles.both_affirmed
    (Estimate(0.750 [-0.666, 2.166], n=4), Estimate(0.500 [-0.419, 1.419], n=4))
    """
    x, lowest, highest = raw_answers(raw, keys, low, high)
    middle = (lowest + highest) / 2
    answered = np.isfinite(x)
    columns = keyed_columns(raw, keys, scales)
    halves = balanced(columns)
    agrees, differs = answered & (x > middle + NO_SPREAD), answered & (x < middle - NO_SPREAD)
    spread = _sd(x)
    several = answered.sum(axis=1) > 1
    table = DataFrame(
        {
            "acquiescence": acquiescence_of(x - middle, halves),
            "both_affirmed": _both(agrees, answered, halves),
            "extreme": _share(answered & ((x <= lowest + NO_SPREAD) | (x >= highest - NO_SPREAD)), answered),
            "midpoint": _share(answered & ~agrees & ~differs, answered),
            "net_agreement": _share(agrees, answered) - _share(differs, answered),
            "within_person_sd": spread,
            "longest_run": np.where(several, [_longest_run(row) for row in x], math.nan),
            "one_answer": np.where(several, spread <= NO_SPREAD, math.nan),
        },
        index=raw.index,
    )
    by_person = table if persona is None else _averaged(table, persona)
    found = {
        name: dataclasses.replace(
            mean_over_persons(by_person[name].to_numpy(float), confidence=confidence), n_items=raw.shape[1]
        )
        for name in table.columns
    }
    unbalanced = [scale for scale, (positive, negative) in columns.items() if not (positive and negative)]
    for name in ("acquiescence", "both_affirmed"):
        if not halves:
            found[name] = dataclasses.replace(found[name], note="no_key_balance")
        elif unbalanced:
            told = f"no_key_balance: {', '.join(unbalanced)} have items of one key only, and are left out"
            found[name] = found[name].with_warning(told)
    if raw.shape[1] < 2:
        for name in ("within_person_sd", "longest_run", "one_answer"):
            found[name] = dataclasses.replace(found[name], note="too_few_items")
    if len(x) and not _has_midpoint(lowest, highest):
        found["midpoint"] = _noted(found["midpoint"], "no_midpoint")
    if several.any() and (spread[several] <= NO_SPREAD).all():
        for name in ("within_person_sd", "longest_run", "one_answer"):
            found[name] = _noted(found[name], "one_answer_throughout")
    return ResponseStyles(of_persons=table, **found)


def _both(agrees: NDArray[np.bool_], answered: NDArray[np.bool_], halves: Sequence[Halves]) -> Floats:
    """Each positive with each negative item of its scale: pairs are products of counts, no pair is listed."""
    affirmed, pairs = (
        sum((each[:, a].sum(axis=1) * each[:, b].sum(axis=1) for a, b in halves), np.zeros(len(each)))
        for each in (agrees, answered)
    )
    return ratio(affirmed, pairs)


def _sd(x: Floats) -> Floats:
    present = np.isfinite(x)
    squares = (np.where(present, x - mean_given(x)[:, None], 0.0) ** 2).sum(axis=1)
    return np.sqrt(ratio(squares, present.sum(axis=1) - 1))


def _share(counted: NDArray[np.bool_], among: NDArray[np.bool_]) -> Floats:
    return ratio(counted.sum(axis=1), among.sum(axis=1))


def _longest_run(row: Floats) -> float:
    given = row[np.isfinite(row)]
    if not len(given):
        return math.nan
    changes = np.flatnonzero(np.abs(np.diff(given)) > NO_SPREAD) + 1
    return float(np.diff(np.concatenate([[0], changes, [len(given)]])).max() / len(given))


def _averaged(table: DataFrame, persona: Iterable[Hashable]) -> DataFrame:
    person, _ = numbered(persona)
    if len(person) != len(table):
        raise ValueError(f"persona: {len(person)} labels for {len(table)} rows; one each is needed")
    return pd.DataFrame(table.groupby(person).mean())


def _has_midpoint(lowest: Floats, highest: Floats) -> bool:
    """Values of categories are a unit apart, so an even number of them has none in the middle."""
    return bool((np.mod(highest - lowest, 2) <= NO_SPREAD).any())


def _noted(estimate: Estimate, note: str) -> Estimate:
    """That all persons are equal is only what follows from `note`."""
    told = note if estimate.note in ("", "equal_in_all_persons") else estimate.note
    return dataclasses.replace(estimate, note=told)
