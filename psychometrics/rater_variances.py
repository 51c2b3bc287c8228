"""Variances of persons, raters and what is left in a table of ratings, with or without missing ones."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from pandas import DataFrame

from psychometrics.covariances import ROUNDING, answered, numbers
from psychometrics.estimate import NO_SPREAD, Floats, Missing, no_spread


def entering(ratings: DataFrame, missing: Missing) -> tuple[Floats, tuple[str, ...], int]:
    """The ratings that count, shape (persons, raters), warnings, and how many persons have all of them.

    >>> entering(DataFrame({"a": [1, 2, None], "b": [None] * 3, "c": [3, None, None]}), "pairwise")
    (array([[ 1.,  3.],
           [ 2., nan]]), ('empty_raters: b rated nobody and was left out',), 1)
    """
    everything = numbers(ratings)
    gaps = np.isnan(everything)
    if not gaps.any() and missing in ("pairwise", "listwise"):
        return everything, (), len(everything)
    n_complete = int((~gaps.any(axis=1)).sum())
    warnings: tuple[str, ...] = ()
    empty: NDArray[np.bool_] = np.all(gaps, axis=0)
    if missing == "pairwise" and empty.any():
        named = ", ".join(str(each) for each, none in zip(ratings.columns, empty, strict=True) if none)
        warnings = (f"empty_raters: {named} rated nobody and was left out",)
        everything = everything[:, ~empty]
        n_complete = int((~np.isnan(everything).any(axis=1)).sum()) if everything.size else 0
    return everything[answered(everything, missing)], warnings, n_complete


def sums_for_variances(x: Floats) -> tuple[Floats, Callable[[Floats], Floats]]:
    """Sums for each person, and the function from sums of them to the five variances that `six_from` needs.

    Parameters
    ----------
    x : array, shape (persons, raters)
        NaN is a missing rating; every person has one.

    Returns
    -------
    sums : array, shape (persons, columns)
    variances : function of sums, shape (draws, columns), to variances, shape (draws, 5)
        Squared unit of the ratings; NaN where the ratings leave them open.

    Examples
    --------
    >>> sums, variances = sums_for_variances(np.array([[1.0, 2.0], [2.0, 2.0], [4.0, 5.0], [5.0, 4.0]]))
    >>> variances(sums.sum(axis=0, keepdims=True)).round(3)
    array([[ 2.333, -0.083,  0.458,  2.375,  0.375]])
    """
    present = np.isfinite(x)
    k = x.shape[1]
    centred = np.where(present, x - float(np.nanmean(x)), 0.0)
    if present.all():
        squares, totals = (centred**2).sum(axis=1), centred.sum(axis=1)
        columns = np.column_stack([np.ones(len(x)), squares, totals**2 / k, centred])
        return columns, lambda sums: _of_complete(sums, k)
    has = present.astype(float)
    seen = has.sum(axis=1)
    totals = centred.sum(axis=1)
    joint = (has[:, :, None] * has[:, None, :] / seen[:, None, None]).reshape(len(x), k * k)
    own = np.column_stack([np.ones(len(x)), (centred**2).sum(axis=1), totals**2 / seen, seen**2])
    columns = np.hstack([own, has, centred, has * (totals / seen)[:, None], joint])
    return columns, lambda sums: _of_incomplete(sums, k)


def rater_variances(x: Floats, complete: bool) -> tuple[str, Floats]:
    """A note, or "", and the five variances of `sums_for_variances`; NaN with `too_few_raters` and the like.

    >>> rater_variances(np.array([[1.0, 2.0], [2.0, 2.0], [4.0, 5.0], [5.0, 4.0]]), True)[1].round(3)
    array([ 2.333, -0.083,  0.458,  2.375,  0.375])
    """
    nothing = np.full(5, math.nan)
    n, k = x.shape
    if k < 2 or n < 3:
        return ("too_few_raters" if k < 2 else "too_few_persons"), nothing
    if complete:
        centred = x - x.mean()
        totals = centred @ np.ones(k)
        flat = centred.ravel(order="K")
        sums = np.concatenate([[n, flat @ flat, totals @ totals / k], np.ones(n) @ centred])
        parts = _of_complete(sums[None], k)[0]
    elif np.isfinite(x).sum(axis=1).max() < 2:
        return "no_pairs", nothing
    else:
        each, variances = sums_for_variances(x)
        parts = variances(each.sum(axis=0, keepdims=True))[0]
    if np.isnan(parts).any():
        return "unconnected_ratings", nothing
    person, rater, residual, between, _ = parts
    highest, lowest = np.nanmax(x, axis=0), np.nanmin(x, axis=0)
    unit = float(no_spread(max(highest.max(), -lowest.min()))) ** 2
    noise = max(unit, ROUNDING * (abs(rater) + abs(residual) + abs(person)))
    # the means of all k ratings of a person differ by this much
    if person + residual / k <= noise:
        return "zero_total_variance", parts
    if residual <= noise:
        return ("identical_ratings" if abs(rater) <= noise else "constant_differences"), parts
    if min(person, between) < -noise:
        return "negative_component", parts
    return ("constant_raters" if (highest - lowest).min() <= NO_SPREAD else ""), parts


def _of_complete(sums: Floats, k: int) -> Floats:
    n, squares, persons, by_rater = sums[:, 0], sums[:, 1], sums[:, 2], sums[:, 3:]
    level = by_rater.sum(axis=1) ** 2 / (n * k)
    raters = (by_rater**2).sum(axis=1) / n
    ms_person = _cleared(persons - level, squares) / (n - 1)
    ms_rater = _cleared(raters - level, squares) / (k - 1)
    ms_residual = _cleared(squares - persons - raters + level, squares) / ((n - 1) * (k - 1))
    ms_within = _cleared(squares - persons, squares) / (n * (k - 1))
    return np.column_stack(
        [
            (ms_person - ms_residual) / k,
            (ms_rater - ms_residual) / n,
            ms_residual,
            (ms_person - ms_within) / k,
            ms_within,
        ]
    )


def _cleared(difference: Floats, squares: Floats) -> Floats:
    """A sum of squares got by subtraction, without what rounding left of 0: a resample of one person has no spread."""
    cleared: Floats = np.where(difference > ROUNDING * squares, difference, 0.0)
    return cleared


def _of_incomplete(sums: Floats, k: int) -> Floats:
    """Henderson's third method: reductions in sums of squares by persons, raters and both."""
    n, squares, persons, sizes = sums[:, :4].T
    has, by_rater, of_persons = (sums[:, 4 + i * k : 4 + (i + 1) * k] for i in range(3))
    joint = sums[:, 4 + 3 * k :].reshape(len(sums), k, k)
    rated = np.where(has > 0, has, math.nan)
    total = has.sum(axis=1)
    design = has[:, :, None] * np.eye(k) - joint
    left = by_rater - of_persons
    roots = np.linalg.eigvalsh(design)
    both = persons + np.einsum("di,dij,dj->d", left, np.linalg.pinv(design, rcond=1e-10, hermitian=True), left)
    raters = (by_rater**2 / rated).sum(axis=1)  # NaN when nobody rated by this rater was drawn
    # persons and raters that share no ratings fall apart into blocks, whose levels nothing compares
    connected = (roots > 1e-9 * np.maximum(total[:, None], 1)).sum(axis=1) == k - 1
    df = np.where(connected & (total - n - k + 1 > 0), total - n - k + 1, math.nan)
    residual = np.maximum(squares - both, 0) / df
    within = np.maximum(squares - persons, 0) / np.where(total > n, total - n, math.nan)
    average = (total - sizes / total) / (n - 1)
    level = by_rater.sum(axis=1) ** 2 / total
    return np.column_stack(
        [
            (both - raters - (n - 1) * residual) / (total - k),
            (both - persons - (k - 1) * residual) / (total - n),
            residual,
            ((persons - level) / (n - 1) - within) / average,
            within,
        ]
    )
