"""Whether scores follow the trait level that was assigned, from "extremely low" to "extremely high"."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Hashable, Iterable

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from psychometrics.bootstrap import persona_bootstrap
from psychometrics.covariances import values_of
from psychometrics.estimate import (
    NO_SPREAD,
    Detail,
    Estimate,
    Floats,
    Integers,
    numbered,
    one_each,
    sums_by_person,
    undefined,
    without_last_digits,
)


def graded_effect(
    levels: ArrayLike,
    scores: ArrayLike,
    persona: Iterable[Hashable] | None = None,
    *,
    seed: int = 0,
    resamples: int = 2000,
    confidence: float = 0.95,
) -> Estimate:
    """Spearman's rho of the assigned trait level and the score: does "very" score above "a bit"? (Spearman, 1904)

    Parameters
    ----------
    levels : shape (rows,)
        Assigned level, ordered; NaN rows are left out.
    scores : shape (rows,)
        Any unit; NaN rows are left out.
    persona : labels, length rows, optional
        Without it, every row is another person. With it, rows repeat personas.
    seed, resamples : int
        Of the bootstrap over personas, within levels if every level has two personas: assigned levels are fixed.
    confidence : float in (0, 1)

    Returns
    -------
    Estimate
        In [-1, 1], over all rows; interval "persona bootstrap". NaN with a note: `too_few_persons` (fewer than
        three), `one_level`, `zero_variance` (all scores equal). `perfect_correlation` marks a 1 or -1, without an
        interval: every resample repeats it. In `extra`: n_rows, n_levels, `rho_of_means` (one row
        a persona).

    Examples
    --------
    >>> graded_effect([1, 1, 2, 2, 3, 3], [1.2, 1.9, 1.7, 3.1, 3.0, 4.4])
    Estimate(0.717 [0.492, 1.000], n=6)
    """
    x, y = values_of(levels, "levels"), values_of(scores, "scores")
    people = np.arange(len(y)) if persona is None else numbered(persona)[0]
    if not len(x) == len(y) == len(people):
        raise ValueError(f"graded_effect: {len(x)} levels, {len(y)} scores, {len(people)} personas; one each")
    used = np.isfinite(x) & np.isfinite(y)
    x, y = x[used], y[used]
    people = np.unique(people[used], return_inverse=True)[1]
    level_of = one_each(x, people, "level")
    n = len(level_of)
    of_level = pd.Series(level_of).value_counts()
    extra: dict[str, Detail] = {"n_rows": len(y), "n_levels": len(of_level), "n_left_out": int((~used).sum())}
    if n < 3:
        return undefined("too_few_persons", n_persons=n, extra=extra)
    if len(of_level) < 2:
        return undefined("one_level", n_persons=n, extra=extra)
    if np.ptp(y) <= NO_SPREAD:
        return undefined("zero_variance", n_persons=n, extra=extra)
    x_ties, y_ties = ties(x), ties(y)

    def rho(counts: Floats) -> Floats:
        weights = counts[:, people]
        return _correlations(weights, weighted_ranks(weights, *x_ties), weighted_ranks(weights, *y_ties))

    means = sums_by_person(y[:, None], people, n)[:, 0] / np.bincount(people)
    one_row = _correlations(
        np.ones((1, n)), *(weighted_ranks(np.ones((1, n)), *ties(each)) for each in (level_of, means))
    )
    extra["rho_of_means"] = float(one_row[0])
    sizes = np.bincount(people)
    told = Estimate(
        float(rho(np.ones((1, n)))[0]),
        confidence=confidence,
        n_persons=n,
        n_replications=int(sizes[0]) if sizes.min() == sizes.max() else None,
        extra=extra,
    )
    if 1 - abs(told.value) <= NO_SPREAD:
        return dataclasses.replace(told, note="perfect_correlation")
    strata = level_of if of_level.min() > 1 else None
    drawn = persona_bootstrap(
        rho, n, seed=seed, resamples=resamples, strata=strata, confidence=confidence, width=4 * len(y)
    )
    return dataclasses.replace(told, low=drawn.low, high=drawn.high, method=drawn.method, warnings=drawn.warnings)


def ties(values: ArrayLike) -> tuple[Integers, Integers, Integers]:
    """Order of the values, where each distinct one starts in it, and which distinct one every value is.

    >>> ties([2.0, 1.0, 2.0])
    (array([1, 0, 2]), array([0, 1]), array([1, 0, 1]))
    """
    distinct = without_last_digits(np.asarray(values, dtype=float))
    _, which, sizes = np.unique(distinct, return_inverse=True, return_counts=True)
    return np.argsort(which, kind="stable"), np.cumsum(sizes) - sizes, which


def weighted_ranks(weights: Floats, order: Integers, starts: Integers, which: Integers) -> Floats:
    """Mid-ranks, less one half, of values that occur `weights` times each, shape (draws, rows); the rest is from `ties`.

    >>> weighted_ranks(np.array([[1.0, 1.0, 1.0], [2.0, 0.0, 1.0]]), *ties([2.0, 1.0, 2.0]))
    array([[2. , 0.5, 2. ],
           [1.5, 0. , 1.5]])
    """
    sizes = np.add.reduceat(weights[:, order], starts, axis=1)
    ranks: Floats = (np.cumsum(sizes, axis=1) - sizes / 2)[:, which]
    return ranks


def _correlations(weights: Floats, x: Floats, y: Floats) -> Floats:
    """Weighted Pearson correlation of each row of x and y, shape (draws,); NaN where one does not vary."""
    total = weights.sum(axis=1, keepdims=True)
    x = x - (weights * x).sum(axis=1, keepdims=True) / total
    y = y - (weights * y).sum(axis=1, keepdims=True) / total
    xy, xx, yy = ((weights * each).sum(axis=1) for each in (x * y, x * x, y * y))
    product = np.sqrt(xx * yy)
    rho: Floats = xy / np.where(product > NO_SPREAD, product, math.nan)
    return rho
