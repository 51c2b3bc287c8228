"""Variance components of a crossed design with holes, from squared differences of two answers (Koch, 1967)."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from typing import TypeVar

import numpy as np

from psychometrics.estimate import Floats, Integers

Facet = TypeVar("Facet", int, str)
Facets = tuple[str, ...]
CHANCE = "chance"  # between replicates of one cell


class SquaredDifferences:
    """Number and sum of squares of pairs of answers that share a set of facets, for any resample of the persons.

    Over a group of n answers, the squared differences of all ordered pairs sum to 2 (n sum y^2 - (sum y)^2). Groups
    within a person count as often as the person was drawn; groups across persons are filled anew in each draw, and
    the copies of a person who was drawn twice count as two persons.
    """

    def __init__(self, codes: Sequence[Integers], n: Sequence[int], y: Floats) -> None:
        self.facets = len(n)
        self.person, self.n_persons = codes[0], n[0]
        self.y = y
        self.answers = np.bincount(self.person, minlength=self.n_persons)
        cell = np.ravel_multi_index(tuple(codes), tuple(n))
        in_cell = np.unique(cell, return_counts=True)[1]
        self.replicated = bool(in_cell.max() > 1)
        self.replicates = int(in_cell[0]) if in_cell.min() == in_cell.max() else None
        self.within: dict[tuple[int, ...], Floats] = {}
        self.across: dict[tuple[int, ...], Floats] = {}
        for shared in _subsets(range(self.facets)):
            sizes = tuple(n[each] for each in shared)
            group = np.ravel_multi_index(tuple(codes[each] for each in shared), sizes) if shared else 0 * self.person
            if 0 in shared:
                self.within[shared] = self._of_persons(group)
            else:
                self.across[shared] = self._of_groups(group, math.prod(sizes))
        self.width = 3 * max(each.shape[1] for each in self.across.values())

    def components(self, counts: Floats, matrix: Floats) -> Floats:
        """Variance components, shape (draws, components), from how often each person was drawn; `matrix` of `design`."""
        sharing: dict[tuple[int, ...], tuple[Floats, Floats]] = {}
        for shared, constant in self.within.items():
            pairs, squares = (counts @ constant).T
            sharing[shared] = pairs, squares
        for shared, sums in self.across.items():
            n, total, squared = np.moveaxis((counts @ sums).reshape(len(counts), 3, -1), 1, 0)
            sharing[shared] = (n**2).sum(axis=1), 2 * ((n * squared).sum(axis=1) - (total**2).sum(axis=1))
        everything = tuple(range(self.facets))
        means = []
        for shared in _subsets(range(self.facets)):
            if shared == everything and not self.replicated:
                continue
            pairs, squares = np.zeros(len(counts)), np.zeros(len(counts))
            for more in _subsets(range(self.facets)):
                if set(shared) <= set(more):
                    sign = (-1) ** (len(more) - len(shared))
                    pairs, squares = pairs + sign * sharing[more][0], squares + sign * sharing[more][1]
            if shared == everything:  # each answer made a pair with itself
                pairs = pairs - counts @ self.answers
            means.append(squares / np.where(pairs > 0.5, 2 * pairs, math.nan))
        return np.linalg.solve(matrix, np.array(means)).T

    def _of_persons(self, group: Integers) -> Floats:
        """Ordered pairs within the groups of each person, and their squared differences, shape (persons, 2)."""
        _, first, which = np.unique(group, return_index=True, return_inverse=True)
        n, total, squared = (np.bincount(which, weights=each) for each in (np.ones(len(group)), self.y, self.y**2))
        found = np.zeros((self.n_persons, 2))
        np.add.at(found, self.person[first], np.column_stack([n**2, 2 * (n * squared - total**2)]))
        return found

    def _of_groups(self, group: Integers, size: int) -> Floats:
        """Number, sum and sum of squares of each person's answers in each group, shape (persons, 3 groups)."""
        found = np.zeros((self.n_persons, 3, size))
        for i, each in enumerate((np.ones(len(self.y)), self.y, self.y**2)):
            np.add.at(found[:, i], (self.person, group), each)
        return found.reshape(self.n_persons, -1)


def design(facets: Facets, replicated: bool) -> tuple[list[Facets], Floats]:
    """Which components half the squared difference of two answers holds: all that hold a facet they do not share."""
    names: list[Facets] = [each for each in _subsets(facets) if each]
    patterns = [each for each in _subsets(facets) if each != facets or replicated]
    if replicated:
        names.append((CHANCE,))
    matrix = [[float(each == (CHANCE,) or not set(each) <= set(shared)) for each in names] for shared in patterns]
    return names, np.array(matrix)


def _subsets(of: Iterable[Facet]) -> list[tuple[Facet, ...]]:
    pool = tuple(of)
    return [each for size in range(len(pool) + 1) for each in itertools.combinations(pool, size)]
