"""Two ordered answers cut from two normal traits: how likely each pair of answers is, and which correlation fits."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from psychometrics.estimate import Floats

LARGEST = 0.999  # a correlation of 1 makes cells impossible that were seen; lavaan stops here, too
FAR = 40.0  # as good as infinity: the normal distribution beyond it is 0 in double precision
MOST_STEPS = 60
SMALLEST = 1e-200  # information below it is none: the squares it is made of are lost to underflow


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
        # where r moves empty cells alone, the likelihood rises up to the end, by less and less until nothing is left:
        # to stop there would leave r wherever the steps happened to come from
        flat = information < SMALLEST
        rises = np.where(flat, r[left] > 0, score > 0)
        low[left], high[left] = np.where(rises, r[left], low[left]), np.where(rises, high[left], r[left])
        step = np.where(flat, np.sign(r[left]), score / np.maximum(information, SMALLEST))
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
