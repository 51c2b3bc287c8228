"""Many tests at once: p values adjusted over a family that was named before the data were seen."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from pandas import DataFrame

from psychometrics.estimate import Floats

Method = Literal["holm", "hochberg", "hommel", "bonferroni", "BH", "BY"]


def adjust(p: ArrayLike, method: Method = "holm") -> Floats:
    """Adjusted p values of one family of tests: each is the smallest level at which the family rejects that test.

    The probability of any false rejection is kept by Bonferroni, Holm (1979), Hochberg (1988) and Hommel (1988), the
    last two for independent or positively dependent tests; the share of false rejections among all rejections by
    BH (Benjamini and Hochberg, 1995; the same dependence) and BY (Benjamini and Yekutieli, 2001; any dependence).

    Parameters
    ----------
    p : shape (tests,)
        In [0, 1]. NaN is a test that could not be done: it is left out of the count and stays NaN.
    method : "holm", "hochberg", "hommel", "bonferroni", "BH" or "BY"

    Returns
    -------
    array, shape (tests,)
        In [0, 1], in the order of `p`; never smaller than `p`. NaN where `p` is NaN.

    Examples
    --------
    >>> adjust([0.01, 0.04, float("nan"), 0.03]).round(3)
    array([0.03, 0.06,  nan, 0.06])
    >>> adjust([0.01, 0.04, float("nan"), 0.03], "BH").round(3)
    array([0.03, 0.04,  nan, 0.04])
    """
    if method not in METHODS:
        raise ValueError(f'method: "{method}"; allowed are {", ".join(METHODS)}')
    values = np.asarray(p, dtype=float).ravel()
    outside = values[(values < 0) | (values > 1)]
    if len(outside):
        raise ValueError(f"p: {outside[0]:g}; a p value is between 0 and 1, or NaN")
    done = np.flatnonzero(np.isfinite(values))
    adjusted = np.full(len(values), math.nan)
    ranked = done[np.argsort(values[done], kind="stable")]
    if len(ranked):
        adjusted[ranked] = np.minimum(1.0, METHODS[method](values[ranked]))
    return adjusted


def adjust_families(
    tests: DataFrame, *, p: str = "p", family: str = "family", method: Method = "holm", level: float = 0.05
) -> DataFrame:
    """A table of tests, each adjusted within its own family.

    Parameters
    ----------
    tests : DataFrame
        One row a test, with a column of p values (NaN for a test that could not be done) and one that names the
        family: the tests whose errors are to be limited together, chosen before the results were known.
    p, family : str
        Names of these columns.
    method : "holm", "hochberg", "hommel", "bonferroni", "BH" or "BY"
    level : float in (0, 1)
        Of the family: error probability, or share of false rejections (BH, BY).

    Returns
    -------
    DataFrame, index of `tests`
        Its columns and p_adjusted; n_tests, the tests of the family that were done; method; rejected, whether
        p_adjusted is at most `level` (False without a p value); note: that of `tests`, or `no_test` where p is NaN
        and no note says why.

    Examples
    --------
    >>> tests = DataFrame({"family": ["order", "order", "labels"], "p": [0.01, 0.04, 0.04]})
    >>> adjust_families(tests)[["p_adjusted", "n_tests"]].to_dict("list")
    {'p_adjusted': [0.02, 0.04, 0.04], 'n_tests': [2, 2, 1]}
    """
    for column in (p, family):
        if column not in tests.columns:
            raise ValueError(f"tests: column {column} is missing; there are {', '.join(map(str, tests.columns))}")
    if tests[family].isna().any():
        row = tests.index[tests[family].isna()][0]
        raise ValueError(f"{family}: row {row!r} has none; every test belongs to a family")
    values = tests[p].to_numpy(float, na_value=math.nan)
    adjusted, n_tests = np.full(len(tests), math.nan), np.zeros(len(tests), dtype=int)
    codes, names = pd.factorize(tests[family])
    for each in range(len(names)):
        rows = codes == each
        adjusted[rows], n_tests[rows] = adjust(values[rows], method), np.isfinite(values[rows]).sum()
    note = tests["note"] if "note" in tests.columns else pd.Series("", index=tests.index)
    return tests.assign(
        p_adjusted=adjusted,
        n_tests=n_tests,
        method=method,
        rejected=adjusted <= level,
        note=note.mask(np.isnan(values) & (note == ""), "no_test"),
    )


def _bonferroni(p: Floats) -> Floats:
    return len(p) * p


def _holm(p: Floats) -> Floats:
    adjusted: Floats = np.maximum.accumulate(np.arange(len(p), 0, -1) * p)
    return adjusted


def _hochberg(p: Floats) -> Floats:
    return _from_above(np.arange(len(p), 0, -1) * p)


def _hommel(p: Floats) -> Floats:
    """Largest Simes p of all sets of tests that hold this one: of m tests, the set with the m - 1 largest others."""
    n, adjusted = len(p), p.copy()
    for m in range(2, n + 1):
        largest = p[n - m + 1 :]
        of_others = float((m * largest / np.arange(2, m + 1)).min())
        # a test below the others comes first in its set; one among them has the set of the m largest
        below = np.minimum(of_others, m * p[: n - m + 1])
        among = min(of_others, m * p[n - m])
        adjusted = np.maximum(adjusted, np.concatenate([below, np.full(m - 1, among)]))
    return adjusted


def _bh(p: Floats) -> Floats:
    return _from_above(len(p) / np.arange(1, len(p) + 1) * p)


def _by(p: Floats) -> Floats:
    return float((1 / np.arange(1, len(p) + 1)).sum()) * _bh(p)


def _from_above(p: Floats) -> Floats:
    adjusted: Floats = np.minimum.accumulate(p[::-1])[::-1]
    return adjusted


METHODS: dict[str, Callable[[Floats], Floats]] = {
    "holm": _holm,
    "hochberg": _hochberg,
    "hommel": _hommel,
    "bonferroni": _bonferroni,
    "BH": _bh,
    "BY": _by,
}
