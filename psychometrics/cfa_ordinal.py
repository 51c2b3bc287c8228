"""Confirmatory factor analysis of ordered answers: diagonally weighted least squares on polychoric correlations.

What R calls WLSMV: estimates weighted by how certain each correlation is, standard errors and a scaled and shifted
chi-square from their whole asymptotic covariance matrix. Numbers are those of lavaan (delta parametrisation).
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from pandas import DataFrame
from scipy import special, stats

from psychometrics.bivariate_normal import FAR, LARGEST, bivariate_normal
from psychometrics.cfa import Heywood, complete, few_persons, flips
from psychometrics.cfa_model import Cells, FactorModel, cells_of, changes, factor_model, implied
from psychometrics.correlations import Polychoric, polychoric
from psychometrics.estimate import NO_SPREAD, Floats, tail_of
from psychometrics.fit_measures import Fit, measures

MOST_STEPS = 500


@dataclass(frozen=True)
class OrdinalFactors:
    """What a confirmatory factor analysis of ordered answers found.

    Attributes
    ----------
    scaled : Fit
        From the scaled and shifted chi-squares of model and baseline: the ones to report.
    unscaled : Fit
        From the weighted least squares themselves, which no chi-square distribution describes.
    loadings : DataFrame
        One row a loading: factor, item, standardised, standardised_standard_error, low, high.
    factor_correlations : DataFrame
        One row a pair of factors: factor, other, correlation, standard_error, low, high.
    polychoric : Polychoric
        The correlations and thresholds that were fitted.
    n_persons : int
        Persons without a missing answer.
    note, warnings
        As in an `Estimate`.
    """

    scaled: Fit
    unscaled: Fit
    loadings: DataFrame
    factor_correlations: DataFrame
    polychoric: Polychoric
    n_persons: int
    n_items: int
    note: str = ""
    warnings: tuple[str, ...] = ()


def ordinal_factors(
    items: DataFrame,
    model: str | FactorModel | Mapping[str, Sequence[str]],
    *,
    heywood: Heywood = "refuse",
    ipsative: bool = False,
    confidence: float = 0.95,
    most_categories: int = 15,
) -> OrdinalFactors:
    """Confirmatory factors of ordered answers (Muthén, du Toit and Spisic, 1997), as lavaan's `estimator = "WLSMV"`.

    The covariance of the polychoric correlations is Muthén's (1984), the scaled and shifted chi-square that of
    Asparouhov and Muthén (2010). `n - 1` multiplies the discrepancy, as in lavaan.

    Parameters
    ----------
    items : DataFrame, shape (persons, columns)
        Ordered answers as numbers, one row a person. Persons with a missing answer to an item are left out.
    model : str or mapping
        See `confirmatory_factors`. Factors have variance 1.
    heywood, ipsative
        See `confirmatory_factors`.
    confidence : float in (0, 1)
    most_categories : int
        See `polychoric`.

    Returns
    -------
    OrdinalFactors
        NaN with a note: `ipsative`, those of `polychoric`, `boundary_correlation` (two items are copies of each
        other), `not_identified`, `did_not_converge`. Below 300 persons the warning `few_persons_for_structure`.

    Examples
    --------
    >>> import pandas as pd
    >>> random = np.random.default_rng(1)
    >>> trait = random.normal(size=(500, 1))
    >>> raw = np.round(3 + trait + random.normal(size=(500, 4))).clip(1, 5)
    >>> found = ordinal_factors(pd.DataFrame(raw, columns=list("abcd")), "f =~ a + b + c + d")
    >>> found.scaled.df, found.loadings["standardised"].round(2).tolist()
    (2, [0.66, 0.74, 0.62, 0.7])
    """
    if heywood not in ("refuse", "keep"):
        raise ValueError(f'heywood: "{heywood}"; allowed are "refuse" and "keep"')
    structure = factor_model(model)
    x = complete(items, structure)
    n, p = x.shape
    answers = DataFrame(x, columns=list(structure.items))
    found = polychoric(answers, missing="listwise", most_categories=most_categories)
    cells = cells_of(structure)
    warnings = few_persons([n]) + found.warnings
    note = "ipsative" if ipsative else _why_not(found, cells)
    unknown = np.full(cells.n_free, math.nan)
    told = structure, cells, unknown, unknown, confidence
    nothing = OrdinalFactors(Fit(), Fit(), _loadings(*told), _factor_correlations(*told), found, n, p, note, warnings)
    if note:
        return nothing
    lower = np.tril_indices(p, -1)
    r = found.correlations.to_numpy()[lower]
    covariance = correlation_covariance(x, found)
    weights = 1 / (n * np.diag(covariance))
    free, note = _best_fit(cells, r, weights)
    if not note:
        row = cells.rows(free)[0]
        communal = np.diag(implied(cells, free)[0][0]) - cells.parts(row)[2]
        note, wrong = _impossible(structure, communal, cells.parts(row)[1], heywood)
        warnings += wrong
    if note not in ("", "heywood_case"):
        return dataclasses.replace(nothing, note=note, warnings=warnings)
    free = free * flips(structure, cells, free)
    slopes = _structural(cells, free)[1]
    bread = np.linalg.inv(slopes.T * weights @ slopes)
    half = bread @ slopes.T * weights
    errors = np.sqrt(np.maximum(np.diag(half @ covariance @ half.T), 0.0) * n / (n - 1))
    told = structure, cells, free, errors, confidence
    away = r - _structural(cells, free)[0]
    rest = np.diag(weights) - (slopes.T * weights).T @ half
    thresholds = sum(len(np.unique(each)) - 1 for each in x.T)
    more = {"srmr": math.sqrt(float(away @ away) / (p * (p + 1) / 2)), "n_parameters": slopes.shape[1] + thresholds}
    df, df_0 = len(r) - slopes.shape[1], len(r)
    chi2, chi2_0 = ((n - 1) * float((weights * each**2).sum()) for each in (away, r))
    scaled, scaled_0 = (
        _shifted(chi2, df, rest, n * covariance),
        _shifted(chi2_0, df_0, np.diag(weights), n * covariance),
    )
    return OrdinalFactors(
        dataclasses.replace(measures(scaled, df, scaled_0, df_0, n - 1), **more),
        dataclasses.replace(measures(chi2, df, chi2_0, df_0, n - 1), **more),
        _loadings(*told),
        _factor_correlations(*told),
        found,
        n,
        p,
        note or ("saturated_model" if df == 0 else ""),
        warnings,
    )


def correlation_covariance(x: Floats, found: Polychoric) -> Floats:
    """Asymptotic covariance of two-step polychoric correlations (Muthén, 1984), shape (pairs, pairs).

    A person's influence on a correlation is the score of the person's cell, less what the cell moves through the
    thresholds, which were estimated before. Pairs are ordered as in `numpy.tril_indices(items, -1)`.

    Parameters
    ----------
    x : array, shape (persons, items)
        Answers without missing ones.
    found : Polychoric
        Of the same answers.
    """
    n, p = x.shape
    codes = np.searchsorted(np.array(found.categories), x)
    cuts = len(found.categories) - 1
    below = np.stack([(codes <= each).mean(axis=0) for each in range(cuts)], axis=1)
    thresholds = np.clip(special.ndtri(below), -FAR, FAR)
    density = np.exp(-(thresholds**2) / 2) / math.sqrt(2 * math.pi)
    # how far one person's answer moves each threshold, by item, threshold and answer
    moved = (np.arange(cuts)[:, None] >= np.arange(cuts + 1)) - below[:, :, None]
    moved = moved / (n * np.where(density > NO_SPREAD, density, math.inf))[:, :, None]
    correlations = found.correlations.to_numpy()
    influences = np.empty((n, p * (p - 1) // 2))
    for pair, (i, j) in enumerate(zip(*np.tril_indices(p, -1), strict=True)):
        r = float(correlations[i, j])
        table = np.zeros((cuts + 1, cuts + 1))
        np.add.at(table, (codes[:, i], codes[:, j]), 1)
        h, k = thresholds[i], thresholds[j]
        probability, by_r, by_h = _cell(h, k, r)
        by_k = _cell(k, h, r)[2].transpose(0, 2, 1)
        # a cell that nobody is in has no say, however small its probability
        probability = np.where(table > 0, np.maximum(probability, 1e-15), math.inf)
        score, by_h, by_k = by_r / probability, by_h / probability, by_k / probability
        through_h, through_k = ((table * score * each).sum(axis=(1, 2)) for each in (by_h, by_k))
        moves = score - (through_h @ moved[i])[:, None] - (through_k @ moved[j])[None, :]
        influences[:, pair] = (moves / (table * score**2).sum())[codes[:, i], codes[:, j]]
    covariance: Floats = influences.T @ influences
    return covariance


def _cell(h: Floats, k: Floats, r: float) -> tuple[Floats, Floats, Floats]:
    """Probabilities of a table's cells and their derivatives by the correlation and by each threshold of the rows."""
    low_to_high = np.concatenate([[-FAR], h, [FAR]]), np.concatenate([[-FAR], k, [FAR]])
    a, b = (each[:, None] if place == 0 else each[None, :] for place, each in enumerate(low_to_high))
    rest = (1 - r) * (1 + r)
    probability = np.diff(np.diff(bivariate_normal(a, b, r), axis=0), axis=1)
    joint = np.exp(-((a - r * b) ** 2 / rest + b**2) / 2) / (2 * math.pi * math.sqrt(rest))
    given = np.diff(special.ndtr((low_to_high[1] - r * h[:, None]) / math.sqrt(rest)), axis=1)
    given *= (np.exp(-(h**2) / 2) / math.sqrt(2 * math.pi))[:, None]
    by_h = np.zeros((len(h), len(h) + 1, len(k) + 1))
    at = np.arange(len(h))
    by_h[at, at], by_h[at, at + 1] = given, -given
    return probability, np.diff(np.diff(joint, axis=0), axis=1), by_h


def _why_not(found: Polychoric, cells: Cells) -> str:
    if found.note:
        return found.note
    r = found.correlations.to_numpy()
    if np.isnan(r).any():
        return "constant_items"
    pairs = r[np.tril_indices(len(r), -1)]
    if (np.abs(pairs) >= LARGEST).any():
        return "boundary_correlation"
    return "not_identified" if _n_structural(cells) > len(pairs) else ""


def _n_structural(cells: Cells) -> int:
    """Loadings and factor correlations, which are numbered before the residual variances."""
    return int(cells.number[0, : cells.ends[1]].max()) + 1


def _structural(cells: Cells, free: Floats) -> tuple[Floats, Floats]:
    """The correlations that the model implies, shape (pairs,), and their slopes, shape (pairs, parameters)."""
    lower = np.tril_indices(cells.n_items, -1)
    slopes = changes(cells, cells.rows(free)[0], cells.number[0])[0][: _n_structural(cells)]
    return implied(cells, free)[0][0][lower], slopes[:, lower[0], lower[1]].T


def _best_fit(cells: Cells, r: Floats, weights: Floats) -> tuple[Floats, str]:
    """Weighted least squares by damped Gauss-Newton steps; the second value is the trouble, if any."""
    count = _n_structural(cells)
    free = np.zeros(cells.n_free)
    signs = np.eye(cells.n_items)
    signs[np.tril_indices(cells.n_items, -1)] = r
    signs = np.sign(np.tril(signs, -1) + np.tril(signs, -1).T + np.eye(cells.n_items))
    at = cells.parts(cells.number[0])[0]
    for factor in range(cells.n_factors):
        mine = np.flatnonzero(at[:, factor] >= 0)
        free[at[mine, factor]] = 0.6 * signs[mine, mine[0]]
    root, damping = np.sqrt(weights), 1e-3
    away, slopes = r - _structural(cells, free)[0], _structural(cells, free)[1]
    value = float((weights * away**2).sum())
    for _ in range(MOST_STEPS):
        scaled = root[:, None] * slopes
        size = np.maximum(np.linalg.norm(scaled, axis=0), 1e-12)
        matrix = (scaled / size).T @ (scaled / size)
        slope = (scaled / size).T @ (root * away)
        step = np.linalg.lstsq(matrix + damping * np.eye(count), slope, rcond=None)[0] / size
        if float(np.abs(slope).max()) < 1e-10 * max(1.0, math.sqrt(value)) or np.abs(step).max() < 1e-12:
            singular = np.linalg.eigvalsh(matrix).min() < 1e-9
            return free, "not_identified" if singular else ""
        trial = free.copy()
        trial[:count] += step
        trial_away = r - _structural(cells, trial)[0]
        new = float((weights * trial_away**2).sum())
        if new <= value:
            free, value, away, damping = trial, new, trial_away, damping / 10
            slopes = _structural(cells, free)[1]
        else:
            damping *= 8
            if damping > 1e12:
                break
    return free, "did_not_converge"


def _impossible(model: FactorModel, communal: Floats, factors: Floats, heywood: Heywood) -> tuple[str, tuple[str, ...]]:
    told = []
    above = [name for name, each in zip(model.items, communal, strict=True) if each > 1 + NO_SPREAD]
    if above:
        told.append(f"heywood_case: {', '.join(map(str, above))} would have a negative residual variance")
    if np.linalg.eigvalsh(factors).min() < -NO_SPREAD:
        told.append("heywood_case: the factor covariances are impossible, such as a correlation above 1")
    return {"refuse": "did_not_converge", "keep": "heywood_case"}[heywood] if told else "", tuple(told)


def _shifted(chi2: float, df: int, rest: Floats, covariance: Floats) -> float:
    """The chi-square scaled and shifted to the mean and variance of its degrees of freedom."""
    if df == 0:
        return chi2
    product = rest @ covariance
    scale = math.sqrt(df / float((product * product.T).sum()))
    return chi2 * scale + df - scale * float(np.trace(product))


LOADING_COLUMNS = ["standardised", "standardised_standard_error", "low", "high"]
CORRELATION_COLUMNS = ["correlation", "standard_error", "low", "high"]


def _loadings(model: FactorModel, cells: Cells, free: Floats, errors: Floats, confidence: float) -> DataFrame:
    pairs = [(factor, item) for factor, items in zip(model.factors, model.loads, strict=True) for item in items]
    number = cells.parts(cells.number[0])[0]
    where = [number[model.items.index(item), model.factors.index(factor)] for factor, item in pairs]
    table = DataFrame(pairs, columns=["factor", "item"])
    return table.assign(**_told(LOADING_COLUMNS, free[where], errors[where], confidence))


def _factor_correlations(
    model: FactorModel, cells: Cells, free: Floats, errors: Floats, confidence: float
) -> DataFrame:
    places = list(combinations(range(len(model.factors)), 2))
    where = np.array([cells.parts(cells.number[0])[1][each] for each in places], dtype=int)
    table = DataFrame([(model.factors[a], model.factors[b]) for a, b in places], columns=["factor", "other"])
    return table.assign(**_told(CORRELATION_COLUMNS, free[where], errors[where], confidence))


def _told(columns: Sequence[str], values: Floats, errors: Floats, confidence: float) -> dict[str, Floats]:
    half = float(stats.norm.ppf(1 - tail_of(confidence))) * errors
    return dict(zip(columns, (values, errors, values - half, values + half), strict=True))
