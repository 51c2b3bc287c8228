"""Covariances of items with missing answers, and what the reliability coefficients read from them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pandas import DataFrame

from psychometrics.estimate import LARGEST, Floats, Integers, Missing, beyond, sums_by_person
from psychometrics.moments import from_moments, moments

ROUNDING = 1e-12  # a variance smaller than this share of its parts is what rounding left of 0


def numbers(items: DataFrame) -> Floats:
    """The values of `items` as floats, NaN for a missing answer; infinity, and what is near it, is a mistake and is named.

    >>> numbers(DataFrame({"E1": [1, None]}))
    array([[ 1.],
           [nan]])
    """
    # looking for None and NA would copy a million rows; columns of plain numbers hold neither
    plain = all(isinstance(each, np.dtype) and each.kind in "fiub" for each in items.dtypes)
    if plain:
        x = items.to_numpy(dtype=float)
    else:
        given = items.astype(object).where(items.notna(), math.nan).to_numpy()
        try:
            x = given.astype(float)
        except (TypeError, ValueError):
            raise _not_a_number(items, np.vectorize(_is_no_number, otypes=[bool])(given), given) from None
    if beyond(x).any():
        raise _not_a_number(items, beyond(x), x)
    return x


def _not_a_number(items: DataFrame, wrong: NDArray[np.bool_], given: NDArray[Any]) -> ValueError:
    row, column = np.argwhere(wrong)[0]
    place = f'item "{items.columns[column]}", row {row}'
    return ValueError(f"{place}: {given[row, column]!s}; a value is a number up to {LARGEST:g} or missing")


def _is_no_number(value: Any) -> bool:
    try:
        float(value)
    except (TypeError, ValueError):
        return True
    return False


def values_of(values: ArrayLike, name: str) -> Floats:
    """One column of numbers from an array, list or Series, as `numbers`; `name` is told of an infinite one.

    >>> values_of([1, None], "scores")
    array([ 1., nan])
    """
    given = np.asarray(values)
    if given.ndim != 1:
        raise ValueError(f"{name}: {given.ndim} axes; one value a row is needed")
    return numbers(DataFrame({name: given}))[:, 0]


def answered(x: Floats, missing: Missing) -> NDArray[np.bool_]:
    """Which rows enter: "listwise" those without a missing answer, "pairwise" those with any answer.

    >>> answered(np.array([[1.0, 2.0], [1.0, np.nan], [np.nan, np.nan]]), "pairwise")
    array([ True,  True, False])
    """
    if missing not in ("pairwise", "listwise"):
        raise ValueError(f'missing: "{missing}"; allowed are "pairwise" and "listwise"')
    present = np.isfinite(x)
    enters: NDArray[np.bool_] = np.any(present, axis=1)
    if missing == "listwise":
        enters &= np.all(present, axis=1)
    return enters


def row_means(x: Floats) -> Floats:
    """Mean of the values each row has; every row must have one.

    >>> row_means(np.array([[1.0, 2.0], [np.nan, 4.0]]))
    array([1.5, 4. ])
    """
    present = np.isfinite(x)
    means: Floats = np.where(present, x, 0.0).sum(axis=1) / present.sum(axis=1)
    return means


def covariances(x: Floats) -> Floats:
    """Pairwise covariances, as R's `cov(x, use = "pairwise")`: each from the rows that have both columns.

    Parameters
    ----------
    x : array, shape (rows, items)
        NaN is a missing answer; without any, these are the ordinary covariances.

    Returns
    -------
    array, shape (items, items)
        Squared unit of the items, divisor n - 1. NaN where fewer than two rows have both.

    Examples
    --------
    >>> covariances(np.array([[1.0, 2.0], [2.0, 4.0], [3.0, np.nan]]))
    array([[1., 1.],
           [1., 2.]])
    """
    return moments(x).pairwise.covariances()


def correlations(c: Floats) -> Floats:
    """Correlations from covariances, shape (items, items); NaN for an item without variance.

    >>> correlations(np.array([[4.0, 1.0], [1.0, 1.0]]))
    array([[1. , 0.5],
           [0.5, 1. ]])
    """
    sd = np.sqrt(np.diag(c))
    sd = np.where(sd > 0, sd, math.nan)
    matrix: Floats = c / np.outer(sd, sd)
    return matrix


def squared_multiple(r: Floats) -> Floats:
    """Squared multiple correlation of each item with all others, shape (items,); NaN unless `r` is positive definite.

    >>> squared_multiple(np.array([[1.0, 0.5], [0.5, 1.0]]))
    array([0.25, 0.25])
    """
    if np.isnan(r).any() or np.linalg.eigvalsh(r).min(initial=1.0) < ROUNDING:
        return np.full(len(r), math.nan)
    multiple: Floats = 1 - 1 / np.diag(np.linalg.inv(r))
    return multiple


def alpha_from(c: Floats, noise: Floats | float = 0.0) -> Floats:
    """Cronbach's alpha of covariance matrices, shape (..., items, items) to (...); NaN where the total has no variance.

    >>> alpha_from(np.array([[1.0, 0.5], [0.5, 1.0]])).round(3)
    np.float64(0.667)
    """
    total, own = c.sum(axis=(-2, -1)), np.trace(c, axis1=-2, axis2=-1)
    return alpha_from_variances(own, total, c.shape[-1], noise)


def alpha_from_variances(own: Floats, total: Floats, k: int, noise: Floats | float = 0.0) -> Floats:
    """Alpha from the sum of the item variances and the variance of the total of `k` items.

    NaN where the total's variance is not larger than `noise` and than the rounding error of `own`.

    >>> alpha_from_variances(np.array([2.0, 2.0]), np.array([3.0, 0.0]), 2).round(3)
    array([0.667,   nan])
    """
    if k < 2:
        return np.full(np.shape(total), math.nan)
    varies = (total > noise) & (total > ROUNDING * np.abs(own))
    alpha: Floats = k / (k - 1) * (1 - own / np.where(varies, total, math.nan))
    return alpha


def sums_for_alpha(x: Floats, person: Integers, n_personas: int) -> tuple[Floats, Callable[[Floats], Floats]]:
    """What a bootstrap of alpha draws: sums of each persona's rows, and the alphas of sums of them.

    Without missing answers alpha needs only the item variances and the total's, so k + 3 sums; with them, three
    sums for each pair of items.

    Parameters
    ----------
    x : array, shape (rows, items)
        NaN is a missing answer.
    person : integers, shape (rows,)
    n_personas : int

    Returns
    -------
    sums : array, shape (personas, columns)
    alphas : function of summed columns, shape (draws, columns), to alphas, shape (draws,)

    Examples
    --------
    >>> sums, alphas = sums_for_alpha(np.array([[1.0, 1.0], [2.0, 3.0], [4.0, 4.0]]), np.arange(3), 3)
    >>> alphas(np.array([[1.0, 1.0, 1.0], [2.0, 0.0, 1.0]]) @ sums).round(3)
    array([0.963, 1.   ])
    """
    k = x.shape[1]
    present = np.isfinite(x)
    centred = np.where(present, x - np.nanmean(x, axis=0), 0.0)
    if present.all():
        squares, total = (centred**2).sum(axis=1), centred.sum(axis=1)
        columns = np.column_stack([np.ones(len(x)), squares, total**2, centred])

        def of_complete(sums: Floats) -> Floats:
            n, item_sums = sums[:, 0], sums[:, 3:]
            own = (sums[:, 1] - (item_sums**2).sum(axis=1) / n) / (n - 1)
            total = (sums[:, 2] - item_sums.sum(axis=1) ** 2 / n) / (n - 1)
            return alpha_from_variances(own, total, k, noise=100 * ROUNDING * sums[:, 2] / n)

        return sums_by_person(columns, person, n_personas), of_complete

    moments = np.empty((n_personas, 3, k, k))
    for each in range(n_personas):
        has, values = present[person == each].astype(float), centred[person == each]
        moments[each] = has.T @ has, values.T @ has, values.T @ values

    def of_pairs(sums: Floats) -> Floats:
        n, item_sums, products = np.moveaxis(sums.reshape(len(sums), 3, k, k), 1, 0)
        noise = 100 * ROUNDING * np.trace(products, axis1=1, axis2=2) / np.trace(n, axis1=1, axis2=2)
        return alpha_from(from_moments(n, item_sums, products), noise)

    return moments.reshape(n_personas, -1), of_pairs
