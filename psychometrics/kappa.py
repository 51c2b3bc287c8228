"""Kappa: agreement of categories beyond chance, of two raters or of many."""

from __future__ import annotations

import dataclasses
import math
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from pandas import DataFrame
from scipy import stats

from psychometrics.covariances import numbers, values_of
from psychometrics.estimate import NO_SPREAD, Detail, Estimate, Floats, tail_of, undefined

Weights = Literal["unweighted", "linear", "quadratic"]
Spacing = Literal["values", "ranks"]
POWERS = {"unweighted": 0, "linear": 1, "quadratic": 2}


def weighted_kappa(
    first: ArrayLike,
    second: ArrayLike,
    *,
    weights: Weights = "quadratic",
    spacing: Spacing = "values",
    confidence: float = 0.95,
) -> Estimate:
    """Cohen's kappa of two ratings (Cohen, 1960, 1968); interval after Fleiss, Cohen and Everitt (1969).

    Parameters
    ----------
    first, second : shape (persons,)
        Answer categories as numbers, in one order of persons. Persons without both are left out: half a pair says
        nothing of agreement.
    weights : "unweighted", "linear" or "quadratic"
        What a disagreement costs: the same whatever its size, its distance, or its squared distance.
    spacing : "values" or "ranks"
        Distance between the categories' numbers, or between their ranks among the categories that occur, as in R's
        psych and irr. They differ only when a category between others was never used.
    confidence : float in (0, 1)

    Returns
    -------
    Estimate
        No unit, in [-1, 1], interval clipped to that ("large-sample normal"). NaN with a note: `no_pairs`,
        `too_few_persons` (fewer than three pairs), `zero_total_variance` (one category was used throughout: agreement
        is then `percent_exact_agreement` in `extra`). `constant_rater` marks a 0 that is 0 whatever the answers,
        since one rater used one category, `identical_ratings` a 1, and `zero_standard_error` a table whose large-sample
        error is 0, as it may be with few persons; none has an interval. In `extra`:
        `percent_exact_agreement`, `standard_error`, `maximum` (kappa that the margins allow, unweighted), and
        `low_psych`, `high_psych`: the interval that R's psych 2.2.9 prints for weighted kappa, whose mean weights of
        the second rater's categories leave out how often the first rater chose which; do not report it.

    Examples
    --------
    >>> weighted_kappa([1, 2, 3, 4, 5, 3, 2, 1], [1, 2, 3, 5, 5, 2, 2, 2])
    Estimate(0.898 [0.784, 1.000], n=8)
    >>> weighted_kappa([3, 3, 3], [3, 3, 3])
    Estimate(not estimable: zero_total_variance, n=3)
    """
    if weights not in POWERS:
        raise ValueError(f'weights: "{weights}"; allowed are {", ".join(POWERS)}')
    if spacing not in ("values", "ranks"):
        raise ValueError(f'spacing: "{spacing}"; allowed are "values" and "ranks"')
    a, b = values_of(first, "first"), values_of(second, "second")
    if len(a) != len(b):
        raise ValueError(f"weighted_kappa: {len(a)} first and {len(b)} second ratings; one each is needed")
    both = np.isfinite(a) & np.isfinite(b)
    a, b = a[both], b[both]
    n = len(a)
    if n < 3:
        return undefined("too_few_persons" if n else "no_pairs", n_persons=n, n_replications=2)
    extra: dict[str, Detail] = {"percent_exact_agreement": 100 * float((np.abs(a - b) <= NO_SPREAD).mean())}
    values, codes = np.unique(np.concatenate([a, b]), return_inverse=True)
    if len(values) < 2:
        return undefined("zero_total_variance", n_persons=n, n_replications=2, extra=extra)
    told = Estimate(math.nan, n_persons=n, n_replications=2, confidence=confidence, extra=extra)
    if min(np.ptp(a), np.ptp(b)) <= NO_SPREAD:
        return dataclasses.replace(told, value=0.0, note="constant_rater")
    if np.abs(a - b).max() <= NO_SPREAD:
        return dataclasses.replace(told, value=1.0, note="identical_ratings")
    table = np.zeros((len(values), len(values)))
    np.add.at(table, (codes[:n], codes[n:]), 1)
    at = values if spacing == "values" else np.arange(len(values), dtype=float)
    apart = np.abs(at[:, None] - at)
    power = POWERS[weights]
    cost = (apart / apart.max()) ** power if power else (apart > 0).astype(float)

    from statsmodels.stats.inter_rater import cohens_kappa

    with np.errstate(invalid="ignore"):  # its test of no agreement fails on few persons, and is not used
        found = cohens_kappa(table, weights=cost)
    value = float(found.kappa)
    z = float(stats.norm.ppf(1 - tail_of(confidence)))
    variance = float(found.var_kappa)
    as_psych = _variance_of_psych(table / n, 1 - cost, n) if power else variance
    error, psych = math.sqrt(max(variance, 0.0)), math.sqrt(max(as_psych, 0.0))
    extra |= {
        "standard_error": error,
        "maximum": float(found.kappa_max),
        "low_psych": max(value - z * psych, -1.0),
        "high_psych": min(value + z * psych, 1.0),
    }
    if error <= NO_SPREAD:
        return dataclasses.replace(told, value=value, note="zero_standard_error", extra=extra)
    low, high = max(value - z * error, -1.0), min(value + z * error, 1.0)
    return dataclasses.replace(told, value=value, low=low, high=high, method="large-sample normal", extra=extra)


def item_kappas(
    first: DataFrame,
    second: DataFrame,
    *,
    weights: Weights = "quadratic",
    spacing: Spacing = "values",
    confidence: float = 0.95,
) -> DataFrame:
    """Weighted kappa of every item over two administrations.

    Parameters
    ----------
    first, second : DataFrame, shape (persons, items)
        Answers on the two occasions; persons are matched by index, items by column name. NaN is a missing answer.
    weights, spacing, confidence
        As for `weighted_kappa`.

    Returns
    -------
    DataFrame
        Columns item, kappa, low, high, exact_agreement (0 to 1), mean_absolute_change (answer categories), n_persons,
        note: the notes of `weighted_kappa`, and `no_replication` in all rows when every second answer of every person
        is a copy of the first (temperature 0), with no kappa then.

    Examples
    --------
    >>> first = DataFrame({"E1": [1, 2, 4, 5, 3], "E2": [2, 2, 3, 4, 5]})
    >>> second = DataFrame({"E1": [1, 3, 4, 5, 3], "E2": [2, 1, 3, 4, 4]})
    >>> item_kappas(first, second)[["item", "kappa", "exact_agreement", "n_persons"]].round(2)
      item  kappa  exact_agreement  n_persons
    0   E1   0.95              0.8          5
    1   E2   0.86              0.6          5
    """
    for name, each in (("first", first), ("second", second)):
        if not each.columns.is_unique:
            item = each.columns[each.columns.duplicated()][0]
            raise ValueError(f"item_kappas: item {item!r} has two columns in {name}; one column an item is needed")
        if not each.index.is_unique:
            raise ValueError(f"item_kappas: a person has two rows in {name}; one row a person is needed")
    lacking = [str(each) for each in first.columns if each not in second.columns]
    if lacking:
        raise ValueError(f"item_kappas: second has no column {', '.join(lacking)}; both need the same items")
    a = numbers(first)
    b = numbers(second[list(first.columns)].reindex(first.index))
    apart = np.abs(a - b)
    paired = np.isfinite(apart)
    copies = bool(paired.any()) and float(apart[paired].max()) <= NO_SPREAD
    rows = []
    for column, item in enumerate(first.columns):
        kappa = weighted_kappa(a[:, column], b[:, column], weights=weights, spacing=spacing, confidence=confidence)
        if copies and paired[:, column].any():
            kappa = undefined("no_replication", n_persons=kappa.n_persons)
        own = apart[paired[:, column], column]
        change, exact = (float(own.mean()), float((own <= NO_SPREAD).mean())) if len(own) else (math.nan, math.nan)
        rows.append((item, kappa.value, kappa.low, kappa.high, exact, change, kappa.n_persons, kappa.note))
    names = ["item", "kappa", "low", "high", "exact_agreement", "mean_absolute_change", "n_persons", "note"]
    return DataFrame(rows, columns=names)


def fleiss_kappa(ratings: DataFrame, *, confidence: float = 0.95) -> Estimate:
    """Fleiss' kappa of any number of raters (Fleiss, 1971); interval after Gwet (2014), t over persons.

    Parameters
    ----------
    ratings : DataFrame, shape (persons, raters)
        Unordered categories as numbers. Every person needs the same number of raters, so persons with a missing
        rating are left out, as in R's irr; `krippendorff_alpha` with level "nominal" keeps them.
    confidence : float in (0, 1)

    Returns
    -------
    Estimate
        No unit, at most 1; interval clipped to [-1, 1]. NaN with a note: `too_few_raters` (fewer than two),
        `too_few_persons` (fewer than three without a missing rating), `zero_total_variance` (one category
        throughout, or the same categories for all persons). `identical_ratings` marks a 1, and
        `zero_standard_error` persons who all disagree alike; neither has an interval. In `extra`: `z` and `p` of the test that all
        raters guess, with `standard_error_null` (Fleiss, Nee and Landis, 1979), `standard_error`, `percent_exact_agreement`,
        `n_dropped`.

    Examples
    --------
    >>> table = DataFrame({"a": [1, 1, 2, 3, 3, 2], "b": [1, 1, 2, 3, 2, 2], "c": [1, 2, 2, 3, 3, 1]})
    >>> fleiss_kappa(table)
    Estimate(0.495 [-0.099, 1.000], n=6)
    """
    everything = numbers(ratings)
    x = everything[np.isfinite(everything).all(axis=1)]
    n, raters = x.shape
    extra: dict[str, Detail] = {"n_dropped": len(everything) - n}
    if raters < 2 or n < 3:
        note = "too_few_raters" if raters < 2 else "too_few_persons"
        return undefined(note, n_persons=n, n_replications=raters, missing="listwise", extra=extra)
    _, counts = category_counts(x)
    agreeing = ((counts**2).sum(axis=1) - raters) / (raters * (raters - 1))
    extra["percent_exact_agreement"] = 100 * float(agreeing.mean())
    if np.ptp(counts, axis=0).max() == 0:
        told = "zero_total_variance"
        return undefined(told, n_persons=n, n_replications=raters, missing="listwise", extra=extra)

    from statsmodels.stats import inter_rater

    value = float(inter_rater.fleiss_kappa(counts))
    shares = counts.sum(axis=0) / counts.sum()
    chance = float((shares**2).sum())
    skew = float((shares * (1 - shares) * (1 - 2 * shares)).sum())
    null = 2 / (n * raters * (raters - 1)) * ((1 - chance) ** 2 - skew)
    null_error = math.sqrt(max(null, 0.0)) / (1 - chance)
    z = value / null_error if null_error > 0 else math.nan
    extra |= {"z": z, "p": float(2 * stats.norm.sf(abs(z))), "standard_error_null": null_error}
    told_as = Estimate(
        value, n_persons=n, n_replications=raters, missing="listwise", confidence=confidence, extra=extra
    )
    if agreeing.min() >= 1 - NO_SPREAD:
        return dataclasses.replace(told_as, value=1.0, note="identical_ratings")
    # a person moves both the agreement and the margins that say what chance would give
    own = (agreeing - chance) / (1 - chance) - 2 * (1 - value) * (counts @ shares / raters - chance) / (1 - chance)
    error = math.sqrt(float(((own - value) ** 2).sum()) / (n * (n - 1)))
    extra["standard_error"] = error
    if error <= NO_SPREAD:
        return dataclasses.replace(told_as, note="zero_standard_error")
    half = float(stats.t.ppf(1 - tail_of(confidence), n - 1)) * error
    low, high = max(value - half, -1.0), min(value + half, 1.0)
    return dataclasses.replace(told_as, low=low, high=high, method="Gwet, t over persons", extra=extra)


def category_counts(x: Floats) -> tuple[Floats, Floats]:
    """The values that occur, and how often each row has each of them, shape (rows, values).

    >>> category_counts(np.array([[1.0, 1.0, 3.0], [3.0, math.nan, 1.0]]))
    (array([1., 3.]), array([[2., 1.],
           [1., 1.]]))
    """
    row, column = np.nonzero(np.isfinite(x))
    values, codes = np.unique(x[row, column], return_inverse=True)
    counts = np.bincount(row * len(values) + codes, minlength=len(x) * len(values)).reshape(len(x), len(values))
    return values, counts.astype(float)


def _variance_of_psych(shares: Floats, weights: Floats, n: int) -> float:
    """Fleiss, Cohen and Everitt's variance as psych 2.2.9 has it, with its mean weights of the second rater."""
    first, second = shares.sum(axis=1), shares.sum(axis=0)
    observed, chance = float((weights * shares).sum()), float(first @ weights @ second)
    of_first, of_second = second @ weights, first * weights.sum(axis=1)
    deviations = weights * (1 - chance) - (of_first[:, None] + of_second) * (1 - observed)
    spread = float((shares * deviations**2).sum()) - (observed * chance - 2 * chance + observed) ** 2
    return spread / (n * (1 - chance) ** 4)
