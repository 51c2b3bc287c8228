"""How alike two columns of paired answers are: five measures, from sums that any resampling of pairs can add up."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from psychometrics.estimate import NO_SPREAD, Floats, Integers, sums_by_person
from psychometrics.pair_ranks import ratio, standard_ranks

MEASURES = ("cosine", "centred_cosine", "spearman", "vmd", "pcp")
ON_ONE_METRIC = ("cosine", "vmd", "pcp")  # the others compare patterns, whatever the two units are
CONSISTENT_WHEN_LOW = ("vmd",)
N, U, V, UU, VV, UV, GAP, CLOSE = range(8)  # the sums of a set of pairs; u and v are said and done, standardised
SUMS = 8
FEWEST = 3  # of two pairs any measure is chance


class Scale(NamedTuple):
    """Mean and SD of a column: a sum of squares far from 0 loses the digits that a spread is made of."""

    mean: float
    sd: float

    def of(self, values: Floats) -> Floats:
        standardised: Floats = (values - self.mean) / self.sd
        return standardised


@dataclass(frozen=True)
class Pairs:
    """Pairs of numbers without gaps: `said` and `done`, and the number of the person and of the item of each."""

    said: Floats
    done: Floats
    person: Integers
    item: Integers
    tau: float

    @property
    def n_persons(self) -> int:
        return int(self.person.max()) + 1

    @cached_property
    def scales(self) -> tuple[Scale, Scale]:
        return _scale(self.said), _scale(self.done)

    @cached_property
    def sums(self) -> Floats:
        """The sums of each single pair, shape (pairs, 8)."""
        u, v = (scale.of(x) for scale, x in zip(self.scales, (self.said, self.done), strict=True))
        gap = np.abs(self.said - self.done)
        return np.column_stack([np.ones(len(u)), u, v, u * u, v * v, u * v, gap, gap <= self.tau + NO_SPREAD])

    def measures(self, sums: Floats, rho: Floats) -> Floats:
        """The five measures of sets of pairs from their sums, shape (sets, 8), and their Spearman's rho.

        Shape (sets, 5). NaN where a set leaves one undefined.
        """
        enough = sums[:, N] >= FEWEST
        n, u, v, uu, vv, uv, gap, close = np.where(enough[:, None], sums, math.nan).T
        (x_mean, x_sd), (y_mean, y_sd) = self.scales
        xx = n * x_mean**2 + 2 * x_mean * x_sd * u + x_sd**2 * uu
        yy = n * y_mean**2 + 2 * y_mean * y_sd * v + y_sd**2 * vv
        xy = n * x_mean * y_mean + x_mean * y_sd * v + y_mean * x_sd * u + x_sd * y_sd * uv
        centred = ratio(uv - u * v / n, uu - u * u / n, vv - v * v / n)
        return np.column_stack([ratio(xy, xx, yy), centred, np.where(enough, rho, math.nan), gap / n, close / n])

    @cached_property
    def levels(self) -> tuple[Integers, Integers]:
        """Which of the distinct values of its column each number is, in ascending order."""
        said, done = (np.unique(each, return_inverse=True)[1] for each in (self.said, self.done))
        return said, done

    @cached_property
    def ranks(self) -> tuple[Floats, Floats]:
        """Mid-ranks of `said` and of `done` among all pairs, so standardised that a sum of products is a rho."""
        said, done = self.levels
        return standard_ranks(said), standard_ranks(done)


def measured(pairs: Pairs) -> Floats:
    """The five measures of all pairs together, in the order of `MEASURES`.

    Examples
    --------
    >>> said, done = np.array([1.0, 3.0, 5.0, 6.0]), np.array([2.0, 2.0, 5.0, 3.0])
    >>> measured(Pairs(said, done, np.zeros(4, int), np.arange(4), tau=1.0)).round(3)
    array([0.934, 0.638, 0.738, 1.25 , 0.75 ])
    """
    said, done = pairs.ranks
    rho = np.clip([said @ done], -1, 1)
    of_all: Floats = pairs.measures(pairs.sums.sum(axis=0, keepdims=True), rho)[0]
    return of_all


def sums_of_units(pairs: Pairs, unit: Integers) -> Floats:
    """The sums of the pairs of each unit, shape (units, 8)."""
    return sums_by_person(pairs.sums, unit, int(unit.max()) + 1)


def _scale(values: Floats) -> Scale:
    sd = float(values.std())
    return Scale(float(values.mean()), sd if np.ptp(values) > NO_SPREAD else 1.0)
