"""How well a confirmatory factor model fits: the chi-square and what follows from it, in lavaan's definitions."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass

import numpy as np
from scipy import optimize, stats

from psychometrics.cfa_model import Cells, Sample, Solution, implied

RMSEA_CONFIDENCE = 0.90


@dataclass(frozen=True)
class Fit:
    """How well a model fits, in lavaan's definitions; NaN where it cannot be told.

    Attributes
    ----------
    chi2, df, p
        Likelihood ratio of the model against free moments; p is NaN without degrees of freedom.
    baseline_chi2, baseline_df
        The same of the model in which no item correlates with another.
    cfi, tli
        Bentler (1990), in [0, 1]; Tucker and Lewis (1973), may leave it.
    rmsea, rmsea_low, rmsea_high
        Steiger and Lind (1980), with 90 % interval; in several groups times the root of their number.
    srmr
        Bentler (1995): root mean square of residual correlations (and of residual means in sample SDs, if modelled).
    loglikelihood, aic, bic, n_parameters
    """

    chi2: float = math.nan
    df: int = 0
    p: float = math.nan
    baseline_chi2: float = math.nan
    baseline_df: int = 0
    cfi: float = math.nan
    tli: float = math.nan
    rmsea: float = math.nan
    rmsea_low: float = math.nan
    rmsea_high: float = math.nan
    srmr: float = math.nan
    loglikelihood: float = math.nan
    aic: float = math.nan
    bic: float = math.nan
    n_parameters: int = 0

    def to_dict(self) -> dict[str, float]:
        """The numbers by name, one row of a table."""
        return {each.name: getattr(self, each.name) for each in dataclasses.fields(self)}


def fit_of(cells: Cells, sample: Sample, solution: Solution) -> Fit:
    """All fit measures of a solution, for one group or several."""
    n, groups, p = sum(sample.n), len(sample.n), cells.n_items
    chi2 = max(0.0, n * solution.discrepancy)
    moments = groups * (p * (p + 1) // 2 + (p if cells.means else 0))
    baseline = sum(
        persons * float(np.log(np.diag(c)).sum() - np.linalg.slogdet(c)[1])
        for persons, c in zip(sample.n, sample.covariances, strict=True)
    )
    saturated = sum(
        -persons / 2 * float(p * math.log(2 * math.pi) + np.linalg.slogdet(c)[1] + p)
        for persons, c in zip(sample.n, sample.covariances, strict=True)
    )
    srmr = 0.0
    for (sigma, mu), c, mean, persons in zip(
        implied(cells, solution.free), sample.covariances, sample.means, sample.n, strict=True
    ):
        sd = np.sqrt(np.diag(c))
        residual = ((c - sigma) / np.outer(sd, sd))[np.tril_indices(p)]
        if cells.means:
            residual = np.concatenate([residual, (mean - mu) / sd])
        srmr += persons / n * math.sqrt(float((residual**2).mean()))
    loglikelihood = saturated - chi2 / 2
    return dataclasses.replace(
        measures(chi2, moments - cells.n_free, baseline, groups * p * (p - 1) // 2, n, groups),
        srmr=srmr,
        loglikelihood=loglikelihood,
        aic=2 * cells.n_free - 2 * loglikelihood,
        bic=math.log(n) * cells.n_free - 2 * loglikelihood,
        n_parameters=cells.n_free,
    )


def measures(chi2: float, df: int, baseline_chi2: float, baseline_df: int, n: int, groups: int = 1) -> Fit:
    """What follows from the chi-squares of model and baseline.

    >>> found = measures(85.306, 24, 918.852, 36, 301)
    >>> round(found.cfi, 3), round(found.tli, 3), round(found.rmsea, 3)
    (0.931, 0.896, 0.092)
    """
    beyond, baseline_beyond = max(chi2 - df, 0.0), max(chi2 - df, baseline_chi2 - baseline_df, 0.0)
    misfit = (baseline_chi2 - baseline_df) * df
    low, high = _noncentralities(chi2, df) if df else (0.0, 0.0)
    unit = math.sqrt(groups / (n * df)) if df else 0.0
    return Fit(
        chi2=chi2,
        df=df,
        p=float(stats.chi2.sf(chi2, df)) if df else math.nan,
        baseline_chi2=baseline_chi2,
        baseline_df=baseline_df,
        cfi=1 - beyond / baseline_beyond if baseline_beyond > 0 else 1.0,
        tli=1 - (chi2 - df) * baseline_df / misfit if misfit else 1.0,
        rmsea=unit * math.sqrt(beyond),
        rmsea_low=unit * math.sqrt(low),
        rmsea_high=unit * math.sqrt(high),
    )


def _noncentralities(chi2: float, df: int) -> tuple[float, float]:
    """Noncentralities under which the chi-square lies at either end of its middle 90 %; 0 where none is small enough."""
    tail = (1 - RMSEA_CONFIDENCE) / 2

    def solved(below: float) -> float:
        if float(stats.chi2.cdf(chi2, df)) < below:
            return 0.0
        reach = 10.0
        while float(stats.ncx2.cdf(chi2, df, reach)) > below:
            reach *= 2
        found = optimize.brentq(lambda each: float(stats.ncx2.cdf(chi2, df, each)) - below, 1e-12, reach, xtol=1e-9)
        return float(found)

    return solved(1 - tail), solved(tail)
