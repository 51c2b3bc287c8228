"""How often two ratings of the same person are equal, and how far apart they are otherwise."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Hashable, Sequence

import numpy as np
from pandas import DataFrame

from psychometrics.bootstrap import persona_bootstrap
from psychometrics.covariances import numbers
from psychometrics.estimate import NO_SPREAD, Detail, Estimate, Floats, Integers, undefined


def exact_agreement(
    ratings: DataFrame,
    *,
    seed: int = 0,
    resamples: int = 2000,
    strata: Sequence[Hashable] | None = None,
    confidence: float = 0.95,
) -> Estimate:
    """Share of pairs of ratings of the same person that are equal, mean over persons.

    Parameters
    ----------
    ratings : DataFrame, shape (persons, raters)
        NaN is a missing rating and leaves its pairs out; there is no listwise variant to choose.
    seed, resamples : int
        Of the persona bootstrap.
    strata : sequence of length persons, optional
    confidence : float in (0, 1)

    Returns
    -------
    Estimate
        0 to 1. NaN with `too_few_raters` or `no_pairs` (nobody has two ratings); `too_few_persons` keeps the value of
        fewer than three without an interval. `identical_ratings` marks a 1 and `zero_total_variance` a 1 because all
        ratings are one number: it shows a constant responder. `equal_in_all_persons` has no interval either: there is
        nothing to resample. In `extra`: `n_pairs`, `chance_agreement` (of ratings
        drawn at random from all).

    Examples
    --------
    >>> exact_agreement(DataFrame({"a": [1, 2, 3, 4], "b": [1, 2, 3, 5]}), seed=1)
    Estimate(0.750 [0.000, 1.000], n=4)
    """
    return _of_wide(ratings, 0, seed, resamples, strata, confidence)


def mean_absolute_change(
    ratings: DataFrame,
    *,
    seed: int = 0,
    resamples: int = 2000,
    strata: Sequence[Hashable] | None = None,
    confidence: float = 0.95,
) -> Estimate:
    """Mean distance between two ratings of the same person, over all pairs, then over persons.

    Parameters
    ----------
    ratings : DataFrame, shape (persons, raters)
        NaN is a missing rating and leaves its pairs out.
    seed, resamples : int
        Of the persona bootstrap.
    strata : sequence of length persons, optional
    confidence : float in (0, 1)

    Returns
    -------
    Estimate
        Unit of the ratings (answer categories, if these are answers), 0 to the width of the response scale; notes as
        for `exact_agreement`.

    Examples
    --------
    >>> mean_absolute_change(DataFrame({"a": [1, 2, 3, 4], "b": [1, 2, 3, 5]}), seed=1)
    Estimate(0.250 [0.000, 1.000], n=4)
    """
    return _of_wide(ratings, 1, seed, resamples, strata, confidence)


def pairs_within(cell: Integers, value: Floats, n_cells: int) -> tuple[Floats, Floats]:
    """Share of equal pairs and mean absolute difference of the values of each cell; NaN below two values.

    >>> pairs_within(np.array([0, 0, 0, 1]), np.array([1.0, 1.0, 4.0, 2.0]), 2)
    (array([0.33333333,        nan]), array([ 2., nan]))
    """
    m = np.bincount(cell, minlength=n_cells)
    pairs = np.where(m > 1, m * (m - 1.0), math.nan)
    kinds = np.unique(np.round(value / NO_SPREAD), return_inverse=True)[1]
    same, counts = np.unique(cell * (kinds.max(initial=0) + 1) + kinds, return_counts=True)
    equal = np.bincount(same // (kinds.max(initial=0) + 1), weights=counts * (counts - 1.0), minlength=n_cells)
    order = np.lexsort((value, cell))
    rank = np.arange(len(cell)) - np.repeat(np.cumsum(m) - m, m)
    # in a sorted cell, the value of rank r is added r times and taken away m - 1 - r times
    weighted = (2 * rank - m[cell[order]] + 1) * value[order]
    apart = 2 * np.bincount(cell[order], weights=weighted, minlength=n_cells)
    return equal / pairs, np.maximum(apart, 0) / pairs


def pairs_of_rows(x: Floats) -> tuple[Floats, Floats]:
    """`pairs_within` of the ratings of each row, shape (persons, raters); NaN is a missing rating.

    >>> pairs_of_rows(np.array([[1.0, 1.0, 4.0], [2.0, math.nan, math.nan]]))
    (array([0.33333333,        nan]), array([ 2., nan]))
    """
    present = np.isfinite(x)
    return pairs_within(np.nonzero(present)[0], x[present], len(x))


def mean_of_pairs(
    means: Floats,
    values: Floats,
    sizes: Integers,
    *,
    perfect: float,
    copies: str,
    seed: int,
    resamples: int,
    strata: Sequence[Hashable] | None = None,
    confidence: float = 0.95,
) -> Estimate:
    """Mean over persons of what their pairs show, with a persona bootstrap.

    Parameters
    ----------
    means : array, shape (persons,)
        NaN for a person without a pair.
    values : array
        All ratings, which tell the agreement to be expected by chance.
    sizes : integers
        Ratings in each cell of pairs.
    perfect : float
        What `means` are when every pair is equal; the estimate then has the note `copies` and no interval.
    seed, resamples, strata, confidence
        As for `persona_bootstrap`.

    Examples
    --------
    >>> shares, ratings = np.array([1.0, 0.0, 1.0, 1.0]), np.array([1.0, 1, 2, 3, 3, 3, 2, 2])
    >>> mean_of_pairs(shares, ratings, np.full(4, 2), perfect=1, copies="identical_ratings", seed=1, resamples=500)
    Estimate(0.750 [0.250, 1.000], n=4)
    """
    if strata is not None and len(strata) != len(means):
        raise ValueError(f"strata: {len(strata)} given for {len(means)} persons; one each is needed")
    kept = np.isfinite(means)
    own, n = means[kept], int(kept.sum())
    if n == 0:
        return undefined("no_pairs")
    several = sizes[sizes > 1]
    counts = np.unique(np.round(values / NO_SPREAD), return_counts=True)[1]
    chance = float((counts * (counts - 1.0)).sum() / (len(values) * (len(values) - 1.0)))
    extra: dict[str, Detail] = {"n_pairs": int((several * (several - 1) // 2).sum()), "chance_agreement": chance}
    note = "too_few_persons" if n < 3 else ""
    if np.abs(own - perfect).max() <= NO_SPREAD:
        note = "zero_total_variance" if len(counts) == 1 else copies
    elif n > 2 and np.ptp(own) <= NO_SPREAD:
        note = "equal_in_all_persons"
    base = Estimate(
        float(own.mean()),
        n_persons=n,
        n_replications=int(several[0]) if several.min() == several.max() else None,
        confidence=confidence,
        note=note,
        extra=extra,
    )
    if note:
        return base
    poles = None if strata is None else [pole for pole, enters in zip(strata, kept, strict=True) if enters]
    drawn = persona_bootstrap(
        lambda counts: counts @ own / n, n, seed=seed, resamples=resamples, strata=poles, confidence=confidence
    )
    return dataclasses.replace(base, low=drawn.low, high=drawn.high, method=drawn.method, warnings=drawn.warnings)


def _of_wide(
    ratings: DataFrame,
    which: int,
    seed: int,
    resamples: int,
    strata: Sequence[Hashable] | None,
    confidence: float,
) -> Estimate:
    x = numbers(ratings)
    k = x.shape[1]
    if k < 2:
        return undefined("too_few_raters", n_persons=int(np.isfinite(x).any(axis=1).sum()), n_replications=k)
    present = np.isfinite(x)
    return mean_of_pairs(
        pairs_of_rows(x)[which],
        x[present],
        present.sum(axis=1),
        perfect=(1.0, 0.0)[which],
        copies="identical_ratings",
        seed=seed,
        resamples=resamples,
        strata=strata,
        confidence=confidence,
    )
