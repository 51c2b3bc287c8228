"""Parallel analysis: how many components or factors are stronger than chance would make them?"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from pandas import DataFrame

from psychometrics.estimate import Estimate, Floats, Missing
from psychometrics.extraction import extracted
from psychometrics.factorability import ItemCorrelations, item_correlations

Rule = Literal["centile", "mean"]


@dataclass(frozen=True)
class ParallelAnalysis:
    """How many dimensions the answers have.

    Attributes
    ----------
    n_components, n_factors : Estimate
        By the rule that was asked for; `extra` has `by_mean` and `by_centile`.
    eigenvalues : DataFrame
        `number`, and for each eigenvalue `component`, `component_mean`, `component_centile` (of the correlations, and
        of simulated ones), `factor`, `factor_mean`, `factor_centile` (with the communalities of one factor in the
        diagonal).
    """

    n_components: Estimate
    n_factors: Estimate
    eigenvalues: DataFrame


def parallel_analysis(
    items: DataFrame,
    *,
    rule: Rule = "centile",
    n_iter: int = 100,
    centile: float = 95.0,
    seed: int = 0,
    missing: Missing = "pairwise",
    ipsative: bool = False,
) -> ParallelAnalysis:
    """Count the eigenvalues above those of uncorrelated normal data of the same size (Horn, 1965).

    Factors are judged by the eigenvalues of the correlations with the communalities of one minimum-residual factor in
    the diagonal, as in R's `psych::fa.parallel`.

    Parameters
    ----------
    items : DataFrame, shape (persons, items)
        One row a person; NaN is a missing answer. Constant items are left out. The simulated data are complete.
    rule : "centile" or "mean"
        An eigenvalue counts when it is above that centile (Glorfeld, 1995; what psych does) or above the mean (Horn)
        of the simulated ones, and so are all before it.
    n_iter : int
        Simulated tables.
    centile : float in (0, 100)
    seed : int
    missing : "pairwise" or "listwise"
    ipsative : bool
        True gives `ipsative`: such answers correlate by construction.

    Returns
    -------
    ParallelAnalysis
        Numbers of components and factors, 0 to items; no interval. 0 is a result, with the note
        `nothing_beyond_chance`. NaN with the reasons of `item_correlations` and, for factors, `did_not_converge`.

    Examples
    --------
    >>> random = np.random.default_rng(1)
    >>> traits, noise = random.normal(size=(400, 2)), random.normal(size=(400, 6))
    >>> found = parallel_analysis(pd.DataFrame(traits[:, [0, 0, 0, 1, 1, 1]] + noise).add_prefix("q"))
    >>> found.n_components, found.n_factors
    (Estimate(2.000, n=400), Estimate(2.000, n=400))
    """
    if rule not in ("centile", "mean"):
        raise ValueError(f'rule: "{rule}"; allowed are "centile" and "mean"')
    if n_iter < 1:
        raise ValueError(f"n_iter: {n_iter}; at least 1 is needed")
    if not 0 < centile < 100:
        raise ValueError(f"centile: {centile}; it lies between 0 and 100")
    of = item_correlations(items, missing=missing, ipsative=ipsative)
    if of.undefined_because:
        columns = ["number", *(f"{what}{of}" for what in ("component", "factor") for of in ("", "_mean", "_centile"))]
        none = of.undefined(of.undefined_because)
        return ParallelAnalysis(none, none, pd.DataFrame(columns=columns, dtype=float))
    simulated = _simulated(of.n_persons, len(of.items), n_iter, np.random.default_rng(seed))
    components, by_chance = _falling(of.r), np.array([_falling(each) for each in simulated])
    factors, factors_by_chance = _of_one_factor(of.r), np.array([_of_one_factor(each) for each in simulated])
    table = pd.DataFrame({"number": np.arange(1, len(of.items) + 1)})
    for name, observed, chance in (
        ("component", components, by_chance),
        ("factor", factors, factors_by_chance[~np.isnan(factors_by_chance).any(axis=1)]),
    ):
        table[name] = observed
        table[f"{name}_mean"] = chance.mean(axis=0) if len(chance) else math.nan
        table[f"{name}_centile"] = np.quantile(chance, centile / 100, axis=0) if len(chance) else math.nan
    return ParallelAnalysis(
        _counted(of, table, "component", rule, n_iter), _counted(of, table, "factor", rule, n_iter), table
    )


def _counted(of: ItemCorrelations, table: DataFrame, name: str, rule: Rule, n_iter: int) -> Estimate:
    if table[[name, f"{name}_mean"]].isna().any(axis=None):
        return of.undefined("did_not_converge")
    above = {each: (table[name] > table[f"{name}_{each}"]).cummin().sum() for each in ("mean", "centile")}
    value = int(above[rule])
    return of.estimate(
        float(value),
        note="" if value else "nothing_beyond_chance",
        extra={"by_mean": int(above["mean"]), "by_centile": int(above["centile"]), "rule": rule, "n_iter": n_iter},
    )


def _falling(matrix: Floats) -> Floats:
    values: Floats = np.flip(np.linalg.eigvalsh(matrix)).astype(float)
    return values


def _of_one_factor(r: Floats) -> Floats:
    found = extracted(r, 1)
    if not found.converged:
        return np.full(len(r), math.nan)
    reduced = r.copy()
    np.fill_diagonal(reduced, found.loadings[:, 0] ** 2)
    return _falling(reduced)


def _simulated(n_persons: int, k: int, n_iter: int, random: np.random.Generator) -> Floats:
    """Correlations of uncorrelated normal data, shape (n_iter, items, items)."""
    df = n_persons - 1
    if df < k:
        data = random.normal(size=(n_iter, n_persons, k))
        return _correlated(np.swapaxes(data - data.mean(axis=1, keepdims=True), 1, 2))
    # Bartlett's decomposition of a Wishart matrix: as if the persons had been drawn, without drawing them
    root = np.tril(random.normal(size=(n_iter, k, k)), -1)
    root[:, np.arange(k), np.arange(k)] = np.sqrt(random.chisquare(df - np.arange(k), size=(n_iter, k)))
    return _correlated(root)


def _correlated(rows: Floats) -> Floats:
    lengths = np.sqrt((rows**2).sum(axis=2))
    matrices: Floats = rows @ np.swapaxes(rows, 1, 2) / (lengths[:, :, None] * lengths[:, None, :])
    return matrices
