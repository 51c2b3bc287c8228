"""Spearman's rho of pairs when they are resampled or exchanged: mid-ranks without ranking everything again.

Values are given as `levels`: which of the distinct values of its column each is, in ascending order.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from psychometrics.bootstrap import NUMBERS_AT_ONCE
from psychometrics.estimate import NO_SPREAD, Floats, Integers

FEW_CELLS = 400  # distinct pairs of graded answers, such as 7 x 7; what is scored on a continuum has more


def standard_ranks(level: Integers) -> Floats:
    """Mid-ranks less their mean, divided by their root sum of squares: a sum of products is then a rho.

    NaN when all are equal.

    >>> standard_ranks(np.array([0, 2, 1, 2])).round(3)
    array([-0.707,  0.471, -0.236,  0.471])
    """
    sizes = np.bincount(level)
    ranks = (np.cumsum(sizes) - sizes / 2 - len(level) / 2)[level]
    size = math.sqrt(float(ranks @ ranks))
    standard: Floats = ranks / (size if size > NO_SPREAD else math.nan)
    return standard


def ratio(xy: Floats, xx: Floats, yy: Floats) -> Floats:
    """xy / sqrt(xx yy), NaN where xx or yy is what rounding left of 0.

    >>> ratio(np.array([1.0, 0.0]), np.array([4.0, 0.0]), np.array([1.0, 1.0]))
    array([0.5, nan])
    """
    defined = (xx > NO_SPREAD) & (yy > NO_SPREAD)
    cosine: Floats = np.clip(xy / np.sqrt(np.where(defined, xx * yy, math.nan)), -1, 1)
    return cosine


@dataclass(frozen=True)
class WeightedRho:
    """Spearman's rho when each unit, such as a person, enters several times with all its pairs.

    A rank counts what lies below, in every unit, so that the ranks of all resamples are one matrix product.
    """

    unit: Integers
    cells: Floats | None  # units x distinct pairs: how often each occurs; None when every pair stands for itself
    said_below: Floats  # units x distinct pairs: how many answers of the unit are less, and half of those equal
    done_below: Floats

    @property
    def width(self) -> int:
        """Numbers that one draw needs at once."""
        return 2 * int(self.said_below.shape[1])

    def __call__(self, counts: Floats) -> Floats:
        """From how often each unit was drawn, shape (draws, units), to (draws,); NaN where one side does not vary."""
        weights = counts[:, self.unit] if self.cells is None else counts @ self.cells
        half = weights.sum(axis=1, keepdims=True) / 2  # the mean of these ranks
        x, y = counts @ self.said_below - half, counts @ self.done_below - half
        wx, wy = weights * x, weights * y
        return ratio(*(np.einsum("ij,ij->i", a, b) for a, b in ((wx, y), (wx, x), (wy, y))))


def weighted_rho(said: Integers, done: Integers, unit: Integers) -> WeightedRho:
    """The rho of pairs, by level, as a function of how often their units are drawn.

    >>> rho = weighted_rho(np.array([0, 1, 2]), np.array([0, 2, 1]), np.array([0, 1, 2]))
    >>> rho(np.array([[1.0, 1.0, 1.0], [2.0, 1.0, 0.0], [3.0, 0.0, 0.0]]))
    array([0.5, 1. , nan])
    """
    n_units, n_done = int(unit.max()) + 1, int(done.max()) + 1
    cells, cell = np.unique(said * n_done + done, return_inverse=True)
    said_below, done_below = (_below(unit, each, n_units) for each in (said, done))
    # graded answers have few distinct pairs, and a resample is then a short table of how often each of them occurs
    if 4 * len(cells) > len(said):
        return WeightedRho(unit, None, said_below[:, said], done_below[:, done])
    counts = np.bincount(unit * len(cells) + cell, minlength=n_units * len(cells)).reshape(n_units, -1)
    return WeightedRho(unit, counts.astype(float), said_below[:, cells // n_done], done_below[:, cells % n_done])


def rhos_with_gaps(said: Integers, done: Integers, person: Integers, item: Integers, partner: Integers) -> Floats:
    """Rho when persons get the `done` of a partner who lacks some of their items; those pairs are left out.

    Parameters
    ----------
    said, done, person, item : shape (pairs,)
    partner : shape (permutations, persons)

    Returns
    -------
    array, shape (permutations,)

    Examples
    --------
    >>> person, item = np.array([0, 0, 0, 1, 1, 1, 1]), np.array([0, 1, 2, 0, 1, 2, 3])
    >>> up = np.array([0, 1, 2, 0, 1, 2, 3])
    >>> rhos_with_gaps(up, up, person, item, np.array([[0, 1], [1, 0]]))
    array([1., 1.])
    """
    grid = np.full((int(person.max()) + 1, int(item.max()) + 1), -1)
    grid[person, item] = done
    n_said, n_done = int(said.max()) + 1, int(done.max()) + 1
    if n_said * n_done > FEW_CELLS:
        return _rhos_by_pair(said, grid, person, item, partner)
    # how often each pair of answers occurs is summed from persons, whose tables with any partner are made once
    tables = np.zeros((len(partner), n_said * n_done))
    for each in range(len(grid)):
        own = person == each
        of_partner = grid[:, item[own]]
        whose, which = np.nonzero(of_partner >= 0)
        cell = said[own][which] * n_done + of_partner[whose, which]
        size = tables.shape[1]
        table = np.bincount(whose * size + cell, minlength=len(grid) * size).reshape(-1, size)
        tables += table[partner[:, each]]
    crossed = tables.reshape(len(partner), n_said, n_done)
    sides = crossed.sum(axis=2), crossed.sum(axis=1)
    x, y = (np.cumsum(each, axis=1) - each / 2 - each.sum(axis=1, keepdims=True) / 2 for each in sides)
    xy = ((crossed @ y[:, :, None])[:, :, 0] * x).sum(axis=1)
    return ratio(xy, (sides[0] * x**2).sum(axis=1), (sides[1] * y**2).sum(axis=1))


def _rhos_by_pair(said: Integers, grid: Integers, person: Integers, item: Integers, partner: Integers) -> Floats:
    rho = np.empty(len(partner))
    at_once = max(1, NUMBERS_AT_ONCE // len(said))
    for start in range(0, len(partner), at_once):
        block = slice(start, start + at_once)
        of_partner = grid[partner[block][:, person], item]
        permutation, pair = np.nonzero(of_partner >= 0)
        n = len(of_partner)
        x = _below(permutation, said[pair], n, less_mean=True)[permutation, said[pair]]
        level = of_partner[permutation, pair]
        y = _below(permutation, level, n, less_mean=True)[permutation, level]
        sums = (np.bincount(permutation, each, n).astype(float) for each in (x * y, x * x, y * y))
        rho[block] = ratio(*sums)
    return rho


def _below(unit: Integers, level: Integers, n_units: int, *, less_mean: bool = False) -> Floats:
    """How many answers of each unit lie below each level, and half of those on it, shape (units, levels)."""
    n_levels = int(level.max(initial=0)) + 1
    sizes = np.bincount(unit * n_levels + level, minlength=n_units * n_levels).reshape(n_units, n_levels)
    below: Floats = np.cumsum(sizes, axis=1) - sizes / 2
    return below - sizes.sum(axis=1, keepdims=True) / 2 if less_mean else below
