"""Answered scenarios, one row a trial, as cells: a scenario as one person was asked it, in both orders of options."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas import DataFrame

from psychometrics.covariances import numbers
from psychometrics.estimate import Floats, Integers
from psychometrics.forms import check_cells, labelled

LABELS = ("person", "item", "template", "order", "situation")
OPTIONS = ("high1", "low1", "high2", "low2")
HIGH, LOW = [0, 2], [1, 3]
ORDERS = ("printed", "swapped")
SITUATIONS = ("original", "paraphrased")

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Trials:
    """A checked table of trials, sorted by its labels, so that no result depends on the order of its rows.

    Attributes
    ----------
    codes : mapping from name of a label to its numbers, shape (trials,)
    labels : mapping from name of a label to what the numbers stand for
    key : array, shape (trials,)
        1 or -1.
    shares : array, shape (trials, 4)
        Probabilities of the options, in the order of `OPTIONS`; they add up to 1. NaN without an answer.
    refused : array, shape (trials,)
    """

    codes: dict[str, Integers]
    labels: dict[str, list[Any]]
    key: Floats
    shares: Floats
    refused: Flags

    @property
    def answered(self) -> Flags:
        """Whether each trial has an answer."""
        present: Flags = ~np.isnan(self.shares[:, 0])
        return present


@dataclass(frozen=True)
class Cells:
    """One row a person x item x template x situation (x replicate).

    Attributes
    ----------
    codes : mapping from name of a label to its numbers, shape (cells,)
    key : array, shape (cells,)
    asked : array, shape (cells, 2)
        Whether there was a trial in each of the `ORDERS`.
    shares : array, shape (cells, 2, 4)
        Of each order, NaN without an answer.
    """

    codes: dict[str, Integers]
    key: Floats
    asked: Flags
    shares: Floats


def scenario_trials(table: DataFrame) -> Trials:
    """Check a table of trials; its columns are those of `trait_scores`, and an error names the one that is wrong.

    >>> trial = {"person": "p", "item": "a", "key": 1, "template": "bare", "order": "printed", "situation": "original"}
    >>> options = {"high1": 3.0, "low1": 1.0, "high2": 0.0, "low2": 0.0}
    >>> scenario_trials(DataFrame([{**trial, **options, "outcome": "answered"}])).shares
    array([[0.75, 0.25, 0.  , 0.  ]])
    """
    names = [*LABELS, *(["replicate"] if "replicate" in table.columns else [])]
    lacking = [each for each in ("key", *OPTIONS) if each not in table.columns]
    if lacking:
        raise ValueError(f"table: column {lacking[0]} is missing; there are {', '.join(map(str, table.columns))}")
    check_cells(table, names, "outcome")
    labelled(table, ["outcome"])
    allowed = {"order": ORDERS, "situation": SITUATIONS, "key": (1, -1)}
    for column, values in allowed.items():
        wrong = ~table[column].isin(values).to_numpy(dtype=bool)
        if wrong.any():
            row = int(np.argmax(wrong))
            raise ValueError(
                f"{column}: row {row} has {table[column].iloc[row]}; allowed are {' and '.join(map(str, values))}"
            )
    codes: dict[str, Integers] = {}
    labels: dict[str, list[Any]] = {}
    for column in names:
        # not `numbered`, which copies every column to look for a missing label: there is none
        found, seen = pd.factorize(table[column].astype(object))
        # by repr: labels may be tuples, or of several types, which have no order of their own
        place = np.array(sorted(range(len(seen)), key=[repr(each) for each in seen].__getitem__), dtype=np.intp)
        codes[column], labels[column] = np.argsort(place)[found], [seen[each] for each in place]
    for column in ("order", "situation"):
        codes[column] = (table[column] == allowed[column][1]).to_numpy().astype(np.intp)
        labels[column] = [*allowed[column]]
    key = table["key"].to_numpy(dtype=float)
    _, first, item = np.unique(codes["item"], return_index=True, return_inverse=True)
    other = key != key[first][item]
    if other.any():
        raise ValueError(
            f"key: item {labels['item'][codes['item'][np.argmax(other)]]!r} has 1 and -1; every item has one"
        )
    outcome = table["outcome"].to_numpy(dtype=object)
    shares = _shares(table, outcome == "answered")
    rows = np.lexsort([codes[each] for each in names])
    sorted_codes = {name: each[rows] for name, each in codes.items()}
    return Trials(sorted_codes, labels, key[rows], shares[rows], (outcome == "refused")[rows])


def scenario_cells(trials: Trials) -> Cells:
    """Both orders of each scenario side by side."""
    codes = {name: each for name, each in trials.codes.items() if name != "order"}
    cell, first = grouped(codes)
    asked = np.zeros((len(first), len(ORDERS)), dtype=bool)
    shares = np.full((len(first), len(ORDERS), len(OPTIONS)), math.nan)
    asked[cell, trials.codes["order"]], shares[cell, trials.codes["order"]] = True, trials.shares
    return Cells({name: each[first] for name, each in codes.items()}, trials.key[first], asked, shares)


def grouped(codes: dict[str, Integers]) -> tuple[Integers, Integers]:
    """The group of each row, rows with the same labels being a group, and the first row of each group.

    >>> grouped({"person": np.array([0, 0, 1, 0]), "item": np.array([1, 0, 0, 1])})
    (array([1, 0, 2, 1]), array([1, 0, 2]))
    """
    sizes = [int(each.max(initial=0)) + 1 for each in codes.values()]
    rows = np.ravel_multi_index([*codes.values()], sizes)
    _, first, group = np.unique(rows, return_index=True, return_inverse=True)
    return group, first


def _shares(table: DataFrame, answered: Flags) -> Floats:
    weights = numbers(table[[*OPTIONS]])
    lacking = np.isnan(weights)
    wrong = (weights < 0).any(axis=1) | (lacking.any(axis=1) & ~lacking.all(axis=1))
    if wrong.any():
        row = int(np.argmax(wrong))
        seen = ", ".join(f"{each:g}" for each in weights[row])
        raise ValueError(f"{', '.join(OPTIONS)}: row {row} has {seen}; allowed are four numbers from 0, or none at all")
    totals = weights.sum(axis=1)
    shares: Floats = weights / np.where(answered & (totals > 0), totals, math.nan)[:, None]
    return shares
