"""Polychoric correlations: how the traits behind ordered answers correlate, and the alpha that follows from them.

Two steps, as lavaan and psych take them: thresholds from each item's own answers, then one correlation for each pair
of items, given those. With two categories it is the tetrachoric correlation.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike
from pandas import DataFrame
from scipy import sparse, special

from psychometrics.covariances import ROUNDING, answered, numbers
from psychometrics.estimate import (
    Detail,
    Estimate,
    Floats,
    Integers,
    Missing,
    numbered,
    one_each,
    persona_bootstrap,
    undefined,
)

LARGEST = 0.999  # a correlation of 1 makes cells impossible that were seen; lavaan stops here, too
FAR = 40.0  # as good as infinity: the normal distribution beyond it is 0 in double precision
MOST_STEPS = 60


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
    codes, categories = _coded(x, most_categories)
    note = _why_not(x, codes, categories, most_categories)
    cells = max(len(categories) - 1, 0)
    blank = note in ("too_few_persons", "too_many_categories")
    r = np.full((k, k), math.nan)
    thresholds = np.full((k, 0 if blank else cells), math.nan)
    warnings: tuple[str, ...] = ()
    if not blank:
        thresholds = _thresholds(_margins(codes, len(categories)))
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


def ordinal_alpha(
    items: DataFrame,
    *,
    persona: Iterable[Hashable] | None = None,
    strata: Iterable[Hashable] | None = None,
    missing: Missing = "pairwise",
    seed: int = 0,
    resamples: int = 1000,
    confidence: float = 0.95,
    smooth: bool = False,
    most_categories: int = 15,
) -> Estimate:
    """Standardised alpha of the polychoric correlations (Zumbo, Gadermann and Zeisser, 2007).

    It is the alpha of the traits behind the answers, not of the scale score that is printed: larger, as a rule.

    Parameters
    ----------
    items : DataFrame, shape (rows, items)
        Keyed ordered answers; NaN is a missing answer.
    persona : labels, length rows, optional
        Without it every row is another person. With it rows repeat personas, which the interval draws whole.
    strata : labels, length rows, optional
        Assigned pole of each row's persona: the bootstrap draws within poles.
    missing : "pairwise" or "listwise"
    seed, resamples : int
        Of the persona bootstrap; 0 resamples give no interval.
    confidence : float in (0, 1)
    smooth, most_categories
        See `polychoric`; resamples are never smoothed.

    Returns
    -------
    Estimate
        No unit, in (-inf, 1]. NaN with a note: those of `polychoric`, `constant_items` (any item constant: its
        polychoric correlations do not exist; see `alpha_varying_items` in `extra`), `no_joint_answers`,
        `contradictory_covariances` (the correlations sum to nothing), `no_person_facet` (one persona only).
        `negative_average_covariance` marks a negative value, `degenerate_identical_items` one from items that are
        copies (no interval). In `extra`: `average_r` (polychoric), and
        `standard_error` of the bootstrap.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({"a": [1, 1, 1, 2, 2, 2, 3, 3], "b": [1, 1, 2, 2, 2, 1, 2, 2]})
    >>> ordinal_alpha(answers, resamples=0)
    Estimate(0.855, n=8)
    """
    person, labels = numbered(range(len(items)) if persona is None else persona)
    if len(person) != len(items):
        raise ValueError(f"persona: {len(person)} labels for {len(items)} rows; one each is needed")
    kept = answered(numbers(items), missing)
    heard, person_of_row = np.unique(person[kept], return_inverse=True)
    found = polychoric(items, missing=missing, smooth=smooth, most_categories=most_categories)
    k, n = found.n_items, len(heard)

    def none(note: str, **extra: Detail) -> Estimate:
        return undefined(note, n_persons=n, n_items=k, missing=missing, warnings=found.warnings, extra=extra)

    if persona is not None and len(labels) == 1:
        return none("no_person_facet")
    if n < 3 and k > 1:
        return none("too_few_persons")
    if found.note:
        return none(found.note)
    r = found.correlations.to_numpy()
    varying = np.isfinite(np.diag(r))
    constant = tuple(found.correlations.columns[~varying])
    of_varying = float(_alpha(r[np.ix_(varying, varying)]))
    if constant:
        return none("constant_items", constant_items=constant, alpha_varying_items=of_varying)
    if np.isnan(r).any():
        return none("no_joint_answers")
    if math.isnan(of_varying):
        return none("contradictory_covariances")
    note = "negative_average_covariance" if of_varying < 0 else ""
    if (np.abs(r) >= LARGEST).all():
        note = "degenerate_identical_items"
    extra: dict[str, Detail] = {
        "average_r": float((r.sum() - k) / (k * (k - 1))),
        "n_categories": len(found.categories),
    }
    estimate = Estimate(
        of_varying,
        n_persons=n,
        n_items=k,
        missing=missing,
        note=note,
        warnings=found.warnings,
        extra=extra,
    )
    if resamples < 1 or note == "degenerate_identical_items":
        return estimate
    poles = None if strata is None else one_each(strata, person, "strata")
    codes = _coded(numbers(items)[kept], most_categories)[0]
    sums = _person_sums(codes, len(found.categories), person_of_row, n)
    drawn = persona_bootstrap(
        _alphas(sums, k, len(found.categories), r),
        n,
        seed=seed,
        resamples=resamples,
        strata=None if poles is None else [poles[each] for each in heard],
        confidence=confidence,
        width=sums.shape[1],
    )
    return dataclasses.replace(
        estimate,
        low=drawn.low,
        high=drawn.high,
        method=drawn.method,
        confidence=confidence,
        warnings=found.warnings + drawn.warnings,
        extra={**extra, "standard_error": drawn.standard_error},
    )


def bivariate_normal(h: ArrayLike, k: ArrayLike, correlation: ArrayLike) -> Floats:
    """P(X < h, Y < k) of two standard normal variables, through Owen's T function (Owen, 1956); to about 1e-15.

    >>> bivariate_normal(0.0, 0.0, 0.5).round(6)
    np.float64(0.333333)
    """
    # exactly 0 would divide by 0; so near to it, the quotients take their limits
    a, b = (np.where(np.abs(each) < 1e-150, 1e-150, np.clip(each, -FAR, FAR)) for each in (h, k))
    r = np.asarray(correlation, dtype=float)
    rest = np.sqrt((1 - r) * (1 + r))
    opposite = np.where((a > 0) == (b > 0), 0.0, 0.5)
    corner = special.owens_t(a, (b / a - r) / rest) + special.owens_t(b, (a / b - r) / rest)
    probability: Floats = (special.ndtr(a) + special.ndtr(b)) / 2 - corner - opposite
    return probability


def two_step(tables: Floats, rows: Floats, columns: Floats, start: Floats | None = None) -> Floats:
    """Maximum likelihood correlation of each table given its thresholds, by Fisher scoring on all tables at once.

    Parameters
    ----------
    tables : array, shape (tables, categories, categories)
        How often each pair of answers was given.
    rows, columns : arrays, shape (tables, categories - 1)
        Thresholds of the two items; infinite where nobody is on one side.
    start : array, shape (tables,), optional

    Returns
    -------
    array, shape (tables,)
        In [-0.999, 0.999]; NaN for an empty table or one where an item does not vary.

    Examples
    --------
    >>> two_step(np.array([[[40.0, 10.0], [10.0, 40.0]]]), np.zeros((1, 1)), np.zeros((1, 1))).round(4)
    array([0.809])
    """
    tables = _without_the_empty_corner(tables)
    n = tables.sum(axis=(1, 2))
    defined = (n > 0) & np.isfinite(rows).any(axis=1) & np.isfinite(columns).any(axis=1)
    r = np.zeros(len(tables)) if start is None else np.clip(start, -0.9, 0.9)
    low, high = np.full(len(tables), -LARGEST), np.full(len(tables), LARGEST)
    left = np.flatnonzero(defined)
    for _ in range(MOST_STEPS):
        if not len(left):
            break
        score, information = _slope(tables[left], rows[left], columns[left], r[left])
        low[left], high[left] = np.where(score > 0, r[left], low[left]), np.where(score > 0, high[left], r[left])
        step = score / np.maximum(information, ROUNDING)
        # half-way to the end at most: beyond, cells that were seen have no probability left in double precision
        new = r[left] + np.clip(step, -(r[left] + 1) / 2, (1 - r[left]) / 2)
        inside = (new > low[left]) & (new < high[left])
        new = np.where(inside, new, np.where(np.abs(new) >= LARGEST, np.sign(new) * LARGEST, (low + high)[left] / 2))
        moved = np.abs(new - r[left])
        r[left] = new
        left = left[(moved > 1e-9) & (np.abs(new) < LARGEST)]
    return np.where(defined, r, math.nan)


def _slope(tables: Floats, rows: Floats, columns: Floats, r: Floats) -> tuple[Floats, Floats]:
    """Derivative of the log likelihood by the correlation, and its information."""
    h, k, rho = rows[:, :, None], columns[:, None, :], r[:, None, None]
    below = np.zeros((len(tables), rows.shape[1] + 2, columns.shape[1] + 2))
    below[:, 1:-1, 1:-1] = bivariate_normal(h, k, rho)
    below[:, -1, 1:-1], below[:, 1:-1, -1], below[:, -1, -1] = special.ndtr(columns), special.ndtr(rows), 1.0
    h, k = np.clip(h, -FAR, FAR), np.clip(k, -FAR, FAR)
    rest = (1 - rho) * (1 + rho)
    density = np.zeros_like(below)
    density[:, 1:-1, 1:-1] = np.exp(-((h - rho * k) ** 2 / rest + k**2) / 2) / (2 * math.pi * np.sqrt(rest))
    probability = np.maximum(np.diff(np.diff(below, axis=1), axis=2), 1e-15)
    change = np.diff(np.diff(density, axis=1), axis=2) / probability
    score = (tables * change).sum(axis=(1, 2))
    return score, tables.sum(axis=(1, 2)) * (probability * change**2).sum(axis=(1, 2))


def _without_the_empty_corner(tables: Floats) -> Floats:
    """Two-by-two tables (also among more categories) with one empty cell, half an answer moved into it."""
    used_rows, used_columns = tables.sum(axis=2) > 0, tables.sum(axis=1) > 0
    block = used_rows[:, :, None] & used_columns[:, None, :]
    small = (used_rows.sum(axis=1) == 2) & (used_columns.sum(axis=1) == 2)
    small &= ((tables == 0) & block).sum(axis=(1, 2)) == 1
    if not small.any():
        return tables
    tables = tables.astype(float)
    for each in np.flatnonzero(small):
        where = np.ix_(*(np.flatnonzero(used[each]) for used in (used_rows, used_columns)))
        square = tables[each][where]
        sign = 1.0 if square[0, 0] == 0 or square[1, 1] == 0 else -1.0
        tables[each][where] = square + sign * np.array([[0.5, -0.5], [-0.5, 0.5]])
    return tables


def _coded(x: Floats, most_categories: int) -> tuple[Integers, Floats]:
    """Answers as category numbers, -1 for none, and the categories; whole numbers close together have no gaps."""
    seen = np.unique(x[np.isfinite(x)])
    if len(seen) and (seen == np.round(seen)).all() and np.ptp(seen) < most_categories:
        seen = np.arange(seen[0], seen[-1] + 1)
    codes = np.searchsorted(seen, np.where(np.isfinite(x), x, seen[0] if len(seen) else 0.0))
    return np.where(np.isfinite(x), codes, -1), seen


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


def _thresholds(margins: Floats) -> Floats:
    """From counts, shape (..., categories), to thresholds; infinite where nobody is on one side."""
    total = margins.sum(axis=-1, keepdims=True)
    below = np.cumsum(margins, axis=-1)[..., :-1]
    thresholds: Floats = special.ndtri(np.where(total > 0, below / np.maximum(total, 1), 1.0))
    return thresholds


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


def _alpha(r: Floats) -> Floats:
    """Standardised alpha of correlations, shape (..., items, items)."""
    k, total = r.shape[-1], r.sum(axis=(-2, -1))
    alpha: Floats = k / (k - 1) * (1 - k / np.where(total > ROUNDING, total, math.nan))
    return alpha


def _person_sums(codes: Integers, categories: int, person: Integers, n_persons: int) -> sparse.csr_matrix:
    """What the bootstrap draws: each person's answers, one column an item's answer, then one a pair of answers."""
    rows, columns = [], []
    k = codes.shape[1]
    for i in range(k):
        has = np.flatnonzero(codes[:, i] >= 0)
        rows.append(person[has])
        columns.append(i * categories + codes[has, i])
    for each, (i, j) in enumerate(combinations(range(k), 2)):
        has = np.flatnonzero((codes[:, i] >= 0) & (codes[:, j] >= 0))
        rows.append(person[has])
        columns.append(k * categories + each * categories**2 + codes[has, i] * categories + codes[has, j])
    row, column = np.concatenate(rows), np.concatenate(columns)
    shape = (n_persons, k * categories + k * (k - 1) // 2 * categories**2)
    return sparse.csr_matrix((np.ones(len(row)), (row, column)), shape=shape)


def _alphas(sums: sparse.csr_matrix, k: int, categories: int, around: Floats) -> Callable[[Floats], Floats]:
    pairs = np.triu_indices(k, 1)

    def statistic(counts: Floats) -> Floats:
        drawn = (sums.T @ counts.T).T
        thresholds = _thresholds(drawn[:, : k * categories].reshape(len(counts), k, categories))
        tables = drawn[:, k * categories :].reshape(-1, categories, categories)
        a, b = (thresholds[:, each].reshape(-1, categories - 1) for each in pairs)
        r = np.ones((len(counts), k, k))
        r[:, pairs[0], pairs[1]] = two_step(tables, a, b, np.tile(around[pairs], len(counts))).reshape(len(counts), -1)
        r[:, pairs[1], pairs[0]] = r[:, pairs[0], pairs[1]]
        return _alpha(r)

    return statistic
