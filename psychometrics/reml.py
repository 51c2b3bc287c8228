"""The (restricted) likelihood of random intercepts, and the variances of 0 or more where it is highest.

It is that of R's lme4, and its optimum is found to rounding by Fisher scoring that keeps variances from going below 0.
The grouping with the most levels is worked out by hand, so ten thousand persons cost no more than the fixed effects
and the items beside them.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import linalg, optimize

from psychometrics.covariances import ROUNDING
from psychometrics.estimate import Floats, Integers

LARGEST = 2_500  # columns of the dense inverse; beyond, a step takes tens of seconds
STEPS = 500
SETTLED = 1e-8  # largest relative change of a variance in the last step
SMALLEST = 1e-10  # a residual variance below this share of the outcome's is 0, and the likelihood then unbounded


@dataclass(frozen=True)
class Fit:
    """The optimum of a likelihood: `variances` and their `information` end with the residual."""

    variances: Floats
    information: Floats
    coefficients: Floats
    covariance: Floats
    degrees: Floats
    criterion: float
    note: str = ""


@dataclass(frozen=True)
class State:
    """A likelihood at given variances: minus twice its logarithm, its expected information, and half the quadratic
    forms of the outcome, so that a free step of Fisher scoring ends at information^-1 forms."""

    criterion: float
    information: Floats
    forms: Floats
    coefficients: Floats
    covariance: Floats
    slopes: Floats


def fit_variances(y: Floats, x: Floats, codes: Sequence[Integers], *, reml: bool) -> Fit:
    """Maximise the (restricted) likelihood of crossed or nested random intercepts over variances of 0 or more.

    Fisher scoring; each step is a least-squares problem with non-negative unknowns, so that a variance whose likelihood
    rises towards 0 becomes 0 exactly, where lme4 puts it (Harville, 1977).

    Parameters
    ----------
    y : shape (values,)
    x : shape (values, p)
        Independent columns.
    codes : sequence of integers, shape (values,)
        Level of each value in each grouping, from 0, every level used.
    reml : bool

    Returns
    -------
    Fit
        With `note` "zero_residual_variance", "too_large_for_likelihood" or "did_not_converge" where there is none.

    Examples
    --------
    >>> y, person = np.array([3.0, 4, 5, 5, 2, 4, 6, 6]), np.array([0, 0, 1, 1, 2, 2, 3, 3])
    >>> fit_variances(y, np.ones((8, 1)), [person], reml=True).variances.round(4)
    array([1.5833, 0.625 ])
    """
    sizes = [int(each.max()) + 1 for each in codes]
    none = np.empty(0)
    if sum(sizes) - max(sizes) + x.shape[1] > LARGEST:
        return Fit(none, none, none, none, none, math.nan, "too_large_for_likelihood")
    order = [int(each) for each in np.argsort(sizes, kind="stable")[::-1]]
    start, *_ = np.linalg.lstsq(x, y, rcond=None)
    unit = float(np.std(y - x @ start)) or 1.0
    likelihood = _Likelihood((y - x @ start) / unit, x, [codes[each] for each in order], reml)

    def at(variances: Floats) -> tuple[float, Floats, Floats]:
        state = likelihood.at(variances)
        return state.criterion, state.information, state.forms

    found = fisher_scoring(at, np.full(len(codes) + 1, 1.0 / (len(codes) + 1)))
    if found is None or found[-1] < SMALLEST:
        note = "did_not_converge" if found is None else "zero_residual_variance"
        return Fit(none, none, none, none, none, math.nan, note)
    best = likelihood.at(found, with_slopes=True)
    places = [*np.argsort(order), len(codes)]
    used = len(y) - (x.shape[1] if reml else 0)
    return Fit(
        found[places] * unit**2,
        best.information[np.ix_(places, places)] / unit**4,
        start + best.coefficients * unit,
        best.covariance * unit**2,
        _satterthwaite(np.diag(best.covariance), best.slopes, best.information, found),
        best.criterion + used * 2 * math.log(unit),
    )


def fisher_scoring(state: Callable[[Floats], tuple[float, Floats, Floats]], start: Floats) -> Floats | None:
    """The variances of 0 or more where a likelihood is highest, shape (k,); None when it does not settle.

    Parameters
    ----------
    state : function of variances, shape (k,)
        Gives criterion, information (k, k) and forms (k,), as in `State`.
    start : shape (k,)
        The last is the residual, which must be positive, and stays so.
    """
    now = start
    criterion, information, forms = state(now)
    for _ in range(STEPS):
        d, u = np.linalg.eigh(information)
        root = np.sqrt(np.maximum(d, d[-1] * 1e-14))
        aim, _ = optimize.nnls(root[:, None] * u.T, (u.T @ forms) / root, maxiter=100 * len(now))
        for halvings in range(40):
            tried: Floats = now + (aim - now) / 2**halvings
            found = state(tried) if tried[-1] > 0 else (math.inf, information, forms)
            if found[0] <= criterion + ROUNDING * max(1.0, abs(criterion)):
                break
        else:
            return now  # rounding is all that is left to gain
        moved = float(np.max(np.abs(tried - now) / (tried[-1] + np.abs(tried))))
        now, (criterion, information, forms) = tried, found
        if moved < SETTLED or now[-1] < SMALLEST:
            return now
    return None


class _Likelihood:
    """Random intercepts' likelihood, from sums over rows that are formed once.

    The first grouping (the largest) is worked out by hand: V1 = residual + first variance has an inverse in closed
    form, and all other random and fixed columns W enter through W' V1^-1 W.
    """

    def __init__(self, y: Floats, x: Floats, codes: list[Integers], reml: bool) -> None:
        self.n, self.p = x.shape
        self.reml = reml
        self.sizes = [int(each.max()) + 1 for each in codes]
        self.ends = [0, *np.cumsum(self.sizes[1:]).tolist()]
        self.blocks = [slice(a, b) for a, b in itertools.pairwise(self.ends)]
        self.per_level = np.bincount(codes[0]).astype(float)
        columns = np.column_stack([x, y])

        def products_with(code: Integers, size: int) -> Floats:
            """Counts with the other groupings, and sums of the fixed columns and of y, by level."""
            counts = [
                np.bincount(code * other + each, minlength=size * other).reshape(size, other)
                for each, other in zip(codes[1:], self.sizes[1:], strict=True)
            ]
            sums = [np.bincount(code, weights=each, minlength=size)[:, None] for each in columns.T]
            return np.hstack([*counts, *sums]).astype(float)

        self.first = products_with(codes[0], self.sizes[0])
        top = [products_with(*each) for each in zip(codes[1:], self.sizes[1:], strict=True)]
        bottom = np.hstack([*(each[:, self.ends[-1] :].T for each in top), columns.T @ columns])
        self.products = np.vstack([*top, bottom])

    def at(self, variances: Floats, *, with_slopes: bool = False) -> State:
        """The state at given variances; `slopes` of the fixed effects' squared errors only when asked for."""
        residual, between, known = variances[-1], variances[0], variances[:-1]
        z, n, p = self.ends[-1], self.n, self.p
        w = z + p  # random columns beside the first grouping, then the fixed ones; the last is y
        level = residual + between * self.per_level
        every = (self.products - self.first.T @ ((between / level)[:, None] * self.first)) / residual
        down = self.first / level[:, None]
        k, k_y, low, low_y = every[:w, :w], every[:w, w], down[:, :w], down[:, w]
        scale = np.concatenate([np.repeat(np.sqrt(variances[1:-1]), self.sizes[1:]), np.ones(p)])
        ridge = np.concatenate([np.ones(z), np.zeros(p)])
        none = np.empty(0)
        try:
            root = linalg.cholesky(scale[:, None] * k * scale + np.diag(ridge), lower=True)
        except linalg.LinAlgError:
            return State(math.inf, none, none, none, none, none)
        inverse = scale[:, None] * linalg.cho_solve((root, True), np.diag(scale))
        solved = inverse @ k_y
        fitted = float(every[w, w] - k_y @ solved)
        log_root = 2 * np.log(np.diag(root))
        criterion = (n - self.sizes[0]) * math.log(residual) + float(np.log(level).sum()) + fitted
        criterion += float(log_root[: w if self.reml else z].sum())
        criterion += (n - p if self.reml else n) * math.log(2 * math.pi)

        known_fixed = np.zeros((w, w))  # the same inverse when the fixed effects are known
        if z and (with_slopes or not self.reml):
            known_fixed[:z, :z] = scale[:z, None] * linalg.cho_solve((root[:z, :z], True), np.diag(scale[:z]))
        norms, traces = self._norms(k, low, inverse if self.reml else known_fixed, self.per_level / level)
        left = [low_y - low @ solved, *(k_y[each] - k[each] @ solved for each in self.blocks)]
        forms = np.array([float(each @ each) for each in left])
        information = np.empty((len(variances), len(variances)))
        information[:-1, :-1] = norms
        # P V P = P gives what concerns the residual from the rest
        information[:-1, -1] = information[-1, :-1] = (traces - norms @ known) / residual
        trace = ((n - p if self.reml else n) - known @ traces) / residual
        information[-1, -1] = (trace - known @ information[:-1, -1]) / residual
        forms = np.append(forms, (fitted - known @ forms) / residual)
        covariance, slopes = inverse[z:, z:], none
        if with_slopes:
            fixed = k[:, z:]
            at_x = [low[:, z:] - low @ known_fixed @ fixed]
            at_x += [k[each, z:] - k[each] @ known_fixed @ fixed for each in self.blocks]
            slopes = np.array([((each @ covariance) ** 2).sum(axis=0) for each in at_x])
            slopes = np.vstack([slopes, (np.diag(covariance) - known @ slopes) / residual])
        return State(criterion, information / 2, forms / 2, solved[z:], covariance, slopes)

    def _norms(self, k: Floats, low: Floats, inverse: Floats, own: Floats) -> tuple[Floats, Floats]:
        """Squared Frobenius norm of each block of Z'PZ, and its traces; the first grouping's block is never formed."""
        z = self.ends[-1]
        low_i, k_i = low @ inverse, k[:z] @ inverse
        spread = inverse @ (low.T @ low)
        corner = (own**2).sum() - 2 * (own * (low_i * low).sum(axis=1)).sum() + (spread * spread.T).sum()
        crossed, inner = low[:, :z] - low_i @ k[:, :z], k[:z, :z] - k_i @ k[:, :z]
        norms = np.empty((len(self.blocks) + 1, len(self.blocks) + 1))
        norms[0, 0] = corner
        for i, a in enumerate(self.blocks, start=1):
            norms[0, i] = norms[i, 0] = (crossed[:, a] ** 2).sum()
            for j, b in enumerate(self.blocks, start=1):
                norms[i, j] = (inner[a, b] ** 2).sum()
        traces = [own.sum() - (low_i * low).sum(), *(np.trace(inner[each, each]) for each in self.blocks)]
        return norms, np.array(traces, dtype=float)


def _satterthwaite(squared_errors: Floats, slopes: Floats, information: Floats, variances: Floats) -> Floats:
    free = variances > 0  # a variance at 0 is known to the model
    spread = np.linalg.pinv(information[np.ix_(free, free)])
    down = slopes[free]
    return np.asarray(2 * squared_errors**2 / np.einsum("ij,ik,kj->j", down, spread, down), dtype=float)
