"""Rank correlations of many features with many levels, as one family of tests."""

from __future__ import annotations

import math

import numpy as np
from pandas import DataFrame
from scipy import stats

from psychometrics.covariances import numbers
from psychometrics.estimate import NO_SPREAD, Floats, Integers, tail_of, without_last_digits
from psychometrics.many_tests import adjust


def rank_correlations(
    features: DataFrame, levels: DataFrame, *, seed: int, permutations: int = 5000, confidence: float = 0.95
) -> DataFrame:
    """Spearman's rho of each feature of persons with each of their levels, with permutation tests and Holm's correction.

    Parameters
    ----------
    features : DataFrame, shape (persons, features)
        Numbers in any unit; NaN where a person has none. Repeats are averaged before: they are not persons.
    levels : DataFrame, shape (persons, traits)
        Assigned levels, or any numbers; rows as in `features`.
    seed, permutations : int
        The rows of `levels` are exchanged over persons; one permutation serves all pairs.
    confidence : float in (0, 1)

    Returns
    -------
    DataFrame
        One row a pair of feature and level: feature, level, rho in [-1, 1] (mid-ranks), low, high (Fisher's z with the error
        of Bonett and Wright, 2000), p (two-sided, (count + 1) / (permutations + 1)), p_holm (over all pairs of the table),
        n_persons, note: `too_few_persons` below four persons with both, `constant_scores` where a side does not vary; then rho
        and p are NaN. `perfect_correlation`: no interval.

    Examples
    --------
    >>> x = DataFrame({"anger": [1.0, 2.0, 3.0, 5.0, 4.0, 7.0]})
    >>> found = rank_correlations(x, DataFrame({"N": [-1, -1, -1, 1, 1, 1]}), seed=1).iloc[0]
    >>> round(float(found["rho"]), 4), int(found["n_persons"])
    (0.8783, 6)
    """
    if len(features) != len(levels):
        raise ValueError(f"levels: {len(levels)} persons; features: {len(features)}; the same are needed")
    x, y = numbers(features), numbers(levels)
    rows = []
    random = np.random.default_rng(seed)
    orders = random.permuted(np.tile(np.arange(len(y)), (permutations, 1)), axis=1)
    for i, feature in enumerate(features.columns):
        for j, level in enumerate(levels.columns):
            rows.append({"feature": feature, "level": level, **_pair(x[:, i], y[:, j], orders, confidence)})
    table = DataFrame(rows, columns=["feature", "level", "rho", "low", "high", "p", "n_persons", "note"])
    table.insert(6, "p_holm", adjust(table["p"].to_numpy(float)) if len(table) else [])
    return table


def _pair(x: Floats, y: Floats, orders: Integers, confidence: float) -> dict[str, object]:
    known = np.isfinite(x) & np.isfinite(y)
    n = int(known.sum())
    undefined = {"rho": math.nan, "low": math.nan, "high": math.nan, "p": math.nan, "n_persons": n}
    if n < 4:
        return undefined | {"note": "too_few_persons"}
    if min(np.ptp(x[known]), np.ptp(y[known])) <= NO_SPREAD:
        return undefined | {"note": "constant_scores"}
    a, b = _standard(x[known]), _standard(y[known])
    rho = float(np.clip(a @ b, -1.0, 1.0))
    # of persons without the feature the permutation keeps the others' order
    place = np.full(len(x), -1)
    place[known] = np.arange(n)
    moved = place[orders]
    kept = moved[moved >= 0].reshape(len(orders), n)
    as_far = int((np.abs(b[kept] @ a) >= abs(rho) - 1e-12).sum())
    found: dict[str, object] = {"rho": rho, "p": (as_far + 1) / (len(orders) + 1), "n_persons": n}
    if abs(rho) >= 1 - NO_SPREAD:
        return undefined | found | {"note": "perfect_correlation"}
    reach = float(stats.norm.isf(tail_of(confidence))) * math.sqrt((1 + rho**2 / 2) / (n - 3))
    middle = math.atanh(rho)
    return found | {"low": math.tanh(middle - reach), "high": math.tanh(middle + reach), "note": ""}


def _standard(values: Floats) -> Floats:
    ranks = stats.rankdata(without_last_digits(values))
    centred: Floats = ranks - ranks.mean()
    return centred / float(np.linalg.norm(centred))
