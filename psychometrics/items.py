"""How each item of a scale is answered, and how it fits the others."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from pandas import DataFrame

from psychometrics.covariances import (
    ROUNDING,
    alpha_from,
    answered,
    correlations,
    covariances,
    numbers,
    row_means,
    squared_multiple,
)
from psychometrics.estimate import Floats, Missing, no_spread

COLUMNS = [
    "item", "n", "mean", "sd", "item_total_r", "item_rest_r", "item_total_r_corrected", "alpha_if_dropped",
    "standardised_alpha_if_dropped", "note",
]  # fmt: skip


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
        correlation); alpha_if_dropped and standardised_alpha_if_dropped, in (-inf, 1]; note. Constant items have no
        correlation, so the corrected and the standardised numbers of the others leave them out. NaN for what one
        remaining item cannot have (nor, of the corrected r, items that share nothing), and with a note:
        `too_few_persons` (fewer than three), `too_few_items` (one), `no_answers`, `constant_item`,
        `no_joint_answers` (nobody answered this item and another one), `singular_correlations` (items are sums or
        copies of others; NaN is then the corrected r alone).

    Examples
    --------
    >>> table = item_statistics(DataFrame({"E1": [1, 2, 4, 5], "E2": [2, 2, 3, 4], "E3": [1, 3, 4, 5]}))
    >>> table[["item", "mean", "item_rest_r", "alpha_if_dropped"]].round(3).to_dict("records")[1]
    {'item': 'E2', 'mean': 2.75, 'item_rest_r': 0.92, 'alpha_if_dropped': 0.98}
    """
    x = numbers(items)
    x = x[answered(x, missing)]
    k, enough = x.shape[1], len(x) >= 3
    observed = covariances(x)
    c = observed if enough else np.full((k, k), math.nan)
    highest = np.abs(np.where(np.isfinite(x), x, 0.0)).max(axis=0, initial=1.0)
    varies = np.diag(c) > no_spread(highest) ** 2
    r = correlations(np.where(np.outer(varies, varies), c, math.nan))
    with_smc = r.copy()
    with_smc[np.ix_(varies, varies)] -= np.diag(1 - squared_multiple(r[np.ix_(varies, varies)]))
    corrected = with_smc[np.ix_(varies, varies)]
    totals = row_means(x)
    rows = []
    for i, name in enumerate(items.columns):
        seen = np.isfinite(x[:, i])
        rest = np.delete(np.arange(k), i)
        others = c[np.ix_(rest, rest)]
        varying = rest[varies[rest]]
        with_total = np.column_stack([x[seen, i], totals[seen]])
        # a total of items that make up for each other is constant, but for rounding
        both_vary = bool(varies[i]) and float(np.ptp(totals[seen])) > no_spread(highest.max())
        of_total = correlations(covariances(with_total))[0, 1] if both_vary else math.nan
        rows.append(
            {
                "item": name,
                "n": int(seen.sum()),
                "mean": float(x[seen, i].mean()) if seen.any() else math.nan,
                "sd": math.sqrt(max(0.0, observed[i, i])) if seen.sum() > 1 else math.nan,
                "item_total_r": of_total,
                "item_rest_r": _ratio(c[i, rest].sum(), c[i, i], others.sum(), np.trace(others))
                if varies[i]
                else math.nan,
                "item_total_r_corrected": _ratio(
                    with_smc[i, varies].sum(), 1.0, corrected.sum(), np.abs(r[np.ix_(varies, varies)]).sum()
                )
                if varies[i]
                else math.nan,
                "alpha_if_dropped": float(alpha_from(others)),
                "standardised_alpha_if_dropped": float(alpha_from(r[np.ix_(varying, varying)])),
                "note": _note(enough, k, seen, bool(varies[i]), c[i], with_smc[i, i]),
            }
        )
    return DataFrame(rows, columns=COLUMNS)


def _note(enough: bool, k: int, seen: NDArray[np.bool_], varies: bool, row: Floats, smc: float) -> str:
    if not seen.any():
        return "no_answers"
    if not enough or k < 2:
        return "too_few_items" if enough else "too_few_persons"
    if not varies:
        return "constant_item"
    if np.isnan(row).any():
        return "no_joint_answers"
    return "singular_correlations" if math.isnan(smc) else ""


def _ratio(covariance: float, own: float, other: float, parts: float = 0.0) -> float:
    """Correlation of an item with a sum, whose variance may be what rounding left of 0."""
    return covariance / math.sqrt(own * other) if other > ROUNDING * parts else math.nan
