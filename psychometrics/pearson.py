"""Pearson correlations of scores: each with its interval and test, two against each other, and in resampled personas."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pandas import DataFrame
from scipy import stats

from psychometrics.bootstrap import Bootstrap, percentile_interval, resampled
from psychometrics.estimate import NO_SPREAD, Floats, no_spread, tail_of
from psychometrics.many_tests import adjust

OfCorrelations = Callable[[Floats], Floats]  # shape (draws, pairs) to (draws,)
PEARSON = ("r", "low", "high", "n_persons", "p")
WILLIAMS = ("r_convergent", "r_discriminant", "williams_t", "df", "p", "n_persons")


def pearson(x: Floats, y: Floats, confidence: float) -> dict[str, Any]:
    """r of the persons who have both, with Fisher's interval and the t test of r = 0: a row of `PEARSON` and note."""
    both = np.isfinite(x) & np.isfinite(y)
    x, y, n = x[both], y[both], int(both.sum())
    row: dict[str, Any] = dict.fromkeys(PEARSON, math.nan) | {"n_persons": n, "note": ""}
    if n < 3:
        return row | {"note": "too_few_persons"}
    if not (varies(x) and varies(y)):
        return row | {"note": "constant_scores"}
    row["r"] = r = float(np.clip(np.corrcoef(x, y)[0, 1], -1, 1))
    if abs(r) > 1 - NO_SPREAD:
        return row | {"note": "identical_scores"}
    row["p"] = float(2 * stats.t.sf(abs(r) * math.sqrt((n - 2) / (1 - r**2)), n - 2))
    if n > 3:
        half = float(stats.norm.ppf(1 - tail_of(confidence))) / math.sqrt(n - 3)
        row["low"], row["high"] = math.tanh(math.atanh(r) - half), math.tanh(math.atanh(r) + half)
    return row


def williams(x: Floats) -> dict[str, Any]:
    """t of r12 against r13 in one sample, with n - 3 degrees of freedom (Steiger, 1980): a row of `WILLIAMS` and note.

    `x` has shape (persons, 3): the shared measure first.
    """
    x = x[np.isfinite(x).all(axis=1)]
    n = len(x)
    row: dict[str, Any] = dict.fromkeys(WILLIAMS, math.nan) | {"n_persons": n, "note": ""}
    if n < 4:
        return row | {"note": "too_few_persons"}
    if not all(varies(column) for column in x.T):
        return row | {"note": "constant_scores"}
    r = np.asarray(np.corrcoef(x, rowvar=False), dtype=float)
    r12, r13, r23 = r[0, 1], r[0, 2], r[1, 2]
    row |= {"r_convergent": r12, "r_discriminant": r13, "df": n - 3}
    determinant = 1 - r12**2 - r13**2 - r23**2 + 2 * r12 * r13 * r23
    spread = 2 * (n - 1) / (n - 3) * determinant + (r12 + r13) ** 2 / 4 * (1 - r23) ** 3
    if spread <= NO_SPREAD:
        return row | {"note": "collinear"}
    row["williams_t"] = t = float((r12 - r13) * math.sqrt((n - 1) * (1 + r23) / spread))
    return row | {"p": float(2 * stats.t.sf(abs(t), n - 3))}


def add_holm(table: DataFrame) -> None:
    """Put the column p_holm beside p: adjusted over the whole table."""
    table.insert(list(table.columns).index("p") + 1, "p_holm", adjust(table["p"].to_numpy(dtype=float)))


def varies(x: Floats) -> bool:
    """Whether there are two different scores, beyond rounding."""
    there = x[np.isfinite(x)]
    return len(there) > 1 and bool(np.ptp(there) > no_spread(float(np.abs(there).max())))


def resampled_correlations(
    x: Floats,
    at: NDArray[np.intp],
    seed: int,
    resamples: int,
    strata: Sequence[Hashable] | None,
    confidence: float,
) -> Callable[[OfCorrelations], Bootstrap]:
    """Intervals of statistics of one set of resamples, whose correlations are computed once.

    `at`, shape (pairs, 2), tells which columns of the scores `x` are correlated.
    """
    n = len(x)
    present = np.isfinite(x)
    spreads_out = np.array([varies(column) for column in x.T], dtype=bool)
    seen = np.maximum(present.sum(axis=0), 1)
    centred = np.where(present, x, 0.0)
    centred = np.where(present & spreads_out, centred - centred.sum(axis=0) / seen, 0.0)
    spread = np.sqrt((centred**2).sum(axis=0) / seen)
    z = centred / np.where(spreads_out, spread, 1.0)
    a, b = z[:, at[:, 0]], z[:, at[:, 1]]
    both = (present[:, at[:, 0]] & present[:, at[:, 1]]).astype(float)
    sums = np.hstack([each * both for each in (np.ones_like(a), a, b, a**2, b**2, a * b)])

    def correlations(counts: Floats) -> Floats:
        m, of_a, of_b, of_aa, of_bb, of_ab = np.moveaxis((counts @ sums).reshape(len(counts), 6, len(at)), 1, 0)
        m = np.where(m < 3, math.nan, m)
        spreads = (of_aa - of_a**2 / m) * (of_bb - of_b**2 / m)
        r: Floats = (of_ab - of_a * of_b / m) / np.sqrt(np.where(spreads > NO_SPREAD, spreads, math.nan))
        return r

    draws = resampled(correlations, n, seed, resamples, strata, sums.shape[1])

    def interval(statistic: OfCorrelations) -> Bootstrap:
        values = statistic(draws.values) if len(draws.values) else draws.values
        return percentile_interval(draws, values, confidence)

    return interval
