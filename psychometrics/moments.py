"""One pass over a table of any length: the sums that covariances, alpha and scale means are made of."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from psychometrics.estimate import LAST_DIGITS, NO_SPREAD, Floats

ROWS_AT_ONCE = 4096  # 44 items are 1.4 MB then: a block stays in the processor's cache while it is read several times


@dataclass(frozen=True)
class Pairs:
    """For each two items i, j, over the rows that have both: `n`, the sum of i, the sum of the product.

    Values are measured from a common origin near their mean: far from 0, sums of squares lose the digits that a
    covariance is made of.
    """

    n: Floats
    sums: Floats
    products: Floats

    def covariances(self) -> Floats:
        """Divisor n - 1; NaN where fewer than two rows have both items."""
        c = from_moments(self.n, self.sums, self.products)
        # equal answers that lie off the origin have no spread, but for what rounding leaves of it
        size = np.sqrt(np.diag(self.products))
        cleared: Floats = np.where(np.abs(c) <= 10 * LAST_DIGITS * np.outer(size, size) / np.maximum(self.n, 1), 0.0, c)
        return cleared


@dataclass(frozen=True)
class Rows:
    """The rows that one rule for missing answers lets in.

    Attributes
    ----------
    n : int
    mean, sd : float
        Of the rows' mean answers, unit of an item; sd with divisor n - 1, NaN below two rows.
    alike : bool
        Whether the answers within every row are equal.
    """

    n: int
    mean: float
    sd: float
    alike: bool


@dataclass(frozen=True)
class Moments:
    """What a table of items sums up to, under both rules for missing answers."""

    pairwise: Pairs
    listwise: Pairs
    rows_pairwise: Rows
    rows_listwise: Rows
    largest: float
    n_missing: int


def moments(x: Floats) -> Moments:
    """Sum up a table, shape (rows, items), block by block; NaN is a missing answer.

    Parameters
    ----------
    x : array, shape (rows, items)
        Any number of rows; beside it, only the sums and one block of rows are held in memory.

    Returns
    -------
    Moments
        `largest` is the largest absolute value, unit of an item, 0 without any.

    Examples
    --------
    >>> found = moments(np.array([[1.0, 2.0], [2.0, 4.0], [3.0, np.nan]]))
    >>> found.pairwise.covariances(), found.listwise.covariances()
    (array([[1., 1.],
           [1., 2.]]), array([[0.5, 1. ],
           [1. , 2. ]]))
    >>> found.rows_pairwise
    Rows(n=3, mean=2.5, sd=0.8660254037844386, alike=False)
    """
    k = x.shape[1]
    origin = _origin(x)
    pairwise, listwise = _PairSums(k), _PairSums(k)
    some, complete = _RowSums(), _RowSums()
    largest, n_missing = 0.0, 0
    for start in range(0, len(x), ROWS_AT_ONCE):
        block = np.ascontiguousarray(x[start : start + ROWS_AT_ONCE])
        present = np.isfinite(block)
        if present.all():
            _add_complete(block, origin, (pairwise, listwise), (some, complete))
            largest = max(largest, float(block.max(initial=0)), -float(block.min(initial=0)))
            continue
        n_missing += int((~present).sum())
        largest = max(largest, float(np.abs(np.where(present, block, 0.0)).max(initial=0)))
        whole = present.all(axis=1)
        _add_complete(block[whole], origin, (pairwise, listwise), (some, complete))
        partly = present.any(axis=1) & ~whole
        _add_partial(block[partly], present[partly], origin, pairwise, some)
    return Moments(pairwise.done(), listwise.done(), some.done(), complete.done(), largest, n_missing)


def from_moments(n: Floats, sums: Floats, products: Floats) -> Floats:
    """Covariances, shape (..., items, items), from the number of rows that have both columns i and j, the sum of
    column i over them and the sum of products over them.

    >>> from_moments(np.array([[3.0]]), np.array([[6.0]]), np.array([[14.0]]))
    array([[1.]])
    """
    n = np.where(n < 2, math.nan, n)
    matrices: Floats = (products - sums * np.swapaxes(sums, -1, -2) / n) / (n - 1)
    return matrices


class _PairSums:
    def __init__(self, k: int) -> None:
        self.n, self.sums, self.products = np.zeros((k, k)), np.zeros((k, k)), np.zeros((k, k))

    def done(self) -> Pairs:
        return Pairs(self.n, self.sums, self.products)


class _RowSums:
    """Mean and variance of row means, block by block (Chan, Golub and LeVeque, 1983)."""

    def __init__(self) -> None:
        self.n, self.mean, self.squares, self.alike = 0, 0.0, 0.0, True

    def add(self, means: Floats) -> None:
        if not len(means):
            return
        n, mean = len(means), float(means.mean())
        gap = mean - self.mean
        self.squares += float(((means - mean) ** 2).sum()) + gap**2 * self.n * n / (self.n + n)
        self.mean += gap * n / (self.n + n)
        self.n += n

    def done(self) -> Rows:
        sd = math.sqrt(self.squares / (self.n - 1)) if self.n > 1 else math.nan
        return Rows(self.n, self.mean if self.n else math.nan, sd, self.alike)


def _origin(x: Floats) -> Floats:
    first = x[:ROWS_AT_ONCE]
    present = np.isfinite(first)
    origin: Floats = np.where(present, first, 0.0).sum(axis=0) / np.maximum(present.sum(axis=0), 1)
    return origin


def _add_complete(
    block: Floats, origin: Floats, pairs: tuple[_PairSums, _PairSums], rows: tuple[_RowSums, _RowSums]
) -> None:
    if not block.size:
        return
    centred = block - origin
    sums, products = centred.sum(axis=0)[:, None], centred.T @ centred
    means = block.mean(axis=1)
    alike = rows[0].alike or rows[1].alike
    if alike:
        alike = bool((np.ptp(block, axis=1) <= NO_SPREAD).all())
    for pair, row in zip(pairs, rows, strict=True):
        pair.n += len(block)
        pair.sums += sums
        pair.products += products
        row.add(means)
        row.alike &= alike


def _add_partial(block: Floats, present: NDArray[np.bool_], origin: Floats, pairs: _PairSums, rows: _RowSums) -> None:
    if not len(block):
        return
    has = present.astype(float)
    centred = np.where(present, block - origin, 0.0)
    pairs.n += has.T @ has
    pairs.sums += centred.T @ has
    pairs.products += centred.T @ centred
    rows.add(np.where(present, block, 0.0).sum(axis=1) / has.sum(axis=1))
    if rows.alike:
        spread = np.where(present, block, -math.inf).max(axis=1) - np.where(present, block, math.inf).min(axis=1)
        rows.alike = bool((spread <= NO_SPREAD).all())
