"""Exploratory factor analysis: which few factors reproduce the correlations of many items?"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas import DataFrame
from scipy import linalg, optimize, stats

from psychometrics.covariances import squared_multiple
from psychometrics.estimate import Detail, Estimate, Floats, Missing
from psychometrics.factorability import ItemCorrelations, item_correlations
from psychometrics.rotation import ROTATIONS, Rotated, Rotation, oblimin, varimax

Extraction = Literal["minres", "ml"]
EXTRACTIONS = ("minres", "ml")
LEAST_UNIQUENESS = 0.005  # R's bound (psych, factanal); an item that reaches it is a Heywood case
AT_BOUND = 1e-6
AT_REST = 1e-4  # a slope below this no longer moves the fourth digit of a loading

Objective = Callable[[Floats], tuple[float, Floats]]


@dataclass(frozen=True)
class Extracted:
    """Unrotated factors of a correlation matrix.

    Attributes
    ----------
    loadings : array, shape (items, factors)
        Columns by falling sum of squares, reflected to a positive sum.
    heywood : array of bool, shape (items,)
        Items whose uniqueness went to its bound of .005.
    discrepancy : float
        Minimum of the criterion.
    converged : bool
    """

    loadings: Floats
    heywood: NDArray[np.bool_]
    discrepancy: float
    converged: bool


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


def extracted(r: Floats, n_factors: int, extraction: Extraction = "minres") -> Extracted:
    """Factors of a correlation matrix, unrotated.

    Parameters
    ----------
    r : array, shape (items, items)
        Without NaN; for "ml" positive definite.
    n_factors : int
    extraction : "minres" or "ml"

    Returns
    -------
    Extracted
        Loadings without unit; communalities in [0, .995], but for a Heywood case of "minres", which may exceed 1.

    Examples
    --------
    >>> import numpy as np
    >>> loadings = np.array([0.8, 0.7, 0.6, 0.5])
    >>> r = np.outer(loadings, loadings)
    >>> np.fill_diagonal(r, 1)
    >>> extracted(r, 1).loadings[:, 0].round(4).tolist()
    [0.8, 0.7, 0.6, 0.5]
    """
    start = np.clip(1 - _squared_multiple(r), LEAST_UNIQUENESS, 1.0)
    if degrees_of_freedom(len(r), n_factors) <= 0:
        return _where_r_stops(r, n_factors, extraction, start)
    objective = _minres(r, n_factors) if extraction == "minres" else _maximum_likelihood(r, n_factors)
    # the logarithm: a small uniqueness bends the likelihood far more than a large one
    by_log = extraction == "ml"
    low, high = (math.log(LEAST_UNIQUENESS), 0.0) if by_log else (LEAST_UNIQUENESS, 1.0)
    found = optimize.minimize(
        objective,
        np.log(start) if by_log else start,
        jac=True,
        method="L-BFGS-B",
        bounds=[(low, high)] * len(r),
        options={"maxiter": 2000, "maxfun": 20000, "ftol": 1e-15, "gtol": 1e-8, "maxcor": 20},
    )
    uniqueness = np.exp(found.x) if by_log else found.x
    value, slope = objective(found.x)
    held = ((found.x <= low + AT_BOUND) & (slope > 0)) | ((found.x >= high - AT_BOUND) & (slope < 0))
    converged = bool(np.isfinite(value) and np.abs(slope[~held]).max(initial=0.0) < AT_REST)
    return _extracted(r, uniqueness, n_factors, extraction, float(value), converged)


def degrees_of_freedom(n_items: int, n_factors: int) -> int:
    """Correlations less what the factors are free to choose; below 0 no solution is the only one.

    >>> degrees_of_freedom(5, 2), degrees_of_freedom(5, 3)
    (1, -2)
    """
    return ((n_items - n_factors) ** 2 - n_items - n_factors) // 2


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


def _minres(r: Floats, n_factors: int) -> Objective:
    """Half the sum of squared residuals given the uniquenesses, and its slope; at the minimum the diagonal fits."""

    def objective(uniqueness: Floats) -> tuple[float, Floats]:
        reduced = r - np.diag(uniqueness)
        loadings = _loadings(reduced, n_factors)
        squares = float((reduced**2).sum() - ((loadings**2).sum(axis=0) ** 2).sum())
        return squares / 2, (loadings**2).sum(axis=1) - np.diag(reduced)

    return objective


def _maximum_likelihood(r: Floats, n_factors: int) -> Objective:
    """The likelihood's discrepancy given the logarithms of the uniquenesses, and its slope."""

    def objective(logarithms: Floats) -> tuple[float, Floats]:
        uniqueness = np.exp(logarithms)
        scale = np.sqrt(uniqueness)
        values, vectors = np.linalg.eigh(r / np.outer(scale, scale))
        rest, top = values[:-n_factors], values[-n_factors:]
        if rest.min() <= 0:
            return math.inf, np.zeros(len(r))
        loadings = scale[:, None] * vectors[:, -n_factors:] * np.sqrt(np.maximum(top - 1, 0.0))
        misfit = (loadings**2).sum(axis=1) + uniqueness - np.diag(r)
        return float((rest - np.log(rest) - 1).sum()), misfit / uniqueness

    return objective


def _where_r_stops(r: Floats, n_factors: int, extraction: Extraction, start: Floats) -> Extracted:
    """Without degrees of freedom many solutions fit, or no proper one: the one at which R's psych stops.

    Same start, steps and stopping rule; and like there the criterion leaves out the diagonal, but its slope does not.
    """
    likelihood = _maximum_likelihood(r, n_factors)
    least_squares = _minres(r, n_factors)

    def objective(percent: Floats) -> tuple[float, Floats]:
        uniqueness = percent / 100
        if extraction == "ml":
            value, slope = likelihood(np.log(uniqueness))
            return value, slope / uniqueness / 100
        loadings = _loadings(r - np.diag(uniqueness), n_factors)
        residual = np.tril(r - loadings @ loadings.T, -1)
        return float((residual**2).sum()), least_squares(uniqueness)[1] / 100

    found = optimize.minimize(
        objective,
        start * 100,
        jac=True,
        method="L-BFGS-B",
        bounds=[(100 * LEAST_UNIQUENESS, 100.0)] * len(r),
        options={"maxiter": 100, "ftol": 1e7 * np.finfo(float).eps, "gtol": 0.0, "maxcor": 5},
    )
    value = float(objective(found.x)[0])
    return _extracted(r, found.x / 100, n_factors, extraction, value, bool(np.isfinite(value)))


def _extracted(
    r: Floats, uniqueness: Floats, n_factors: int, extraction: Extraction, discrepancy: float, converged: bool
) -> Extracted:
    if extraction == "minres":
        loadings = _loadings(r - np.diag(uniqueness), n_factors)
    else:
        scale = np.sqrt(uniqueness)
        values, vectors = _largest(r / np.outer(scale, scale), n_factors)
        loadings = scale[:, None] * vectors * np.sqrt(np.maximum(values - 1, 0.0))
    loadings = loadings * np.where(loadings.sum(axis=0) < 0, -1.0, 1.0)
    return Extracted(loadings, uniqueness <= LEAST_UNIQUENESS + AT_BOUND, discrepancy, converged)


def _largest(matrix: Floats, n_factors: int) -> tuple[Floats, Floats]:
    k = len(matrix)
    values, vectors = linalg.eigh(matrix, subset_by_index=[k - n_factors, k - 1])
    return values[::-1], vectors[:, ::-1]


def _loadings(reduced: Floats, n_factors: int) -> Floats:
    values, vectors = _largest(reduced, n_factors)
    loadings: Floats = vectors * np.sqrt(np.maximum(values, 0.0))
    return loadings


def _squared_multiple(r: Floats) -> Floats:
    """A start for the communalities; without an inverse, R's psych takes the generalised one, too."""
    multiple = squared_multiple(r)
    if np.isnan(multiple).any():
        diagonal = np.diag(np.linalg.pinv(r, hermitian=True))
        multiple = 1 - 1 / np.where(np.abs(diagonal) > 1e-12, diagonal, 1.0)
    clipped: Floats = np.clip(multiple, 0.0, 1.0)
    return clipped


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
