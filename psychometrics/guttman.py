"""Guttman's lambdas: six lower bounds of the reliability of a total score."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pandas import DataFrame

from psychometrics.alpha import cronbach_alpha
from psychometrics.bootstrap import Bootstrap, bootstraps
from psychometrics.covariances import ROUNDING, answered, correlations, covariances, numbers
from psychometrics.estimate import NO_SPREAD, Estimate, Floats, Missing
from psychometrics.split_half import n_splits, split_bounds, splits_of

PERSONS_AT_ONCE = 512  # products of all pairs of items for more persons would not stay in the processor's cache


@dataclass(frozen=True)
class GuttmanLambdas:
    """Guttman's six lower bounds of the reliability of a total score.

    Attributes
    ----------
    lambda1, lambda2, lambda3, lambda4, lambda5, lambda6 : Estimate
        lambda3 is alpha; lambda4 is the best split half.
    """

    lambda1: Estimate
    lambda2: Estimate
    lambda3: Estimate
    lambda4: Estimate
    lambda5: Estimate
    lambda6: Estimate

    @property
    def table(self) -> DataFrame:
        """Columns statistic, value, low, high, n_persons, note."""
        columns = ("value", "low", "high", "n_persons", "note")
        names = [each.name for each in dataclasses.fields(self)]
        rows = [(name, *(getattr(getattr(self, name), column) for column in columns)) for name in names]
        return DataFrame(rows, columns=["statistic", *columns])


def guttman_lambdas(
    items: DataFrame,
    *,
    standardised: bool = False,
    missing: Missing = "pairwise",
    seed: int = 0,
    resamples: int = 2000,
    confidence: float = 0.95,
) -> GuttmanLambdas:
    """Lower bounds of reliability (Guttman, 1945).

    Parameters
    ----------
    items : DataFrame, shape (persons, items)
        Keyed values, one row a person; NaN is a missing answer.
    standardised : bool
        Of correlations instead of covariances: the bounds of a total of standardised items.
    missing : "pairwise" or "listwise"
        As for `cronbach_alpha`.
    seed, resamples : int
        Of the persona bootstrap, and of the sample of splits above 16 items.
    confidence : float in (0, 1)

    Returns
    -------
    GuttmanLambdas
        No unit, at most 1, never clipped. NaN with the notes of `cronbach_alpha`; `constant_items` also for
        standardised bounds with any constant item. `lambda6` is NaN with `singular_covariances` when some items are
        linear functions of others (as with more items than persons), and a bound above 1 with
        `contradictory_covariances` (pairwise). Intervals: persona bootstrap, but none for
        `lambda4`, the best of many splits (`best_of_splits`; `sampled_splits` when only a sample of them was tried;
        `n_splits` in `extra`), nor for `lambda6` (`capitalises_on_chance`): both make the most of chance, and in
        resamples a second time.

    Examples
    --------
    >>> table = DataFrame({"a": [1, 2, 4, 5, 3], "b": [2, 2, 3, 4, 4], "c": [1, 3, 4, 5, 2], "d": [2, 1, 5, 4, 4]})
    >>> found = guttman_lambdas(table, seed=1, resamples=500)
    >>> [round(each, 3) for each in found.table["value"]]
    [0.668, 0.904, 0.891, 0.954, 0.917, 0.998]
    """
    alpha = cronbach_alpha(items, missing=missing)
    everything = numbers(items)
    x = everything[answered(everything, missing)]
    k = x.shape[1]
    base = dataclasses.replace(alpha, value=math.nan, low=math.nan, high=math.nan, method="", extra={})
    if not alpha.estimable:
        return GuttmanLambdas(*[base] * 6)
    c = covariances(x)
    if standardised:
        if alpha.note == "constant_items" or (np.diag(c) <= NO_SPREAD**2).any():
            return GuttmanLambdas(*[dataclasses.replace(base, note="constant_items")] * 6)
        c = correlations(c)
    values = _bounds(c[None])[0]
    splits, sampled = splits_of(k, seed)
    best = float(split_bounds(c, splits).max())
    complete = bool(np.isfinite(x).all())

    def of_drawn(counts: Floats) -> Floats:
        drawn = _covariances_of(_summed(counts, x), k, complete)
        if standardised:
            variances = np.diagonal(drawn, axis1=1, axis2=2)
            sd = np.sqrt(np.where(variances > NO_SPREAD**2, variances, math.nan))
            drawn = drawn / (sd[:, :, None] * sd[:, None, :])
        return _bounds(drawn)[:, :4]

    drawn = bootstraps(of_drawn, len(x), seed=seed, resamples=resamples, confidence=confidence, width=3 * k * k)
    one, two, three, five = (
        _with_interval(base, float(value), each, confidence) for value, each in zip(values[:4], drawn, strict=True)
    )
    # in a resample, squared multiple correlations make the most of chance a second time
    low = "capitalises_on_chance: squared multiple correlations grow with chance, the more items for a person"
    six = _told(dataclasses.replace(base, warnings=(*base.warnings, low)), float(values[4]))
    told = [f"best_of_splits: lambda4 is the largest of {len(splits)} splits and makes the most of chance"]
    if sampled:
        told.append(f"sampled_splits: {len(splits)} random splits were tried, not all {n_splits(k)}")
    four = _told(dataclasses.replace(base, warnings=(*base.warnings, *told), extra={"n_splits": len(splits)}), best)
    return GuttmanLambdas(one, two, three, four, five, six)


def _bounds(c: Floats) -> Floats:
    """Lambda 1, 2, 3, 5 and 6 of covariance matrices, shape (draws, 5)."""
    k = c.shape[-1]
    own, total = np.trace(c, axis1=1, axis2=2), c.sum(axis=(1, 2))
    total = np.where(total > ROUNDING * np.abs(own), total, math.nan)
    off = c * (1 - np.eye(k))
    squares = (off**2).sum(axis=1)
    first = 1 - own / total
    return np.column_stack(
        [
            first,
            first + np.sqrt(k / (k - 1) * squares.sum(axis=1)) / total,
            first * k / (k - 1),
            first + 2 * np.sqrt(squares.max(axis=1)) / total,
            1 - _unexplained(c) / total,
        ]
    )


def _unexplained(c: Floats) -> Floats:
    """Sum of the items' variances that the other items leave unexplained; NaN for a singular matrix."""
    k = c.shape[-1]
    varies = np.diagonal(c, axis1=1, axis2=2) > NO_SPREAD**2
    both = varies[:, :, None] & varies[:, None, :]
    # an item without variance leaves nothing unexplained: it stands aside as 1 and is taken off again
    filled = np.where(both, c, np.eye(k))
    sound: NDArray[np.bool_] = np.all(np.isfinite(c), axis=(1, 2))
    filled = np.where(sound[:, None, None], filled, np.eye(k))
    sd = np.sqrt(np.diagonal(filled, axis1=1, axis2=2))
    roots = np.linalg.eigvalsh(filled / (sd[:, :, None] * sd[:, None, :]))
    sound &= roots[:, 0] > ROUNDING
    filled = np.where(sound[:, None, None], filled, np.eye(k))
    alone = 1 / np.diagonal(np.linalg.inv(filled), axis1=1, axis2=2)
    sums: Floats = np.where(sound, np.where(varies, alone, 0.0).sum(axis=1), math.nan)
    return sums


def _summed(counts: Floats, x: Floats) -> Floats:
    """Sums over drawn persons of what pairs of items need: n, sum of i, sum of products; (draws, 3 k squared)."""
    present = np.isfinite(x)
    k = x.shape[1]
    seen = np.maximum(present.sum(axis=0), 1)
    values = np.where(present, x - np.where(present, x, 0.0).sum(axis=0) / seen, 0.0)
    has = present.astype(float)
    if present.all():
        sums = [counts.sum(axis=1, keepdims=True), counts @ values, np.zeros((len(counts), k * k))]
    else:
        sums = [np.zeros((len(counts), k * k)) for _ in range(3)]
    for start in range(0, len(x), PERSONS_AT_ONCE):
        block = slice(start, start + PERSONS_AT_ONCE)
        own, here = values[block], has[block]
        weights = counts[:, block]
        sums[2] += weights @ (own[:, :, None] * own[:, None, :]).reshape(len(own), k * k)
        if not present.all():
            sums[0] += weights @ (here[:, :, None] * here[:, None, :]).reshape(len(own), k * k)
            sums[1] += weights @ (own[:, :, None] * here[:, None, :]).reshape(len(own), k * k)
    return np.hstack(sums)


def _covariances_of(sums: Floats, k: int, complete: bool) -> Floats:
    if complete:
        n, totals = sums[:, :1, None], sums[:, 1 : k + 1]
        products = sums[:, k + 1 :].reshape(-1, k, k)
        c = (products - totals[:, :, None] * totals[:, None, :] / n) / (n - 1)
    else:
        n, totals, products = np.moveaxis(sums.reshape(len(sums), 3, k, k), 1, 0)
        n = np.where(n < 2, math.nan, n)
        c = (products - totals * np.swapaxes(totals, 1, 2) / n) / (n - 1)
    # a resample of one person has no covariances, but for what rounding leaves of them
    size = np.sqrt(np.diagonal(products, axis1=1, axis2=2))
    cleared: Floats = np.where(np.abs(c) <= 100 * ROUNDING * size[:, :, None] * size[:, None, :] / n, 0.0, c)
    return cleared


def _told(base: Estimate, value: float) -> Estimate:
    if math.isnan(value):
        return dataclasses.replace(base, note="singular_covariances")
    if value > 1 + NO_SPREAD:
        return dataclasses.replace(base, note="contradictory_covariances")
    return dataclasses.replace(base, value=value)


def _with_interval(base: Estimate, value: float, drawn: Bootstrap, confidence: float) -> Estimate:
    told = dataclasses.replace(_told(base, value), confidence=confidence)
    if not told.estimable or base.note == "degenerate_identical_items":
        return told
    warnings = base.warnings + drawn.warnings
    return dataclasses.replace(told, low=drawn.low, high=drawn.high, method=drawn.method, warnings=warnings)
