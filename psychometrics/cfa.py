"""Confirmatory factor analysis by maximum likelihood: do the answers have the structure the inventory claims?

Numbers and their definitions are those of lavaan with its defaults: covariances with divisor n, expected information.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np
from pandas import DataFrame
from scipy import stats

from psychometrics.cfa_model import (
    Cells,
    FactorModel,
    Sample,
    Solution,
    best_fit,
    cells_of,
    changes,
    factor_model,
    implied,
)
from psychometrics.covariances import numbers
from psychometrics.estimate import NO_SPREAD, Estimate, Floats, tail_of, undefined
from psychometrics.factorability import ENOUGH_PERSONS, SINGULAR
from psychometrics.fit_measures import RMSEA_CONFIDENCE, Fit, fit_of

Identification = Literal["std.lv", "marker"]
Heywood = Literal["refuse", "keep"]
LOADING_COLUMNS = ["loading", "standard_error", "standardised", "standardised_standard_error", "low", "high"]
CORRELATION_COLUMNS = ["correlation", "standard_error", "low", "high"]


@dataclass(frozen=True)
class ConfirmatoryFactors:
    """What a confirmatory factor analysis found.

    Attributes
    ----------
    chi2, cfi, tli, rmsea, srmr : Estimate
        Fit; see `Fit`. `chi2.extra` has df and p. `rmsea` has its 90 % interval.
    fit : Fit
        The same and all other fit measures as plain numbers.
    loadings : DataFrame
        One row a loading: factor, item, loading and standard_error (in the item's unit per unit of the factor),
        standardised, standardised_standard_error (delta method), low, high (of the standardised loading).
    residuals : DataFrame
        item, residual_variance (squared unit of the item), explained (share of the item's variance, from its factors).
    factor_correlations : DataFrame
        One row a pair of factors: factor, other, correlation, standard_error, low, high.
    n_persons : int
        Persons without a missing answer.
    note, warnings
        As in an `Estimate`.
    """

    chi2: Estimate
    cfi: Estimate
    tli: Estimate
    rmsea: Estimate
    srmr: Estimate
    fit: Fit
    loadings: DataFrame
    residuals: DataFrame
    factor_correlations: DataFrame
    n_persons: int
    n_items: int
    note: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def estimable(self) -> bool:
        """Whether there is a solution."""
        return self.chi2.estimable


def confirmatory_factors(
    items: DataFrame,
    model: str | FactorModel | Mapping[str, Sequence[str]],
    *,
    identification: Identification = "std.lv",
    heywood: Heywood = "refuse",
    ipsative: bool = False,
    confidence: float = 0.95,
) -> ConfirmatoryFactors:
    """Maximum likelihood confirmatory factor analysis (Jöreskog, 1969), numbers as in lavaan's `cfa`.

    Parameters
    ----------
    items : DataFrame, shape (persons, columns)
        Keyed values, one row a person; columns that the model does not name are left alone. Persons with a missing
        answer to an item of the model are left out: a likelihood has no use for pairwise covariances.
    model : str or mapping
        "f =~ a + b + c", one factor a line; cross-loadings are allowed, see `factor_model`. Factors may correlate.
    identification : "std.lv" or "marker"
        Factor variances 1, or the first loading of each factor 1. Fit and standardised loadings are the same.
    heywood : "refuse" or "keep"
        A negative residual variance or impossible factor correlations: NaN with `did_not_converge`, or the numbers
        (as lavaan gives them, with a warning) with `heywood_case`.
    ipsative : bool
        The scores are ipsative (a person's answers have a fixed sum): no factor analysis is defined, `ipsative`.
    confidence : float in (0, 1)
        Of the standardised loadings and factor correlations; the interval of RMSEA has 90 % always.

    Returns
    -------
    ConfirmatoryFactors
        With `std.lv`, factors point along their first item. NaN with a note: `ipsative`, `too_few_items` (one),
        `too_few_persons` (fewer than three), `constant_items`, `covariance_not_positive_definite` (no more persons than items, or an item is
        a sum of others), `not_identified` (more parameters than moments, or they cannot be told apart),
        `did_not_converge`. `saturated_model` marks a model without degrees of freedom, which fits whatever is true.
        Below 300 persons the warning `few_persons_for_structure`.

    Examples
    --------
    >>> import pandas as pd
    >>> random = np.random.default_rng(1)
    >>> trait = random.normal(size=(400, 1))
    >>> answers = pd.DataFrame(trait + random.normal(size=(400, 4)), columns=list("abcd"))
    >>> found = confirmatory_factors(answers, "f =~ a + b + c + d")
    >>> found.rmsea
    Estimate(0.044 [0.000, 0.117], n=400)
    >>> found.loadings[["item", "standardised"]].round(2).values.tolist()
    [['a', 0.7], ['b', 0.75], ['c', 0.62], ['d', 0.67]]
    """
    for name, value, allowed in (
        ("identification", identification, ("std.lv", "marker")),
        ("heywood", heywood, ("refuse", "keep")),
    ):
        if value not in allowed:
            raise ValueError(f'{name}: "{value}"; allowed are "{allowed[0]}" and "{allowed[1]}"')
    structure = factor_model(model)
    x = complete(items, structure)
    cells = cells_of(structure, marker=identification == "marker")
    note, warnings = "ipsative" if ipsative else why_not([x], structure), few_persons([len(x)])
    if not note:
        sample = sample_of([x])
        solution = best_fit(cells, sample)
        note, told = trouble_of(cells, solution, structure.items, heywood)
        warnings += told
    if note not in ("", "heywood_case"):
        return _undefined(structure, len(x), note, warnings)
    solution = pointed(structure, cells, solution)
    fit = fit_of(cells, sample, solution)
    if fit.df == 0 and not note:
        note = "saturated_model"
    row = cells.rows(solution.free)[0]
    covariance = np.linalg.inv(solution.information) / len(x)
    residuals = cells.parts(row)[2]
    total = np.diag(implied(cells, solution.free)[0][0])
    return ConfirmatoryFactors(
        **_estimates(fit, len(x), len(structure.items), note, warnings),
        fit=fit,
        loadings=_loadings(structure, cells, row, covariance, confidence),
        residuals=DataFrame(
            {"item": structure.items, "residual_variance": residuals, "explained": 1 - residuals / total}
        ),
        factor_correlations=_factor_correlations(structure, cells, row, covariance, confidence),
        n_persons=len(x),
        n_items=len(structure.items),
        note=note,
        warnings=warnings,
    )


def complete(items: DataFrame, model: FactorModel) -> Floats:
    """The model's items of the persons who answered all of them, shape (persons, items)."""
    absent = [each for each in model.items if each not in items.columns]
    if absent:
        raise ValueError(f'model: item "{absent[0]}" is no column; there are {", ".join(map(str, items.columns))}')
    x = numbers(items[list(model.items)])
    kept: Floats = x[np.isfinite(x).all(axis=1)]
    return kept


def why_not(groups: Sequence[Floats], model: FactorModel) -> str:
    """Code of what makes the model impossible for these data, empty if nothing does."""
    p, m = len(model.items), len(model.factors)
    if p < 2:
        return "too_few_items"
    if min(map(len, groups)) < 3:
        return "too_few_persons"
    if any((np.ptp(x, axis=0) <= NO_SPREAD).any() for x in groups):
        return "constant_items"
    if any(len(x) <= p or np.linalg.eigvalsh(np.atleast_2d(np.corrcoef(x.T))).min() < SINGULAR for x in groups):
        return "covariance_not_positive_definite"
    free = cells_of(model).n_free
    return "not_identified" if free > p * (p + 1) // 2 or m > p else ""


def few_persons(sizes: Sequence[int]) -> tuple[str, ...]:
    """The warning about samples too small for structure."""
    if sum(sizes) >= ENOUGH_PERSONS:
        return ()
    return (f"few_persons_for_structure: {sum(sizes)} persons; below {ENOUGH_PERSONS} loadings and fit are unstable",)


def sample_of(groups: Sequence[Floats]) -> Sample:
    """Covariances (divisor n), means and sizes of the groups."""
    return Sample(
        tuple(np.atleast_2d(np.cov(x.T, ddof=0)) for x in groups),
        tuple(x.mean(axis=0) for x in groups),
        tuple(len(x) for x in groups),
    )


def trouble_of(cells: Cells, solution: Solution, items: Sequence[str], heywood: Heywood) -> tuple[str, tuple[str, ...]]:
    """Note and warnings of a solution: no convergence, or numbers that no population has."""
    if solution.trouble:
        return solution.trouble, ()
    told: list[str] = []
    for row in cells.rows(solution.free):
        loadings, factors, residuals, _, _ = cells.parts(row)
        shares = residuals / np.abs(np.einsum("ij,jk,ik->i", loadings, factors, loadings) + residuals)
        negative = [name for name, each in zip(items, shares, strict=True) if each < -NO_SPREAD]
        if negative:
            told.append(f"heywood_case: {', '.join(map(str, negative))} would have a negative residual variance")
        if np.linalg.eigvalsh(factors).min() < -NO_SPREAD:
            told.append("heywood_case: the factor covariances are impossible, such as a correlation above 1")
    note = {"refuse": "did_not_converge", "keep": "heywood_case"}[heywood] if told else ""
    return note, tuple(dict.fromkeys(told))


def pointed(model: FactorModel, cells: Cells, solution: Solution) -> Solution:
    """The solution with every factor along its first item: the data cannot tell a factor from its reverse."""
    flip = flips(model, cells, solution.free)
    free, information = solution.free * flip, solution.information * np.outer(flip, flip)
    return dataclasses.replace(solution, free=free, information=information)


def flips(model: FactorModel, cells: Cells, free: Floats) -> Floats:
    """Signs, one a free parameter, that turn every factor along its first item."""
    loadings = cells.parts(cells.rows(free)[0])[0]
    first = [model.items.index(each[0]) for each in model.loads]
    sign = np.where(loadings[first, np.arange(cells.n_factors)] < 0, -1.0, 1.0)
    signs = np.concatenate(
        [np.tile(sign, cells.n_items), np.outer(sign, sign).ravel(), np.ones(2 * cells.n_items), sign]
    )
    flip = np.ones(cells.n_free)
    for number in cells.number:
        flip[number[number >= 0]] = signs[number >= 0]
    return flip


def _estimates(fit: Fit, n_persons: int, n_items: int, note: str, warnings: tuple[str, ...]) -> dict[str, Estimate]:
    one = Estimate(0.0, n_persons=n_persons, n_items=n_items, missing="listwise", note=note, warnings=warnings)
    told = {each: dataclasses.replace(one, value=getattr(fit, each)) for each in ("chi2", "cfi", "tli", "srmr")}
    told["chi2"] = dataclasses.replace(told["chi2"], extra={"df": fit.df, "p": fit.p})
    told["rmsea"] = dataclasses.replace(
        one,
        value=fit.rmsea,
        low=fit.rmsea_low,
        high=fit.rmsea_high,
        method="noncentral chi-square",
        confidence=RMSEA_CONFIDENCE,
    )
    return told


def _undefined(model: FactorModel, n_persons: int, note: str, warnings: tuple[str, ...]) -> ConfirmatoryFactors:
    p = len(model.items)
    nothing = undefined(note, n_persons=n_persons, n_items=p, missing="listwise", warnings=warnings)
    pairs = [(factor, item) for factor, items in zip(model.factors, model.loads, strict=True) for item in items]
    loadings = DataFrame(pairs, columns=["factor", "item"])
    correlations = DataFrame(list(combinations(model.factors, 2)), columns=["factor", "other"])
    return ConfirmatoryFactors(
        **dict.fromkeys(("chi2", "cfi", "tli", "rmsea", "srmr"), nothing),
        fit=Fit(),
        loadings=loadings.assign(**dict.fromkeys(LOADING_COLUMNS, math.nan)),
        residuals=DataFrame({"item": model.items, "residual_variance": math.nan, "explained": math.nan}),
        factor_correlations=correlations.assign(**dict.fromkeys(CORRELATION_COLUMNS, math.nan)),
        n_persons=n_persons,
        n_items=p,
        note=note,
        warnings=warnings,
    )


def _loadings(model: FactorModel, cells: Cells, row: Floats, covariance: Floats, confidence: float) -> DataFrame:
    loadings, factors, _, _, _ = cells.parts(row)
    of_covariances, _ = changes(cells, row, cells.number[0])
    sigma = np.diag(loadings @ factors @ loadings.T) + cells.parts(row)[2]
    at_loading, at_factor, *_ = cells.parts(cells.number[0])
    rows = []
    for factor, names in enumerate(model.loads):
        variance = max(float(factors[factor, factor]), 0.0)
        for name in names:
            item = model.items.index(name)
            value, total = float(loadings[item, factor]), float(sigma[item])
            standardised = value * math.sqrt(variance / total)
            by = -standardised / (2 * total) * of_covariances[:, item, item]
            own = np.zeros(cells.n_free)
            if at_loading[item, factor] >= 0:
                own[at_loading[item, factor]] = 1.0
                by += math.sqrt(variance / total) * own
            if at_factor[factor, factor] >= 0 and variance > 0:
                by[at_factor[factor, factor]] += standardised / (2 * variance)
            errors = [math.sqrt(max(0.0, float(each @ covariance @ each))) for each in (own, by)]
            ends = _ends(standardised, errors[1], confidence)
            rows.append((model.factors[factor], name, value, errors[0], standardised, errors[1], *ends))
    return DataFrame(rows, columns=["factor", "item", *LOADING_COLUMNS])


def _factor_correlations(
    model: FactorModel, cells: Cells, row: Floats, covariance: Floats, confidence: float
) -> DataFrame:
    factors, numbered = cells.parts(row)[1], cells.parts(cells.number[0])[1]
    rows = []
    for a, b in combinations(range(len(model.factors)), 2):
        size = math.sqrt(max(float(factors[a, a] * factors[b, b]), 0.0)) or math.nan
        r = float(factors[a, b]) / size
        by = np.zeros(cells.n_free)
        by[numbered[a, b]] = 1 / size
        for each in (a, b):
            if numbered[each, each] >= 0:
                by[numbered[each, each]] -= r / (2 * factors[each, each])
        error = math.sqrt(max(0.0, float(by @ covariance @ by)))
        rows.append((model.factors[a], model.factors[b], r, error, *_ends(r, error, confidence)))
    return DataFrame(rows, columns=["factor", "other", *CORRELATION_COLUMNS])


def _ends(value: float, error: float, confidence: float) -> tuple[float, float]:
    half = float(stats.norm.ppf(1 - tail_of(confidence))) * error
    return value - half, value + half
