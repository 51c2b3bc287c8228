"""How each item of a scale is answered, and how it fits the others."""

from __future__ import annotations

import math

import numpy as np
from pandas import DataFrame

from psychometrics.covariances import (
    alpha_from,
    answered,
    correlations,
    covariances,
    numbers,
    row_means,
    squared_multiple,
)
from psychometrics.estimate import Missing


def item_statistics(items: DataFrame, *, missing: Missing = "pairwise") -> DataFrame:
    """One row an item: its answers, and its fit with the rest of the scale (definitions of R's psych; Revelle, 2023).

    Parameters
    ----------
    items : DataFrame, shape (persons, items)
        Keyed values, one row a person; NaN is a missing answer.
    missing : "pairwise" or "listwise"

    Returns
    -------
    DataFrame
        Columns item; n, its answers; mean and sd, unit of the item; and in [-1, 1] item_total_r, item_rest_r (the
        item left out of the total), item_total_r_corrected (its overlap replaced by its squared multiple
        correlation); alpha_if_dropped and standardised_alpha_if_dropped, in (-inf, 1]. NaN for constant items and
        for what one remaining item cannot have.

    Examples
    --------
    >>> table = item_statistics(DataFrame({"E1": [1, 2, 4, 5], "E2": [2, 2, 3, 4], "E3": [1, 3, 4, 5]}))
    >>> table[["item", "mean", "item_rest_r", "alpha_if_dropped"]].round(3).to_dict("records")[1]
    {'item': 'E2', 'mean': 2.75, 'item_rest_r': 0.92, 'alpha_if_dropped': 0.98}
    """
    x = numbers(items)
    x = x[answered(x, missing)]
    if len(x) < 2:
        raise ValueError(f"item_statistics: {len(x)} persons answered; two or more are needed")
    c = covariances(x)
    r = correlations(c)
    with_smc = r.copy()
    np.fill_diagonal(with_smc, squared_multiple(r))
    totals = row_means(x)
    rows = []
    for i, name in enumerate(items.columns):
        seen = np.isfinite(x[:, i])
        rest = np.delete(np.arange(x.shape[1]), i)
        others = c[np.ix_(rest, rest)]
        rows.append(
            {
                "item": name,
                "n": int(seen.sum()),
                "mean": float(x[seen, i].mean()) if seen.any() else math.nan,
                "sd": math.sqrt(c[i, i]),
                "item_total_r": correlations(covariances(np.column_stack([x[seen, i], totals[seen]])))[0, 1],
                "item_rest_r": _ratio(c[i, rest].sum(), c[i, i] * others.sum()),
                "item_total_r_corrected": _ratio(with_smc[i].sum(), with_smc.sum()),
                "alpha_if_dropped": float(alpha_from(others)),
                "standardised_alpha_if_dropped": float(alpha_from(r[np.ix_(rest, rest)])),
            }
        )
    return DataFrame(rows)


def _ratio(covariance: float, variances: float) -> float:
    return covariance / math.sqrt(variances) if variances > 0 else math.nan
