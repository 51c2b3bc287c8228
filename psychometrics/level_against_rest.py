"""The published table of form levels, each against all others, and settings that lie apart from all others.

Huang et al. (2024, arXiv 2305.19926). `level_tests` has the same test with Holm's correction, paired within persons.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Hashable, Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from pandas import DataFrame
from scipy.spatial import cKDTree

from psychometrics.contamination import wilson
from psychometrics.covariances import numbers, values_of
from psychometrics.estimate import Detail, Estimate, Floats, Integers, no_spread, numbered
from psychometrics.levels import variance_decided_test

OUTLIER = -1
EPS, MIN_POINTS = 0.302, 20


@dataclass(frozen=True)
class Outliers:
    """Points that no dense region reaches.

    Attributes
    ----------
    space : str
        In which the distances were taken: the count means nothing without it.
    share : Estimate
        Share of outliers, 0 to 1. In `extra`: n_outliers, n_clusters, n_left_out, eps, min_points, space.
    cluster : Series
        Number of the cluster from 0, -1 for an outlier, NA for a row with a missing coordinate; by the index of the points.
    """

    space: str
    share: Estimate
    cluster: pd.Series


def level_against_rest(values: ArrayLike, levels: Iterable[Hashable], *, test_level: float = 0.001) -> DataFrame:
    """Each level of a form factor against all other levels: "=", "<" or ">", with the mean difference.

    Parameters
    ----------
    values : shape (rows,)
        Scores of one scale, a row a setting; NaN is left out. Rows are taken as independent, as published.
    levels : length rows
        The level of each row, such as its label set.
    test_level : float in (0, 1)
        Of the two-sided variance-ratio test that chooses Student or Welch, and of the t test.

    Returns
    -------
    DataFrame
        One row a level, in order of appearance: level, n, n_rest, mean_difference (this minus rest, unit of the values),
        relation ("=" unless p is below `test_level`, then "<" or ">" as this level is below or above the rest; "" without
        a test), test ("Student" or "Welch"), ratio (infinite when only the rest is constant), ratio_p,
        t, df, p, note: `one_level`, `too_few_rows` (fewer than two on a side), `zero_variance` (no spread on either side).

    Examples
    --------
    >>> table = level_against_rest([1.0, 1.1, 0.9, 1.0, 3.0, 3.1, 2.9, 3.0], ["A"] * 4 + ["1"] * 4)
    >>> table[["level", "relation", "mean_difference", "test"]].round(2).to_dict("split")["data"]
    [['A', '<', -2.0, 'Student'], ['1', '>', 2.0, 'Student']]
    """
    x = values_of(values, "values")
    codes, names = numbered(levels, "level")
    if len(codes) != len(x):
        raise ValueError(f"levels: {len(codes)} given for {len(x)} values; one each is needed")
    if not 0 < test_level < 1:
        raise ValueError(f"test_level: {test_level:g}; it lies between 0 and 1")
    rows = []
    for number, name in enumerate(names):
        found = variance_decided_test(x[codes == number], x[codes != number], level=test_level)
        told, p = found.extra, found.extra.get("p", math.nan)
        relation = ""
        if isinstance(p, float) and not math.isnan(p):
            relation = "=" if p >= test_level else "<" if found.value < 0 else ">"
        rows.append(
            {
                "level": name,
                "n": told["n_a"],
                "n_rest": told["n_b"],
                "mean_difference": found.value,
                "relation": relation,
                "test": told.get("test", ""),
                "ratio": told.get("variance_ratio", math.nan),
                "ratio_p": told.get("variance_ratio_p", math.nan),
                "t": told.get("t", math.nan),
                "df": told.get("df", math.nan),
                "p": p,
                "note": "one_level" if len(names) < 2 else found.note,
            }
        )
    return DataFrame(rows, columns=[*COLUMNS])


def density_outliers(
    points: DataFrame, space: str, *, eps: float = EPS, min_points: int = MIN_POINTS, confidence: float = 0.95
) -> Outliers:
    """Outliers by DBSCAN (Ester et al., 1996): points that are not within `eps` of any point with `min_points` neighbours.

    Parameters
    ----------
    points : DataFrame, shape (settings, dimensions)
        Coordinates as they enter the Euclidean distance; nothing is scaled here. A row with NaN is left out.
    space : str
        What the coordinates are, such as "mean answers of five scales, 1 to 5": one set of answers had from 29 to 698
        outliers, depending on it alone.
    eps : float > 0
        In the unit of the points; a distance of just `eps` is near.
    min_points : int
        The point itself counts.
    confidence : float in (0, 1)

    Returns
    -------
    Outliers
        Share with Wilson's interval. `no_dense_region`: no point has `min_points` near, so all are outliers and none
        stands out; NaN with `too_few_items` without any point. The outliers do not depend on the order of the rows; a
        point at the border of two clusters goes to the one that begins first.

    Examples
    --------
    >>> points = DataFrame({"E": [1.0, 1.1, 0.9, 1.0, 4.0], "A": [2.0, 2.0, 2.1, 1.9, 2.0]})
    >>> found = density_outliers(points, "two scale means, 1 to 5", min_points=3)
    >>> found.cluster.tolist(), found.share.extra["n_outliers"]
    ([0, 0, 0, 0, -1], 1)
    """
    if not space.strip():
        raise ValueError("space: it is empty; say what the coordinates are, since the number of outliers depends on it")
    if not 0 < eps < math.inf:
        raise ValueError(f"eps: {eps:g}; it must be above 0")
    if min_points < 1:
        raise ValueError(f"min_points: {min_points}; allowed are 1 and more")
    x = numbers(points)
    known: NDArray[np.bool_] = np.all(np.isfinite(x), axis=1)
    if not x.shape[1]:
        raise ValueError("points: there is no column; one for each dimension is needed")
    labels = _dbscan(x[known], eps, min_points)
    n, n_outliers = len(labels), int((labels == OUTLIER).sum())
    numbers_or_none = np.full(len(x), math.nan)
    numbers_or_none[known] = labels
    cluster = pd.Series(numbers_or_none, index=points.index, name="cluster").astype("Int64")
    extra: dict[str, Detail] = {
        "n_outliers": n_outliers,
        "n_clusters": int(labels.max(initial=OUTLIER)) + 1,
        "n_left_out": int((~known).sum()),
        "eps": eps,
        "min_points": min_points,
        "space": space,
    }
    found = dataclasses.replace(wilson(n_outliers, n, confidence), extra=extra)
    if n and n_outliers == n:
        found = dataclasses.replace(found, low=math.nan, high=math.nan, method="", note="no_dense_region")
    return Outliers(space, found, cluster)


COLUMNS = (
    *("level", "n", "n_rest", "mean_difference", "relation", "test", "ratio", "ratio_p", "t", "df", "p", "note"),
)


def _dbscan(x: Floats, eps: float, min_points: int) -> Integers:
    """Cluster numbers in the order of each cluster's first core point; scikit-learn numbers them the same way."""
    labels = np.full(len(x), OUTLIER, dtype=np.intp)
    if not len(x):
        return labels
    tree = cKDTree(x)
    reach = eps + float(no_spread(np.abs(x).max()))  # a distance of just eps is near, on whichever side rounding falls
    core = tree.query_ball_point(x, reach, return_length=True) >= min_points
    clusters = 0
    for start in np.flatnonzero(core):
        if labels[start] != OUTLIER:
            continue
        labels[start] = clusters
        waiting = [start]
        while waiting:
            near = np.array(tree.query_ball_point(x[waiting.pop()], reach), dtype=np.intp)
            new = near[labels[near] == OUTLIER]
            labels[new] = clusters
            waiting.extend(new[core[new]])  # a point at the border joins, but leads no further
        clusters += 1
    return labels
