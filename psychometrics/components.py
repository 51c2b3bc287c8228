"""Variance components of crossed and nested designs: how much persons, items, forms and draws each move a value.

They come from mean squares (the analogous ANOVA where cells are missing) or from restricted maximum likelihood.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pandas import DataFrame

from psychometrics.estimate import NO_SPREAD, Floats, Missing
from psychometrics.g_designs import Arranged, Design, arranged, expected_mean_squares
from psychometrics.mean_squares import resampled
from psychometrics.reml import fisher_scoring, fit_variances

Estimator = Literal["mean squares", "REML"]


@dataclass(frozen=True)
class Components:
    """Variance components of one design.

    Attributes
    ----------
    table : DataFrame
        Columns effect, df, sum_of_squares, mean_square, variance (squared unit of the values), percent (of the sum of
        the positive ones), note (`negative_component`, `zero_component` for REML, `not_estimable`). One row an effect.
    design : Design
        Without the factors of `one_level`.
    levels : mapping
        Levels of each factor; of a nested one within each of its places (the most, where they differ).
    method : str
        "mean squares", "analogous ANOVA" or "REML".
    criterion : float
        Minus twice the restricted log-likelihood, as lme4's `REMLcrit`; NaN unless by REML.
    mean : float
        Mean of all values.
    n_persons, n_values, n_missing : int
        Persons (all combinations, with several factors of persons); values that entered; cells without one.
    missing : str
    one_level : tuple of str
        Factors with a single level: their variance is hidden in the other components.
    note : str
        Why there are no components, or "".
    warnings : tuple of str
    """

    table: DataFrame
    design: Design
    levels: Mapping[str, int]
    method: str
    criterion: float
    mean: float
    n_persons: int
    n_values: int
    n_missing: int
    missing: Missing
    one_level: tuple[str, ...] = ()
    note: str = ""
    warnings: tuple[str, ...] = ()

    def variance(self, *factors: str) -> float:
        """The component of a set of factors, in any order; all of them give the residual."""
        wanted = [each for each in self.design.effects if set(each) == set(factors)]
        if not wanted:
            allowed = "; ".join(", ".join(each) for each in self.design.effects)
            raise ValueError(f"variance: no component of {', '.join(factors)}; there are {allowed}")
        return float(self.table["variance"].iloc[self.design.effects.index(wanted[0])])


def variance_components(
    data: DataFrame | NDArray[Any],
    *,
    persons: str | Sequence[str] = "person",
    facets: Sequence[str] = ("item",),
    value: str = "value",
    nested: Mapping[str, str | Sequence[str]] | None = None,
    estimator: Estimator = "mean squares",
    missing: Missing = "pairwise",
) -> Components:
    """Components of a random-effects design (Brennan, 2001, chapters 3 to 5 and 7; Searle, Casella and McCulloch, 1992).

    Parameters
    ----------
    data : DataFrame or array
        Long table: one row a value, with a column for each factor; NaN values and absent rows are missing answers. Or
        an array with one axis for each of persons and facets, in this order; NaN is missing.
    persons : column name or names
        What is measured. ("persona", "model") are two factors of persons, crossed.
    facets : column names
        What may change: item, form, draw ...
    value : str
        Column of keyed values, any unit.
    nested : mapping, optional
        {"rater": "task"}, or for replicates {"draw": ("person", "item", "form")}. Labels need to differ only within.
    estimator : "mean squares" or "REML"
        Mean squares are unbiased and may turn out negative, which is kept. REML keeps all components at 0 or more; it
        is what lme4 gives.
    missing : "pairwise" or "listwise"
        Listwise leaves out every person with a missing cell. Pairwise uses all values: mean squares become the
        analogous ANOVA (Henderson's method 1), REML the likelihood of what was answered.

    Returns
    -------
    Components
        NaN with a note: `no_values`, `too_few_persons` (one), `no_replication` (no facet with two levels),
        `zero_variance` (all values equal). Single components are `not_estimable` where the missing cells leave too
        little. Warnings: `one_level` (factor left out), `zero_residual_variance`, `too_large_for_likelihood` and
        `did_not_converge` (mean squares stand in for REML).

    Examples
    --------
    >>> found = variance_components(np.array([[2.0, 3, 5], [4, 4, 6], [1, 3, 3], [5, 6, 6]]))
    >>> found.table[["effect", "df", "variance"]].round(3)
         effect   df  variance
    0    person  3.0     2.000
    1      item  2.0     0.889
    2  residual  6.0     0.444
    """
    return components_of(arranged(data, persons, facets, value, nested, missing), estimator)


def components_of(data: Arranged, estimator: Estimator = "mean squares") -> Components:
    """`variance_components` of values that are arranged already."""
    if estimator not in ("mean squares", "REML"):
        raise ValueError(f'estimator: "{estimator}"; allowed are "mean squares" and "REML"')
    x, design = data.values, data.design
    present = np.isfinite(x)
    balanced = bool(present.all())
    note = _undefined(x, design)
    table = DataFrame({"effect": [design.label(each) for each in design.effects]})
    method, criterion, warnings = "mean squares" if balanced else "analogous ANOVA", math.nan, data.warnings
    if note:
        table[["df", "sum_of_squares", "mean_square", "variance"]] = math.nan
    else:
        df, squares, variances = (each[0] for each in resampled(data)(np.ones((1, len(x)))))
        table["df"], table["sum_of_squares"] = df, squares
        table["mean_square"] = squares / np.where(df > 0, df, math.nan)
        table["variance"] = variances
        if estimator == "REML":
            variances, criterion, told = _reml(data, table)
            if told:
                warnings += (f"{told}: no REML, mean squares stand in",)
            else:
                method, table["variance"] = "REML", variances
    positive = table["variance"].clip(lower=0)
    table["percent"] = 100 * positive / positive.sum() if positive.sum() > 0 else math.nan
    told_of = [(table["variance"] < 0, "negative_component"), (table["variance"].isna(), note or "not_estimable")]
    if method == "REML":
        told_of.append((table["variance"] == 0, "zero_component"))
    table["note"] = np.select([each.to_numpy() for each, _ in told_of], [text for _, text in told_of], default="")
    persons = present.any(axis=tuple(range(len(design.persons), x.ndim)))
    return Components(
        table=table,
        design=design,
        levels=dict(zip(design.factors, x.shape, strict=True)),
        method=method,
        criterion=criterion,
        mean=float(x[present].mean()) if present.any() else math.nan,
        n_persons=int(persons.sum()),
        n_values=int(present.sum()),
        n_missing=data.n_missing,
        missing=data.missing,
        one_level=data.one_level,
        note=note,
        warnings=warnings,
    )


def _reml(data: Arranged, table: DataFrame) -> tuple[Floats, float, str]:
    """Components, criterion, and the reason when there are none."""
    x, design = data.values, data.design
    present = np.isfinite(x)
    n = int(present.sum())
    if not present.all():
        places = np.nonzero(present)
        codes = []
        for effect in design.effects[:-1]:
            axes = [design.factors.index(name) for name in effect]
            cell = np.ravel_multi_index([places[a] for a in axes], [x.shape[a] for a in axes])
            codes.append(np.unique(cell, return_inverse=True)[1])
        fit = fit_variances(x[present], np.ones((n, 1)), codes, reml=True)
        return fit.variances, fit.criterion, fit.note
    df, ms = table["df"].to_numpy(float), table["mean_square"].to_numpy(float)
    if table["variance"].iloc[-1] <= 0:  # also where rounding alone left a mean square
        return np.empty(0), math.nan, "zero_residual_variance"
    unit = float(ms.max())
    held = expected_mean_squares(design, dict(zip(design.factors, x.shape, strict=True)))

    def state(variances: Floats) -> tuple[float, Floats, Floats]:
        expected = held @ variances
        weights = df / expected**2 / 2
        criterion = float((df * np.log(expected) + df * ms / unit / expected).sum())
        return criterion, held.T @ (weights[:, None] * held), held.T @ (weights * ms / unit)

    truncated = np.maximum(table["variance"].to_numpy(float) / unit, 0)
    found = fisher_scoring(state, truncated)
    if found is None:
        return np.empty(0), math.nan, "did_not_converge"
    criterion = state(found)[0] + (n - 1) * (math.log(2 * math.pi) + math.log(unit)) + math.log(n)
    return found * unit, criterion, ""


def _undefined(x: Floats, design: Design) -> str:
    present = np.isfinite(x)
    if not present.any():
        return "no_values"
    if len(x) < 2:
        return "too_few_persons"
    if x.ndim < 2:
        return "no_replication"
    return "zero_variance" if np.ptp(x[present]) <= NO_SPREAD else ""
