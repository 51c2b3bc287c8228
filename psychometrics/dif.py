"""Differential item functioning: do persons of two groups who are alike on the other items answer this item alike?"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas import DataFrame
from scipy import special, stats

from psychometrics.covariances import answered, numbers
from psychometrics.estimate import Estimate, Floats, Missing, no_spread, tail_of, undefined
from psychometrics.many_tests import adjust

FEW_PERSONS = 200
ZUMBO = {"negligible": 0.13, "moderate": 0.26}  # below; anything from .26 is large
JODOIN_GIERL = {"A": 0.035, "B": 0.070}
FARTHEST = 30.0  # log odds: a chance of 1 in 10 million million, which no table of answers can tell from none

COLUMNS = (
    "chi2_uniform",
    "p_uniform",
    "chi2_nonuniform",
    "p_nonuniform",
    "chi2_total",
    "p_total",
    "delta_mcfadden",
    "delta_nagelkerke",
    "beta_group",
    "beta_group_standard_error",
    "beta_rest",
)


@dataclass(frozen=True, eq=False)
class DifferentialFunctioning:
    """Whether items work alike in groups.

    Attributes
    ----------
    table : DataFrame
        One row an item and focal group: item, reference, focal, n_reference, n_focal; chi2_uniform (1 df: the focal
        group answers higher or lower at every level of the rest), chi2_nonuniform (1 df: more so at some levels),
        chi2_total (2 df), with p_* and, over all rows, p_*_holm; delta_mcfadden and delta_nagelkerke (0 to 1), by
        which group and interaction raise the share explained; beta_group (log odds of a higher answer, focal against
        reference, with its standard error); beta_rest (log odds per SD of the rest); zumbo, jodoin_gierl (class of
        delta_nagelkerke); note, the reason of a row of NaN.
    reference : object
        The group that the others are compared with.
    focal : tuple
    n_persons : int
        Who entered any comparison.
    missing : str
    note : str
        `one_group` or `too_few_items`: nothing could be compared.
    warnings : tuple of str
    """

    table: DataFrame
    reference: Any
    focal: tuple[Any, ...]
    n_persons: int
    missing: str
    note: str = ""
    warnings: tuple[str, ...] = ()

    def effect(self, item: str, focal: Hashable = None, *, confidence: float = 0.95) -> Estimate:
        """`beta_group` of an item with its Wald interval; `focal` may be left out where there is one."""
        chosen = self.focal[0] if focal is None and len(self.focal) == 1 else focal
        row = self.table[(self.table["item"] == item) & (self.table["focal"] == chosen)]
        if len(row) != 1:
            raise ValueError(
                f'effect: no row for item "{item}" and focal group "{chosen}"; those are {", ".join(map(str, self.focal))}'
            )
        found = row.iloc[0]
        n = int(found["n_reference"] + found["n_focal"])
        if math.isnan(found["beta_group"]):
            return undefined(found["note"], n_persons=n, n_items=1, missing=self.missing, warnings=self.warnings)
        half = float(stats.norm.ppf(1 - tail_of(confidence))) * float(found["beta_group_standard_error"])
        beta = float(found["beta_group"])
        told = {name: float(found[name]) for name in ("chi2_total", "p_total", "p_total_holm", "delta_nagelkerke")}
        return Estimate(
            beta,
            beta - half,
            beta + half,
            method="Wald",
            confidence=confidence,
            n_persons=n,
            n_items=1,
            missing=self.missing,
            note=str(found["note"]),
            warnings=self.warnings,
            extra=told,
        )


def ordinal_dif(
    items: DataFrame,
    group: Iterable[Hashable],
    *,
    reference: Hashable = None,
    focal: Hashable = None,
    missing: Missing = "pairwise",
    level: float = 0.05,
) -> DifferentialFunctioning:
    """Ordinal logistic regression of each item on the other items and the group (Zumbo, 1999), as with R's `polr`.

    Three proportional-odds models are compared by likelihood ratio: of the standardised rest score, and the group, and
    their product. Matching on the rest score, not the total, keeps an item from hiding its own bias.

    Parameters
    ----------
    items : DataFrame, shape (persons, items)
        Keyed values, one row a person; their different values are the ordered categories of an item.
    group : labels, length persons
        None and NaN are left out.
    reference, focal : labels, optional
        The reference is the first group in sorted order unless named. Every other group is compared with it, or
        `focal` alone.
    missing : "pairwise" or "listwise"
        Pairwise takes those who answered the item and any other one, the rest score being the mean of the others they
        answered; listwise those who answered all items, as in R.
    level : float in (0, 1)
        An item whose `p_total_holm` is not below it is "negligible" and "A" whatever its size.

    Returns
    -------
    DifferentialFunctioning
        A row is NaN with a note: `constant_item` (fewer than two answers in the two groups together),
        `too_few_per_group` (fewer than two persons in one), `constant_rest_score`, `separation` (rest score or group
        predict an answer without error, so beta is infinite) or `did_not_converge`; where only the model with the
        product fails, the uniform test stands beside the note. Classes: Zumbo (1999), Jodoin
        and Gierl (2001). Below 200 persons a group, `few_persons_for_dif`.

    Examples
    --------
    >>> random = np.random.default_rng(1)
    >>> rows = DataFrame(np.clip(np.round(3 + random.normal(size=(600, 1)) + random.normal(size=(600, 4))), 1, 5))
    >>> group = np.repeat(["a", "b"], 300)
    >>> rows.columns = ["q1", "q2", "q3", "q4"]
    >>> rows.loc[group == "b", "q2"] = (rows["q2"] + 1).clip(upper=5)
    >>> found = ordinal_dif(rows, group)
    >>> found.effect("q2")
    Estimate(1.655 [1.335, 1.976], n=600)
    >>> list(found.table["jodoin_gierl"])
    ['A', 'C', 'A', 'A']
    """
    x = numbers(items)
    labels = pd.Series(list(group), dtype=object)
    if len(labels) != len(x):
        raise ValueError(f"group: {len(labels)} labels for {len(x)} rows; one each is needed")
    names = [str(each) for each in items.columns]
    groups = _sorted(labels.dropna().unique())
    for what, named in (("reference", reference), ("focal", focal)):
        if named is not None and named not in groups:
            raise ValueError(f'{what}: "{named}"; groups are {", ".join(str(each) for each in groups)}')
    base = reference if reference is not None else next((each for each in groups if each != focal), None)
    others = [each for each in groups if each != base] if focal is None else [focal]
    if base is not None and base == focal:
        raise ValueError(f'focal: "{focal}" is the reference, too; name another group')
    kept = answered(x, missing) & labels.notna().to_numpy()
    n = int((kept & labels.isin([base, *others]).to_numpy()).sum())
    rows = []
    for other in others:
        for item, name in enumerate(names):
            told = {"item": name, "reference": base, "focal": other}
            rows.append(told | _compared(x, item, kept, (labels == base).to_numpy(), (labels == other).to_numpy()))
    table = DataFrame(rows, columns=["item", "reference", "focal", "n_reference", "n_focal", *COLUMNS, "note"])
    for test in ("uniform", "nonuniform", "total"):
        table[f"p_{test}_holm"] = adjust(table[f"p_{test}"].to_numpy(dtype=float))
    change = table["delta_nagelkerke"].where(~(table["p_total_holm"] >= level), table["delta_nagelkerke"] * 0)
    table["zumbo"] = [_class(each, ZUMBO, "large") for each in change]
    table["jodoin_gierl"] = [_class(each, JODOIN_GIERL, "C") for each in change]
    warnings: tuple[str, ...] = ()
    small = [each for each in (base, *others) if each is not None and (kept & (labels == each)).sum() < FEW_PERSONS]
    if small:
        told_small = ", ".join(str(each) for each in small)
        warnings = (f"few_persons_for_dif: fewer than {FEW_PERSONS} persons in {told_small}; only large DIF is seen",)
    note = "one_group" if not others else "too_few_items" if len(names) < 2 else ""
    return DifferentialFunctioning(table, base, tuple(others), n, missing, note, warnings)


def _compared(
    x: Floats, item: int, kept: NDArray[np.bool_], of_reference: NDArray[np.bool_], of_focal: NDArray[np.bool_]
) -> dict[str, Any]:
    """The row of one item and two groups."""
    others = np.delete(x, item, axis=1)
    used = kept & (of_reference | of_focal) & np.isfinite(x[:, item]) & np.isfinite(others).any(axis=1)
    sizes = {"n_reference": int((used & of_reference).sum()), "n_focal": int((used & of_focal).sum())}

    def without(note: str) -> dict[str, Any]:
        return sizes | dict.fromkeys(COLUMNS, math.nan) | {"note": note}

    if not others.size:
        return without("too_few_items")
    if min(sizes.values()) < 2:
        return without("too_few_per_group")
    y = np.unique(x[used, item], return_inverse=True)[1]
    if y.max() == 0:
        return without("constant_item")
    there = np.isfinite(others[used])
    rest = np.where(there, others[used], 0.0).sum(axis=1) / there.sum(axis=1)
    if rest.std() <= no_spread(float(np.abs(rest).max())):
        return without("constant_rest_score")
    rest = (rest - rest.mean()) / rest.std(ddof=1)
    focal = of_focal[used].astype(float)
    predictors = np.column_stack([rest, focal, rest * focal])
    shares = np.bincount(y) / len(y)
    empty = float(len(y) * (shares * np.log(shares)).sum())
    fits = [_proportional_odds(y, predictors[:, :each]) for each in (1, 2, 3)]
    alone, uniform, both = fits
    if alone.note or uniform.note:
        return without(alone.note or uniform.note)
    tests = {"uniform": (2 * (uniform.log_likelihood - alone.log_likelihood), 1)}
    row: dict[str, Any] = sizes | dict.fromkeys(COLUMNS, math.nan) | {"note": both.note}
    if not both.note:
        tests["nonuniform"] = (2 * (both.log_likelihood - uniform.log_likelihood), 1)
        tests["total"] = (2 * (both.log_likelihood - alone.log_likelihood), 2)
        explained = [1 - math.exp(2 * (empty - each.log_likelihood) / len(y)) for each in (alone, both)]
        row["delta_mcfadden"] = (both.log_likelihood - alone.log_likelihood) / -empty
        row["delta_nagelkerke"] = (explained[1] - explained[0]) / (1 - math.exp(2 * empty / len(y)))
    for test, (chi2, df) in tests.items():
        row[f"chi2_{test}"] = max(0.0, chi2)
        row[f"p_{test}"] = float(stats.chi2.sf(max(0.0, chi2), df))
    row["beta_group"], row["beta_group_standard_error"] = uniform.beta[1], uniform.standard_errors[1]
    row["beta_rest"] = alone.beta[0]
    return row


@dataclass(frozen=True)
class _Fit:
    log_likelihood: float
    beta: Floats
    standard_errors: Floats
    note: str = ""


def _proportional_odds(y: NDArray[np.intp], predictors: Floats) -> _Fit:
    """Maximum likelihood by Newton steps: log odds of category c or below are cut_c - predictors @ beta."""
    n, k = predictors.shape
    m = int(y.max())
    cuts = special.logit(np.cumsum(np.bincount(y)[:-1]) / n)
    parameters = np.concatenate([cuts, np.zeros(k)])
    # each row has an edge above and one below its category; the design maps parameters to them
    upper, lower = np.zeros((2, n, m + k))
    inner_upper, inner_lower = y < m, y > 0
    upper[inner_upper, y[inner_upper]] = 1.0
    lower[inner_lower, y[inner_lower] - 1] = 1.0
    upper[:, m:] = lower[:, m:] = -predictors

    def terms(at: Floats) -> tuple[Floats, Floats, Floats]:
        high = np.where(inner_upper, upper @ at, math.inf)
        low = np.where(inner_lower, lower @ at, -math.inf)
        below = special.expit(high) - special.expit(low)
        # a difference of two numbers near 1 has lost its digits: take it on the other side of 0
        return np.where(low > 0, special.expit(-low) - special.expit(-high), below), high, low

    chance, high, low = terms(parameters)
    value = float(np.log(chance).sum())
    nothing = np.full(k, math.nan)
    for _ in range(100):
        slope_high, slope_low = (special.expit(each) * special.expit(-each) for each in (high, low))
        by_high, by_low = slope_high / chance, slope_low / chance
        score = by_high[:, None] * upper - by_low[:, None] * lower
        gradient = score.sum(axis=0)
        bend_high = by_high * (1 - 2 * special.expit(high))
        bend_low = by_low * (1 - 2 * special.expit(low))
        information = score.T @ score - upper.T @ (bend_high[:, None] * upper) + lower.T @ (bend_low[:, None] * lower)
        scale = np.sqrt(np.maximum(np.diag(information), np.finfo(float).tiny))
        if np.linalg.eigvalsh(information / np.outer(scale, scale)).min() < 1e-10:
            return _Fit(value, nothing, nothing, "separation")
        step = np.linalg.solve(information, gradient)
        decrement = gradient @ step
        if decrement < 1e-16 * n:
            break
        for _ in range(40):
            moved = parameters + step
            if (np.diff(moved[:m]) > 0).all():
                chance, high, low = terms(moved)
                if (chance > 0).all() and (better := float(np.log(chance).sum())) >= value:
                    parameters, value = moved, better
                    break
            step = step / 2
        else:
            break  # rounding alone: no step is better
        if np.abs(predictors @ parameters[m:]).max() > FARTHEST:
            return _Fit(value, nothing, nothing, "separation")
    if decrement > 1e-8:
        return _Fit(value, nothing, nothing, "did_not_converge")
    return _Fit(value, parameters[m:], np.sqrt(np.diag(np.linalg.inv(information)))[m:])


def _class(change: float, limits: dict[str, float], largest: str) -> str:
    if math.isnan(change):
        return ""
    return next((name for name, limit in limits.items() if change < limit), largest)


def _sorted(labels: Iterable[Any]) -> list[Any]:
    """In order of their values, or of their texts if they cannot be compared."""
    found = list(labels)
    try:
        return sorted(found)
    except TypeError:
        return sorted(found, key=str)
