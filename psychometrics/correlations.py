"""Polychoric correlations: how the traits behind ordered answers correlate.

Two steps, as lavaan and psych take them: thresholds from each item's own answers, then one correlation for each pair
of items, given those. With two categories it is the tetrachoric correlation.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from pandas import DataFrame
from scipy import special

from psychometrics.bivariate_normal import LARGEST, two_step
from psychometrics.covariances import ROUNDING, answered, numbers
from psychometrics.estimate import Floats, Integers, Missing


@dataclass(frozen=True)
class Polychoric:
    """Polychoric correlations of a set of items.

    Attributes
    ----------
    correlations : DataFrame, shape (items, items)
        No unit, in [-0.999, 0.999]; NaN for an item with one answer, and for two items nobody answered both of.
    thresholds : DataFrame, shape (items, categories - 1)
        SDs of the trait behind the item, increasing; column "2" lies between the second and the third category. NaN
        (not infinite) where nobody is on one side of it.
    categories : tuple of float
        Answers in order, common to all items.
    n_persons : int
        Persons with any answer (pairwise), or with all (listwise).
    note : str
        `too_few_items`, `too_few_persons`, `too_many_categories`, `constant_items` (fewer than two vary) or empty.
    warnings : tuple of str
        `constant_items`, `boundary_correlation`, `no_joint_answers`, `not_positive_definite`.
    """

    correlations: DataFrame
    thresholds: DataFrame
    categories: tuple[float, ...]
    n_persons: int
    n_items: int
    missing: str
    note: str = ""
    warnings: tuple[str, ...] = ()


def polychoric(
    items: DataFrame, *, missing: Missing = "pairwise", smooth: bool = False, most_categories: int = 15
) -> Polychoric:
    """Two-step polychoric correlations (Olsson, 1979); tetrachoric ones for items with two categories.

    Maximum likelihood of each pair's table given the thresholds. Empty cells stay empty, except that the one empty
    cell of a two-by-two table gets half an answer, all margins kept (as in lavaan): else the estimate would be 1 or -1.

    Parameters
    ----------
    items : DataFrame, shape (persons, items)
        Ordered answers as numbers, one row a person. NaN is a missing answer.
    missing : "pairwise" or "listwise"
        Pairwise takes thresholds from all who answered the item, and each table from those who answered both.
    smooth : bool
        Correlations that contradict each other are moved to possible ones, eigenvalues below 0 to just above (as R's
        psych does by default, and lavaan does not).
    most_categories : int
        With more, answers are as good as continuous and tables nearly empty: NaN with `too_many_categories`.

    Returns
    -------
    Polychoric

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({"a": [1, 1, 1, 2, 2, 2, 3, 3], "b": [1, 1, 2, 2, 2, 1, 2, 2]})
    >>> polychoric(answers).correlations.round(3)
           a      b
    a  1.000  0.747
    b  0.747  1.000
    """
    everything = numbers(items)
    x = everything[answered(everything, missing)]
    names, k = [str(each) for each in items.columns], x.shape[1]
    codes, categories = coded(x, most_categories)
    note = _why_not(x, codes, categories, most_categories)
    cells = max(len(categories) - 1, 0)
    blank = note in ("too_few_persons", "too_many_categories")
    r = np.full((k, k), math.nan)
    thresholds = np.full((k, 0 if blank else cells), math.nan)
    warnings: tuple[str, ...] = ()
    if not blank:
        thresholds = thresholds_of(_margins(codes, len(categories)))
    if not note:
        pairs, tables = _pair_tables(codes, len(categories))
        r[pairs] = two_step(tables, thresholds[pairs[0]], thresholds[pairs[1]])
        r = np.where(np.isnan(r), r.T, r)
        varying = np.isfinite(thresholds).any(axis=1)
        np.fill_diagonal(r, np.where(varying, 1.0, math.nan))
        warnings = _warnings(r, varying, names)
        if smooth and any(each.startswith("not_positive_definite") for each in warnings):
            r[np.ix_(varying, varying)] = _smoothed(r[np.ix_(varying, varying)])
    return Polychoric(
        DataFrame(r, index=names, columns=names),
        DataFrame(
            np.where(np.isfinite(thresholds), thresholds, math.nan),
            index=names,
            columns=[str(each + 1) for each in range(thresholds.shape[1])],
        ),
        tuple(float(each) for each in categories),
        len(x),
        k,
        missing,
        note,
        warnings,
    )


def coded(x: Floats, most_categories: int) -> tuple[Integers, Floats]:
    """Answers as category numbers, -1 for none, and the categories; whole numbers close together have no gaps."""
    seen = np.unique(x[np.isfinite(x)])
    if len(seen) and (seen == np.round(seen)).all() and np.ptp(seen) < most_categories:
        # so far from 0 that whole numbers have gaps themselves, adding steps would meet none of them
        seen = np.union1d(seen, seen[0] + np.arange(np.ptp(seen) + 1))
    codes = np.searchsorted(seen, np.where(np.isfinite(x), x, seen[0] if len(seen) else 0.0))
    return np.where(np.isfinite(x), codes, -1), seen


def thresholds_of(margins: Floats) -> Floats:
    """From counts, shape (..., categories), to thresholds; infinite where nobody is on one side."""
    total = margins.sum(axis=-1, keepdims=True)
    below = np.cumsum(margins, axis=-1)[..., :-1]
    thresholds: Floats = special.ndtri(np.where(total > 0, below / np.maximum(total, 1), 1.0))
    return thresholds


def _why_not(x: Floats, codes: Integers, categories: Floats, most_categories: int) -> str:
    if x.shape[1] < 2:
        return "too_few_items"
    if len(x) < 3:
        return "too_few_persons"
    if len(categories) > most_categories:
        return "too_many_categories"
    varying = sum(len(np.unique(each[each >= 0])) > 1 for each in codes.T)
    return "constant_items" if varying < 2 else ""


def _margins(codes: Integers, categories: int) -> Floats:
    """How many gave each item each answer, shape (items, categories)."""
    counts: Floats = (codes[:, :, None] == np.arange(categories)).sum(axis=0).astype(float)
    return counts


def _pair_tables(codes: Integers, categories: int) -> tuple[tuple[Integers, Integers], Floats]:
    pairs = np.triu_indices(codes.shape[1], 1)
    tables = np.empty((len(pairs[0]), categories, categories))
    for each, (i, j) in enumerate(zip(*pairs, strict=True)):
        both = (codes[:, i] >= 0) & (codes[:, j] >= 0)
        cell = codes[both, i] * categories + codes[both, j]
        tables[each] = np.bincount(cell, minlength=categories**2).reshape(categories, categories)
    return pairs, tables


def _warnings(r: Floats, varying: Integers, names: list[str]) -> tuple[str, ...]:
    told = []
    constant = [name for name, varies in zip(names, varying, strict=True) if not varies]
    if constant:
        told.append(f"constant_items: {', '.join(constant)} has no two different answers and correlates with nothing")
    within = r[np.ix_(varying, varying)]
    if np.isnan(within).any():
        told.append("no_joint_answers: nobody answered both of two items")
    edge = [(names[i], names[j]) for i, j in np.argwhere(np.triu(np.abs(r) >= LARGEST, 1))]
    if edge:
        named = ", ".join(f"{a} with {b}" for a, b in edge[:3])
        told.append(f"boundary_correlation: {named} {'and more ' if len(edge) > 3 else ''}at the limit {LARGEST}")
    if not np.isnan(within).any() and np.linalg.eigvalsh(within).min() < ROUNDING:
        told.append("not_positive_definite: the correlations, each from its own table, contradict each other")
    return tuple(told)


def _smoothed(r: Floats) -> Floats:
    size, axes = np.linalg.eigh(r)
    possible = (axes * np.maximum(size, 100 * ROUNDING)) @ axes.T
    sd = np.sqrt(np.diag(possible))
    smoothed: Floats = possible / np.outer(sd, sd)
    return smoothed
