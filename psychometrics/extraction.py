"""Common factors of a correlation matrix before rotation, by minimum residuals or maximum likelihood."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, optimize

from psychometrics.covariances import squared_multiple
from psychometrics.estimate import Floats

Extraction = Literal["minres", "ml"]
EXTRACTIONS = ("minres", "ml")
LEAST_UNIQUENESS = 0.005  # R's bound (psych, factanal); an item that reaches it is a Heywood case
AT_BOUND = 1e-6
MOST_SEARCHES = 5  # a search may end in a step too short to count; from there, without its memory, it goes on
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
    x, converged = np.log(start) if by_log else start, False
    for _ in range(MOST_SEARCHES):
        x = optimize.minimize(
            objective,
            x,
            jac=True,
            method="L-BFGS-B",
            bounds=[(low, high)] * len(r),
            options={"maxiter": 2000, "maxfun": 20000, "ftol": 1e-15, "gtol": 1e-8, "maxcor": 20},
        ).x
        value, slope = objective(x)
        held = ((x <= low + AT_BOUND) & (slope > 0)) | ((x >= high - AT_BOUND) & (slope < 0))
        converged = bool(np.isfinite(value) and np.abs(slope[~held]).max(initial=0.0) < AT_REST)
        if converged:
            break
    return _extracted(r, np.exp(x) if by_log else x, n_factors, extraction, float(value), converged)


def degrees_of_freedom(n_items: int, n_factors: int) -> int:
    """Correlations less what the factors are free to choose; below 0 no solution is the only one.

    >>> degrees_of_freedom(5, 2), degrees_of_freedom(5, 3)
    (1, -2)
    """
    return ((n_items - n_factors) ** 2 - n_items - n_factors) // 2


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
