"""What paired answers look like when they are not those of a pair: `done` exchanged over items, or over persons."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence

import numpy as np
from scipy import sparse

from psychometrics.bootstrap import NUMBERS_AT_ONCE
from psychometrics.estimate import NO_SPREAD, Floats, Integers, numbered
from psychometrics.pair_measures import CLOSE, GAP, SUMS, UU, UV, VV, N, Pairs, U, V
from psychometrics.pair_ranks import rhos_with_gaps


def exchanged_over_items(pairs: Pairs, permutations: int, random: np.random.Generator) -> tuple[Floats, str]:
    """The five measures when `done` is permuted over the items of each person, independently.

    Returns
    -------
    array, shape (permutations, 5)
        In the order of `MEASURES`. Without rows when the note says why nothing can be exchanged: `one_item`.

    Examples
    --------
    >>> same = np.array([1.0, 2.0, 3.0])
    >>> pairs = Pairs(same, same, np.zeros(3, int), np.arange(3), tau=0.0)
    >>> exchanged, _ = exchanged_over_items(pairs, 200, np.random.default_rng(1))
    >>> sorted({float(each) for each in exchanged[:, 4].round(2)})  # of three items none, one or all keep their answer
    [0.0, 0.33, 1.0]
    """
    sizes = np.bincount(pairs.person)
    if sizes.max() < 2:
        return np.empty((0, 5)), "one_item"
    rows = np.argsort(pairs.person, kind="stable")
    starts = np.cumsum(sizes) - sizes
    changed = np.zeros((permutations, 4))
    for k in np.unique(sizes):
        # Persons share a list of orders, each takes it in a sequence of its own, so that two of them meet in the same
        # order once in `permutations`. All sums of all of them are then one sparse product.
        orders = random.permuted(np.tile(np.arange(k), (permutations, 1)), axis=1)
        chosen = sparse.csr_array(
            (np.ones(orders.size), (np.arange(k) * k + orders).ravel(), np.arange(0, orders.size + 1, k)),
            shape=(permutations, k * k),
        )
        persons = np.flatnonzero(sizes == k)
        at_once = max(16, NUMBERS_AT_ONCE // (4 * k * k))
        for some in np.split(persons, range(at_once, len(persons), at_once)):
            tables = _of_two_items(pairs, rows[starts[some][:, None] + np.arange(k)])
            of_persons = (chosen @ tables).reshape(permutations, len(some), 4)
            for each in range(len(some)):
                changed += of_persons[random.permutation(permutations), each]
    sums = np.tile(pairs.sums.sum(axis=0), (permutations, 1))  # everybody keeps the same answers
    sums[:, [UV, GAP, CLOSE]] = changed[:, :3]
    return pairs.measures(sums, np.clip(changed[:, 3], -1, 1)), ""


def exchanged_over_persons(
    pairs: Pairs, poles: Sequence[Hashable] | None, permutations: int, random: np.random.Generator
) -> tuple[Floats, str]:
    """The five measures when persons of one pole get each other's `done`, all items of a person together.

    A pair whose new partner lacks the item is left out of that permutation.

    Parameters
    ----------
    pairs : Pairs
    poles : sequence by number of the person, or None
        Persons exchange within it; None: with everybody.

    Returns
    -------
    array, shape (permutations, 5)
        In the order of `MEASURES`. Without rows when the note says why nothing can be exchanged: `one_person`,
        `one_person_per_pole`, `no_common_items`.

    Examples
    --------
    >>> same = np.array([1.0, 2.0, 3.0, 3.0, 2.0, 1.0])
    >>> pairs = Pairs(same, same, np.repeat([0, 1], 3), np.tile([0, 1, 2], 2), tau=0.0)
    >>> exchanged, _ = exchanged_over_persons(pairs, None, 200, np.random.default_rng(1))
    >>> sorted({float(each) for each in exchanged[:, 4].round(2)})  # both keep their own answers, or none does
    [0.33, 1.0]
    """
    n = pairs.n_persons
    if n < 2:
        return np.empty((0, 5)), "one_person"
    pole = np.zeros(n, dtype=np.intp) if poles is None else numbered(poles, "pole")[0]
    groups = [np.flatnonzero(pole == each) for each in range(int(pole.max()) + 1)]
    if max(len(each) for each in groups) < 2:
        return np.empty((0, 5)), "one_person_per_pole"
    partner = np.empty((permutations, n), dtype=np.intp)
    sums, rho = np.zeros((permutations, SUMS)), np.zeros(permutations)
    complete, common = True, False
    u, v = pairs.sums[:, U], pairs.sums[:, V]
    ranks, done_ranks = pairs.ranks
    for group in groups:
        grid = _Grid(pairs, group)
        own = random.permuted(np.tile(np.arange(len(group)), (permutations, 1)), axis=1)
        partner[:, group] = group[own]
        at = np.arange(len(group)) * len(group) + own

        def add(of_two: Floats, at: Integers = at) -> Floats:
            """Sums over persons of what each has with its partner, from a table of any two persons."""
            total: Floats = of_two.ravel()[at].sum(axis=1)
            return total

        has, gu, gv = grid(np.ones_like(u)), grid(u), grid(v)
        both = has @ has.T
        complete &= bool((both == both[0, 0]).all())
        common |= bool((both - np.diag(np.diag(both))).any())
        for column, left, right in ((N, has, has), (U, gu, has), (V, has, gv), (UU, gu**2, has), (VV, has, gv**2)):
            sums[:, column] += add(left @ right.T)
        sums[:, UV] += add(gu @ gv.T)
        rho += add(grid(ranks) @ grid(done_ranks).T)
        gaps, close = grid.gaps(pairs)
        sums[:, GAP] += add(gaps)
        sums[:, CLOSE] += add(close)
    if not common:
        return np.empty((0, 5)), "no_common_items"
    # with gaps, each permutation keeps other answers, and these have ranks of their own
    if not complete:
        rho = rhos_with_gaps(*pairs.levels, pairs.person, pairs.item, partner)
    return pairs.measures(sums, np.clip(rho, -1, 1)), ""


class _Grid:
    """Persons of one group x the items that any of them has; 0 where a person lacks one."""

    def __init__(self, pairs: Pairs, group: Integers) -> None:
        place = np.full(pairs.n_persons, -1)
        place[group] = np.arange(len(group))
        self.rows = np.flatnonzero(place[pairs.person] >= 0)
        items, self.item = np.unique(pairs.item[self.rows], return_inverse=True)
        self.person, self.shape = place[pairs.person[self.rows]], (len(group), len(items))

    def __call__(self, values: Floats) -> Floats:
        filled = np.zeros(self.shape)
        filled[self.person, self.item] = values[self.rows]
        return filled

    def gaps(self, pairs: Pairs) -> tuple[Floats, Floats]:
        """Sum of |said - done| of any two persons over their common items, and how many of these are within tau."""
        has, said, done = self(np.ones_like(pairs.said)) > 0, self(pairs.said), self(pairs.done)
        gaps, close = np.empty((len(has), len(has))), np.empty((len(has), len(has)))
        for each in range(len(has)):
            gap = np.where(has & has[each], np.abs(said[each] - done), math.inf)
            within = gap <= pairs.tau + NO_SPREAD
            gaps[each], close[each] = np.where(np.isinf(gap), 0.0, gap).sum(axis=1), within.sum(axis=1)
        return gaps, close


def _of_two_items(pairs: Pairs, rows: Integers) -> Floats:
    """What `said` of one item and `done` of another make, for persons of `rows`, shape (persons, k).

    Shape (k x k, persons x 4): product of standardised values, gap, whether it is within tau, product of ranks.
    """
    ranks, done_ranks = pairs.ranks
    gap = np.abs(pairs.said[rows][:, :, None] - pairs.done[rows][:, None, :])
    tables = [
        pairs.sums[rows, U][:, :, None] * pairs.sums[rows, V][:, None, :],
        gap,
        gap <= pairs.tau + NO_SPREAD,
        ranks[rows][:, :, None] * done_ranks[rows][:, None, :],
    ]
    return np.stack(tables, axis=-1).transpose(1, 2, 0, 3).reshape(rows.shape[1] ** 2, -1)
