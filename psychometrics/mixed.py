"""Linear mixed models with random intercepts: of persons, or of persons and items that are crossed.

The likelihood is that of R's lme4, and its optimum is found to rounding by Fisher scoring that keeps variances from
going below 0. The grouping with the most levels is worked out by hand, so ten thousand persons cost no more than the
fixed effects and the items beside them.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from pandas import DataFrame
from scipy import linalg, optimize, special, stats

from psychometrics.covariances import ROUNDING
from psychometrics.estimate import NO_SPREAD, Detail, Estimate, Floats, Integers, numbered, undefined

Likelihood = Literal["REML", "ML"]
Grouping = str | tuple[str, ...]
LARGEST = 2_500  # columns of the dense inverse; beyond, a step takes tens of seconds
STEPS = 500
SETTLED = 1e-8  # largest relative change of a variance in the last step
SMALLEST = 1e-10  # a residual variance below this share of the outcome's is 0, and the likelihood then unbounded


@dataclass(frozen=True)
class MixedModel:
    """A fitted model: fixed effects with intervals, one variance for each grouping, and how well it fits.

    Attributes
    ----------
    fixed : DataFrame
        Columns term, estimate, standard_error, df, t, p, low, high, note. `not_estimable`: the column of this term is
        a sum of earlier ones.
    variances : DataFrame
        Columns group, variance, sd, share (of the sum of variances, 0 to 1), n_levels, note; the last is "residual".
        `zero_component`: the likelihood is highest at 0.
    icc : Estimate
        Share of the first grouping.
    method : str
        "REML" or "ML".
    criterion, log_likelihood : float
        Minus twice the (restricted) log-likelihood with all its constants, as lme4's `REMLcrit`, and its half.
    confidence : float
    n_persons, n_values, n_missing : int
        Levels of the first grouping; rows that entered, and rows left out for a missing value.
    note : str
        Why nothing could be fitted, or "".
    warnings : tuple of str
    """

    fixed: DataFrame
    variances: DataFrame
    icc: Estimate
    method: str
    criterion: float
    log_likelihood: float
    confidence: float
    n_persons: int
    n_values: int
    n_missing: int
    note: str = ""
    warnings: tuple[str, ...] = ()

    def variance(self, group: str) -> float:
        """The variance of one grouping, or of "residual", by its name in `variances`."""
        return float(self.variances.set_index("group")["variance"][group])

    def coefficient(self, term: str) -> Estimate:
        """One fixed effect, in units of the outcome; interval from t with Satterthwaite's df."""
        row = self.fixed.set_index("term").loc[term].to_dict()
        told: dict[str, Detail] = {each: float(row[each]) for each in ("standard_error", "df", "t", "p")}
        if not math.isfinite(row["estimate"]):
            return undefined(self.note or str(row["note"]), n_persons=self.n_persons, extra=told)
        return Estimate(
            float(row["estimate"]),
            float(row["low"]),
            float(row["high"]),
            method=f"{self.method}, t with Satterthwaite df",
            confidence=self.confidence,
            n_persons=self.n_persons,
            warnings=self.warnings,
            extra=told,
        )


def mixed_model(
    table: DataFrame,
    outcome: str,
    *,
    fixed: Sequence[str] = (),
    random: Sequence[Grouping] = ("person",),
    method: Likelihood = "REML",
    confidence: float = 0.95,
) -> MixedModel:
    """Random intercepts and fixed effects (Bates, Maechler, Bolker and Walker, 2015), balanced or not.

    Parameters
    ----------
    table : DataFrame
        One row a value: the outcome, the columns of `fixed`, and those of `random`. Rows with a missing value in any
        of them are left out, as lme4 does: the likelihood uses all that were answered.
    outcome : str
        Column of numbers, in any unit.
    fixed : column names
        A column of numbers is a slope; text, categories and truth values are contrasts with their first level.
    random : column names, or tuples of them
        Each gets an intercept of its own: ("person",), ("person", "item") crossed, (("person", "item"),) their cells.
    method : "REML" or "ML"
        ML to compare models with different fixed effects, REML for everything else.
    confidence : float in (0, 1)

    Returns
    -------
    MixedModel
        Fixed effects in the unit of the outcome, variances in its square, never below 0. Intervals of fixed effects:
        t with Satterthwaite's df (Giesbrecht and Burns, 1985) from the expected information; of the ICC: delta method
        on its logit. Everything is NaN with a note: `too_few_persons` (fewer than three), `zero_variance` (outcome
        without spread), `no_replication` (a grouping with as many levels as rows), `one_level`, `too_few_values` (no
        degrees of freedom left), `zero_residual_variance` (the fit is perfect, the likelihood unbounded),
        `too_large_for_likelihood`, `did_not_converge`. Undefined here is a note, never a guess.

    Examples
    --------
    >>> table = DataFrame({"person": list("aabbccddee"), "time": [1, 2] * 5, "score": [3, 4, 5, 5, 2, 4, 6, 6, 1, 2.0]})
    >>> fit = mixed_model(table, "score", fixed=["time"], random=["person"])
    >>> fit.coefficient("time")
    Estimate(0.800 [-0.239, 1.839], n=5)
    >>> fit.icc
    Estimate(0.892 [0.509, 0.985], n=5)
    """
    if method not in ("REML", "ML"):
        raise ValueError(f'method: "{method}"; allowed are "REML" and "ML"')
    groupings = [(each,) if isinstance(each, str) else tuple(each) for each in random]
    if not groupings:
        raise ValueError("random: empty; a mixed model needs at least one grouping, such as person")
    columns = list(dict.fromkeys([outcome, *fixed, *itertools.chain(*groupings)]))
    lacking = [each for each in columns if each not in table.columns]
    if lacking:
        raise ValueError(f'table: column "{lacking[0]}" is missing; there are {", ".join(map(str, table.columns))}')
    used = table[columns].dropna()
    y = used[outcome].to_numpy(dtype=float)
    terms, x = _fixed_columns(used, fixed)
    if np.isinf(y).any() or np.isinf(x).any():
        raise ValueError("table: a value is infinite; a value is a number or missing")
    names = [":".join(each) for each in groupings]
    codes = [_cells(used, each) for each in groupings]
    kept = _independent(x)
    sizes = [int(each.max()) + 1 if len(each) else 0 for each in codes]
    missing = len(table) - len(used)
    note = _unfit(y, x[:, kept], sizes)
    fit = None
    if not note:
        fit = fit_variances(y, x[:, kept], codes, reml=method == "REML")
        note = fit.note
    if fit is None or note:
        return _nothing(note, terms, names, sizes, method, confidence, len(y), missing)
    effects = _fixed_table(terms, kept, fit, confidence)
    total = float(fit.variances.sum())
    rows = DataFrame({"group": [*names, "residual"], "variance": fit.variances})
    rows["sd"], rows["share"], rows["n_levels"] = np.sqrt(rows["variance"]), rows["variance"] / total, [*sizes, len(y)]
    rows["note"] = np.where(rows["variance"] == 0, "zero_component", "")
    return MixedModel(
        fixed=effects,
        variances=rows,
        icc=_icc(fit, sizes[0], confidence),
        method=method,
        criterion=fit.criterion,
        log_likelihood=-fit.criterion / 2,
        confidence=confidence,
        n_persons=sizes[0],
        n_values=len(y),
        n_missing=missing,
    )


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


def _fixed_columns(table: DataFrame, fixed: Sequence[str]) -> tuple[list[str], Floats]:
    terms, columns = ["(Intercept)"], [np.ones(len(table))]
    for name in fixed:
        values = table[name]
        if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
            terms.append(name)
            columns.append(values.to_numpy(dtype=float))
            continue
        levels = (
            list(values.cat.categories) if isinstance(values.dtype, pd.CategoricalDtype) else sorted(values.unique())
        )
        for level in levels[1:]:
            terms.append(f"{name}{level}")
            columns.append((values == level).to_numpy(dtype=float))
    return terms, np.column_stack(columns)


def _independent(x: Floats) -> list[int]:
    """Columns that are no sum of earlier ones."""
    kept: list[int] = []
    basis = np.empty((len(x), 0))
    for place, column in enumerate(x.T):
        left = column - basis @ (basis.T @ column)
        left = left - basis @ (basis.T @ left)
        size = float(np.linalg.norm(left))
        if size > 1e-8 * float(np.linalg.norm(column)):
            kept.append(place)
            basis = np.column_stack([basis, left / size])
    return kept


def _cells(table: DataFrame, columns: tuple[str, ...]) -> Integers:
    labels: list[Hashable] = list(table[list(columns)].itertuples(index=False, name=None))
    return numbered(labels, ":".join(columns))[0] if len(columns) > 1 else pd.factorize(table[columns[0]])[0]


def _unfit(y: Floats, x: Floats, sizes: list[int]) -> str:
    if not sizes[0] or sizes[0] < 3:
        return "too_few_persons"
    if np.ptp(y) <= NO_SPREAD:
        return "zero_variance"
    if min(sizes) < 2:
        return "one_level"
    if max(sizes) >= len(y):
        return "no_replication"
    return "too_few_values" if len(y) <= x.shape[1] + 1 else ""


def _nothing(
    note: str, terms: list[str], names: list[str], sizes: list[int], method: str, confidence: float, n: int, lost: int
) -> MixedModel:
    effects = DataFrame({"term": terms})
    effects[["estimate", "standard_error", "df", "t", "p", "low", "high"]] = math.nan
    effects["note"] = note
    rows = DataFrame({"group": [*names, "residual"]})
    rows[["variance", "sd", "share"]] = math.nan
    rows["n_levels"], rows["note"] = [*sizes, n], note
    icc = undefined(note, n_persons=sizes[0])
    return MixedModel(effects, rows, icc, method, math.nan, math.nan, confidence, sizes[0], n, lost, note)


def _fixed_table(terms: list[str], kept: list[int], fit: Fit, confidence: float) -> DataFrame:
    errors = np.sqrt(np.diag(fit.covariance))
    t = fit.coefficients / errors
    half = stats.t.ppf((1 + confidence) / 2, fit.degrees) * errors
    found = DataFrame(
        {
            "estimate": fit.coefficients,
            "standard_error": errors,
            "df": fit.degrees,
            "t": t,
            "p": 2 * stats.t.sf(np.abs(t), fit.degrees),
            "low": fit.coefficients - half,
            "high": fit.coefficients + half,
        },
        index=kept,
    ).reindex(range(len(terms)))
    found.insert(0, "term", terms)
    found["note"] = np.where(found["estimate"].isna(), "not_estimable", "")
    return found


def _icc(fit: Fit, n_persons: int, confidence: float) -> Estimate:
    total, own = float(fit.variances.sum()), float(fit.variances[0])
    if own == 0:
        return Estimate(0.0, n_persons=n_persons, note="zero_component")
    share, free = own / total, fit.variances > 0
    # logit(share) = log(own) - log(the others)
    down = np.where(np.arange(len(fit.variances)) == 0, 1 / own, -1 / (total - own))[free]
    error = math.sqrt(float(down @ np.linalg.pinv(fit.information[np.ix_(free, free)]) @ down))
    at = math.log(own / (total - own)) + np.array([-1, 1]) * float(stats.norm.ppf((1 + confidence) / 2)) * error
    low, high = special.expit(at)
    return Estimate(
        share, float(low), float(high), method="delta method on the logit", confidence=confidence, n_persons=n_persons
    )
