"""Exploratory factor analysis: which few factors reproduce the correlations of many items?"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from pandas import DataFrame
from scipy import stats

from psychometrics.estimate import Detail, Estimate, Floats, Missing
from psychometrics.extraction import EXTRACTIONS, Extracted, Extraction, degrees_of_freedom, extracted
from psychometrics.factorability import ItemCorrelations, item_correlations
from psychometrics.rotation import ROTATIONS, Rotated, Rotation, oblimin, varimax


@dataclass(frozen=True)
class FactorSolution:
    """A factor solution; without one, `fit` is undefined and the tables hold NaN.

    Attributes
    ----------
    fit : Estimate
        Root mean square of the residual correlations, with all notes and warnings of the solution.
    loadings : DataFrame, index item, columns F1, F2, ...
        Pattern loadings, by falling sum of squared loadings, each column reflected to a positive sum.
    phi : DataFrame
        Correlations of the factors; the identity unless the rotation is oblique.
    items : DataFrame
        `item`, `communality`, `uniqueness`, `heywood`.
    factors : DataFrame
        `factor`, `ss_loadings`, `variance_share`: variance that a factor explains, in items and as share.
    extraction, rotation : str
    """

    fit: Estimate
    loadings: DataFrame
    phi: DataFrame
    items: DataFrame
    factors: DataFrame
    extraction: str
    rotation: str


def efa(
    items: DataFrame,
    n_factors: int,
    *,
    extraction: Extraction = "minres",
    rotation: Rotation = "oblimin",
    missing: Missing = "pairwise",
    starts: int = 1,
    seed: int = 0,
    ipsative: bool = False,
) -> FactorSolution:
    """Common factors of the items' correlations, by minimum residuals (Harman and Jones, 1966) or maximum likelihood
    (Joreskog, 1967), rotated by varimax or oblimin.

    Parameters
    ----------
    items : DataFrame, shape (persons, items)
        One row a person: average or choose repeats before. NaN is a missing answer. Constant items are left out.
    n_factors : int
        See `parallel_analysis`.
    extraction : "minres" or "ml"
    rotation : "none", "varimax" (Kaiser's normalisation) or "oblimin" (gamma 0)
    missing : "pairwise" or "listwise"
    starts, seed : int
        Of oblimin, see `rotation.oblimin`.
    ipsative : bool
        True gives `ipsative`: such answers correlate by construction.

    Returns
    -------
    FactorSolution
        `fit`: correlation units, at least 0; smaller is better; no interval. In `extra` `df`, and for maximum
        likelihood `chi_square` (Bartlett's correction) and `p`. NaN with the reasons of `item_correlations`, with
        `too_few_items` (no more than factors), `did_not_converge`, and for maximum likelihood `singular_correlations`
        or `not_positive_definite`. Minimum residuals bear these two and carry them as note. Warnings:
        `heywood_case` (a uniqueness at its bound of .005), `not_identified` (fewer than 0 degrees of freedom),
        `rotation_did_not_converge`, and those of `item_correlations`.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> random = np.random.default_rng(1)
    >>> traits, noise = random.normal(size=(400, 2)), random.normal(size=(400, 6))
    >>> answers = pd.DataFrame(traits[:, [0, 0, 0, 1, 1, 1]] + noise, columns=["a1", "a2", "a3", "b1", "b2", "b3"])
    >>> found = efa(answers, 2)
    >>> found.loadings.idxmax(axis=1).to_dict()
    {'a1': 'F1', 'a2': 'F1', 'a3': 'F1', 'b1': 'F2', 'b2': 'F2', 'b3': 'F2'}
    >>> efa(answers[:2], 2).fit
    Estimate(not estimable: too_few_persons, n=2)
    """
    if n_factors < 1:
        raise ValueError(f"n_factors: {n_factors}; at least 1 is needed")
    if extraction not in EXTRACTIONS:
        raise ValueError(f'extraction: "{extraction}"; allowed are {", ".join(EXTRACTIONS)}')
    if rotation not in ROTATIONS:
        raise ValueError(f'rotation: "{rotation}"; allowed are {", ".join(ROTATIONS)}')
    of = item_correlations(items, missing=missing, ipsative=ipsative, at_least=n_factors + 1)
    because = of.undefined_because or (of.note if extraction == "ml" else "")
    if because:
        return _without(of, because, n_factors, extraction, rotation)
    found = extracted(of.r, n_factors, extraction)
    if not found.converged:
        return _without(of, "did_not_converge", n_factors, extraction, rotation)
    turned = rotated(found.loadings, rotation, starts=starts, seed=seed)
    pattern, phi = ordered(turned.loadings, turned.phi)

    k, df = len(of.items), degrees_of_freedom(len(of.items), n_factors)
    names = [f"F{each + 1}" for each in range(n_factors)]
    residual = of.r - found.loadings @ found.loadings.T
    np.fill_diagonal(residual, 0.0)
    extra: dict[str, Detail] = {"df": df}
    if extraction == "ml" and df > 0:
        corrected = of.n_persons - 1 - (2 * k + 5) / 6 - 2 * n_factors / 3
        chi_square = corrected * found.discrepancy if corrected > 0 else math.nan
        extra |= {"chi_square": chi_square, "p": float(stats.chi2.sf(chi_square, df))}
    warnings = _warnings(of, found, turned, df)
    fit = of.estimate(float(np.sqrt((residual**2).sum() / (k * (k - 1)))), warnings=warnings, extra=extra)
    communality = (found.loadings**2).sum(axis=1)
    explained = np.diag(phi @ pattern.T @ pattern)
    return FactorSolution(
        fit,
        pd.DataFrame(pattern, index=pd.Index(of.items, name="item"), columns=names),
        pd.DataFrame(phi, index=names, columns=names),
        pd.DataFrame(
            {"item": of.items, "communality": communality, "uniqueness": 1 - communality, "heywood": found.heywood}
        ),
        pd.DataFrame({"factor": names, "ss_loadings": explained, "variance_share": explained / k}),
        extraction,
        rotation,
    )


def rotated(loadings: Floats, rotation: Rotation, *, starts: int = 1, seed: int = 0) -> Rotated:
    """Rotate by the name of a rotation.

    >>> rotated(np.array([[0.7], [0.6]]), "varimax").loadings.ravel().tolist()
    [0.7, 0.6]
    """
    if rotation == "varimax":
        return varimax(loadings)
    if rotation == "oblimin":
        return oblimin(loadings, starts=starts, seed=seed)
    return Rotated(loadings, np.eye(loadings.shape[1]), True)


def ordered(loadings: Floats, phi: Floats) -> tuple[Floats, Floats]:
    """Columns by falling sum of squared loadings, reflected to a positive sum; `phi` follows.

    >>> ordered(np.array([[0.1, -0.8], [0.2, -0.7]]), np.eye(2))[0].tolist()
    [[0.8, 0.1], [0.7, 0.2]]
    """
    order = np.argsort(-(loadings**2).sum(axis=0), kind="stable")
    signs = np.where(loadings[:, order].sum(axis=0) < 0, -1.0, 1.0)
    return loadings[:, order] * signs, phi[np.ix_(order, order)] * np.outer(signs, signs)


def _warnings(of: ItemCorrelations, found: Extracted, turned: Rotated, df: int) -> tuple[str, ...]:
    warnings: tuple[str, ...] = ()
    if found.heywood.any():
        listed = ", ".join(name for name, at in zip(of.items, found.heywood, strict=True) if at)
        warnings += (f"heywood_case: {listed} would have no variance of its own; the uniqueness is held at .005",)
    if df < 0:
        warnings += (f"not_identified: {df} degrees of freedom; other loadings fit as well",)
    if not turned.converged:
        warnings += ("rotation_did_not_converge: the loadings are those of the last step",)
    return warnings


def _without(of: ItemCorrelations, because: str, n_factors: int, extraction: str, rotation: str) -> FactorSolution:
    names = [f"F{each + 1}" for each in range(n_factors)]
    nothing = math.nan
    return FactorSolution(
        of.undefined(because),
        pd.DataFrame(nothing, index=pd.Index(of.items, name="item"), columns=names),
        pd.DataFrame(nothing, index=names, columns=names),
        pd.DataFrame({"item": of.items, "communality": nothing, "uniqueness": nothing, "heywood": False}),
        pd.DataFrame({"factor": names, "ss_loadings": nothing, "variance_share": nothing}),
        extraction,
        rotation,
    )
