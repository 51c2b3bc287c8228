"""A scale cut in two: correlations of halves, and what all splits give."""

from __future__ import annotations

import dataclasses
import itertools
import math
from dataclasses import dataclass

import numpy as np
from pandas import DataFrame
from scipy import special, stats

from psychometrics.alpha import cronbach_alpha
from psychometrics.covariances import ROUNDING, answered, correlations, covariances, numbers
from psychometrics.estimate import NO_SPREAD, Estimate, Floats, Missing, tail_of

MOST_ENUMERATED = 16  # 6,435 splits; 18 items have 24,310, which a sample tells as well
SAMPLED = 10_000


@dataclass(frozen=True)
class Halves:
    """One way of cutting a scale in two.

    Attributes
    ----------
    r : Estimate
        Correlation of the halves.
    spearman_brown, flanagan_rulon, horst : Estimate
        Reliability of the whole scale: of parallel halves of equal length, of halves of any variances, of halves of
        unequal length.
    items : tuple of two tuples
        Names of the items of each half.
    """

    r: Estimate
    spearman_brown: Estimate
    flanagan_rulon: Estimate
    horst: Estimate
    items: tuple[tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True)
class SplitHalf:
    """Split-half reliability: two usual splits, and what all splits give.

    Attributes
    ----------
    odd_even, first_second : Halves
        Items by position, the first of odd numbers in the first half; and in the order of the columns.
    all_splits : DataFrame
        Columns metric ("covariance", "correlation"), listing, n_splits, mean, sd, low, median, high (2.5 and 97.5 %),
        smallest, largest, best_half (names). Of 2 (1 - (Va + Vb) / V) for every split in halves of k // 2 and the
        rest (Guttman's lambda4 is the largest; their mean is alpha when k is even). `listing` is "all", "sample"
        (above 16 items), or "psych": for an odd number of items R's psych 2.2.9 stops halfway through its list of
        splits.
    note : str
        Code why `all_splits` is empty, else "".
    """

    odd_even: Halves
    first_second: Halves
    all_splits: DataFrame
    note: str


def split_half(
    items: DataFrame, *, missing: Missing = "pairwise", seed: int = 0, confidence: float = 0.95
) -> SplitHalf:
    """Split-half reliability (Spearman, 1910; Brown, 1910; Rulon, 1939; Horst, 1951; Guttman, 1945).

    Parameters
    ----------
    items : DataFrame, shape (persons, items)
        Keyed values, one row a person; NaN is a missing answer.
    missing : "pairwise" or "listwise"
        Pairwise builds the halves' variances from pairwise covariances.
    seed : int
        Of the sample of 10,000 splits above 16 items.
    confidence : float in (0, 1)

    Returns
    -------
    SplitHalf
        No unit, at most 1. Intervals: r Fisher's z, and what it becomes in `spearman_brown` and, if it is above 0, in `horst`;
        `flanagan_rulon` Feldt for two parts. NaN with the notes of `cronbach_alpha`, and `zero_variance` when a half
        does not vary. `negative_split_correlation` keeps the values of halves that contradict each other, but for
        `horst`, whose formula is blind to the sign (its result is `formula` in `extra`); `degenerate_identical_items` marks an r of 1, without interval.

    Examples
    --------
    >>> table = DataFrame({"a": [1, 2, 4, 5, 3], "b": [2, 2, 3, 4, 4], "c": [1, 3, 4, 5, 2], "d": [2, 1, 5, 4, 4]})
    >>> found = split_half(table)
    >>> found.odd_even.spearman_brown, found.odd_even.items
    (Estimate(0.812 [-1.999, 0.988], n=5), (('a', 'c'), ('b', 'd')))
    >>> found.all_splits.loc[0, ["n_splits", "mean", "largest"]].astype(float).round(3).tolist()
    [3.0, 0.891, 0.954]
    """
    alpha = cronbach_alpha(items, missing=missing)
    everything = numbers(items)
    x = everything[answered(everything, missing)]
    names = [str(each) for each in items.columns]
    k = len(names)
    base = dataclasses.replace(
        alpha, value=math.nan, low=math.nan, high=math.nan, method="", extra={}, confidence=confidence
    )
    c = covariances(x) if alpha.estimable else np.full((k, k), math.nan)
    odd_even = _halves(c, [each % 2 == 0 for each in range(k)], names, base)
    first_second = _halves(c, [each < math.ceil(k / 2) for each in range(k)], names, base)
    columns = ["metric", "listing", "n_splits", "mean", "sd", "low", "median", "high"]
    columns += ["smallest", "largest", "best_half"]
    rows = []
    if alpha.estimable:
        splits, sampled = splits_of(k, seed)
        for metric, matrix in (("covariance", c), ("correlation", correlations(_or_nan(c)))):
            if not np.isnan(matrix).any():
                values = split_bounds(matrix, splits)
                rows.append((metric, "sample" if sampled else "all", *_described(values, len(values), splits, names)))
                # psych goes on until it has tried half of all splits, rounded up, and divides by half of them
                tried = values[: math.ceil(math.comb(k, k // 2) / 2)] if k % 2 and not sampled else values
                over = math.comb(k, k // 2) / 2 if k % 2 and not sampled else len(values)
                rows.append((metric, "psych", *_described(tried, over, splits, names)))
    note = alpha.note if not alpha.estimable else ""
    return SplitHalf(odd_even, first_second, DataFrame(rows, columns=columns), note)


def n_splits(k: int) -> int:
    return math.comb(k, k // 2) // (1 if k % 2 else 2)


def splits_of(k: int, seed: int) -> tuple[Floats, bool]:
    """Halves as rows of 0 and 1, shape (splits, items), in lexical order; and whether they are a sample."""
    if k <= MOST_ENUMERATED:
        n = n_splits(k)
        # with an even number of items, the second half of the list is the first with its halves exchanged
        chosen = np.array(list(itertools.islice(itertools.combinations(range(k), k // 2), n)))
        halves = np.zeros((n, k))
        halves[np.arange(n)[:, None], chosen] = 1
        return halves, False
    order = np.random.default_rng(seed).random((SAMPLED, k)).argsort(axis=1)
    return (order < k // 2).astype(float), True


def split_bounds(c: Floats, splits: Floats) -> Floats:
    """2 (1 - (Va + Vb) / V) of each split."""
    between = ((splits @ c) * (1 - splits)).sum(axis=1)
    bounds: Floats = 4 * between / c.sum()
    return bounds


def _described(values: Floats, over: float, splits: Floats, names: list[str]) -> tuple[object, ...]:
    # of splits that are equally good but for rounding, the first
    best = splits[int(np.argmax(values >= values.max() - NO_SPREAD))].tolist()
    low, median, high = np.quantile(values, [0.025, 0.5, 0.975])
    sd = float(values.std(ddof=1)) if len(values) > 1 else math.nan
    half = tuple(name for name, chosen in zip(names, best, strict=True) if chosen)
    spread = (float(low), float(median), float(high), float(values.min()), float(values.max()))
    return (len(values), float(values.sum() / over), sd, *spread, half)


def _or_nan(c: Floats) -> Floats:
    """Covariances with NaN for items without variance, which have no correlation."""
    varies = np.diag(c) > NO_SPREAD**2
    matrix: Floats = np.where(np.outer(varies, varies), c, math.nan)
    return matrix


def _halves(c: Floats, first: list[bool], names: list[str], base: Estimate) -> Halves:
    half = np.array(first, dtype=float)
    other = 1 - half
    here = tuple(name for name, own in zip(names, first, strict=True) if own)
    named = (here, tuple(name for name, own in zip(names, first, strict=True) if not own))
    va, vb, between = float(half @ c @ half), float(other @ c @ other), float(half @ c @ other)

    def all_alike(estimate: Estimate) -> Halves:
        return Halves(estimate, estimate, estimate, estimate, named)

    if base.note and not math.isfinite(va):
        return all_alike(base)
    # items that make up for each other leave a half no variance, but for rounding
    if min(va, vb) <= max(NO_SPREAD**2, ROUNDING * float(np.trace(c))):
        return all_alike(dataclasses.replace(base, note="zero_variance"))
    r = between / math.sqrt(va * vb)
    if abs(r) > 1 + NO_SPREAD:
        return all_alike(dataclasses.replace(base, note="contradictory_covariances"))
    if abs(r) <= NO_SPREAD:
        r = 0.0  # on which side of it rounding falls is no sign
    p = float(half.mean())
    note = base.note
    if r < 0:
        note = "negative_split_correlation"
    bounds = (math.nan, math.nan)
    if 1 - abs(r) <= NO_SPREAD:
        note = "degenerate_identical_items" if r > 0 else note
    elif base.n_persons > 3:
        wide = float(stats.norm.ppf(1 - tail_of(base.confidence))) / math.sqrt(base.n_persons - 3)
        bounds = math.tanh(math.atanh(r) - wide), math.tanh(math.atanh(r) + wide)
    rulon = 4 * between / (va + vb + 2 * between) if va + vb + 2 * between > NO_SPREAD**2 else math.nan
    tail = tail_of(base.confidence)
    above, below = special.fdtri(base.n_persons - 1, base.n_persons - 1, [1 - tail, tail])
    feldt = (1 - (1 - rulon) * above, 1 - (1 - rulon) * below) if note != "degenerate_identical_items" else bounds

    # the formula is blind to the sign of r, so an end below 0 has none
    unequal = (_horst(bounds[0], p), _horst(bounds[1], p)) if bounds[0] >= 0 else (math.nan, math.nan)

    def told(value: float, ends: tuple[float, float], method: str) -> Estimate:
        if math.isnan(value):
            return dataclasses.replace(base, note=note or "zero_total_variance")
        known = not math.isnan(ends[0])
        return dataclasses.replace(
            base, value=value, low=ends[0], high=ends[1], method=method if known else "", note=note
        )

    return Halves(
        told(min(r, 1.0), bounds, "Fisher"),
        told(_spearman_brown(r), (_spearman_brown(bounds[0]), _spearman_brown(bounds[1])), "Fisher"),
        told(rulon, feldt, "Feldt"),
        dataclasses.replace(
            told(_horst(r, p) if r >= 0 else math.nan, unequal, "Fisher"), extra={"formula": _horst(r, p)}
        ),
        named,
    )


def _spearman_brown(r: float) -> float:
    return 2 * r / (1 + r) if r > NO_SPREAD - 1 else math.nan


def _horst(r: float, p: float) -> float:
    """Reliability of the whole from halves that hold the shares p and 1 - p of the items."""
    if r >= 1 - NO_SPREAD:
        return 1.0
    if math.isnan(r) or r <= NO_SPREAD - 1:
        return math.nan
    q = p * (1 - p)
    return (math.sqrt(r**4 + 4 * r**2 * (1 - r**2) * q) - r**2) / (2 * q * (1 - r**2))
